export {
  type LintFinding,
  type LintSeverity,
  type LintTarget,
  lintTargets,
  severities as lintSeverities,
} from '../onnx/lint/finding.js';
export { lintModel } from '../onnx/lint/lint-model.js';
export type { LintOptions } from '../onnx/lint/options.js';
export { lintRules } from '../onnx/lint/rules/index.js';
