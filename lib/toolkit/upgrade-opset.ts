export { type UpgradeOptions, type UpgradeReport, upgradeOpset } from '../onnx/upgrade/upgrade.js';
