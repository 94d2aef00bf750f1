/** Comparing models: what `node-tensorrt/onnx` exports of it. */
export type { BisectOptions } from './bisect/bisect-options.js';
export { bisectPrecision, type CastExcept } from './bisect/bisect-precision.js';
export type {
  BisectProgress,
  BisectReport,
  BisectState,
  KeptNode,
  RankedNode,
  TrialSummary,
} from './bisect/bisect-report.js';
export { compareModels } from './compare-models.js';
export type { CompareOptions, CompareProgress } from './compare-options.js';
export { type FormatComparisonOptions, formatComparison } from './format-comparison.js';
export { type Metric, textEquality, topK } from './metrics.js';
export { comparisonPage } from './page/comparison-page.js';
export {
  type ArgMaxReport,
  type ComparisonReason,
  type ComparisonReport,
  comparisonJson,
  type DivergenceReport,
  type ErrorStatistics,
  type IntermediateReport,
  type IntermediatesReport,
  type MetricReport,
  type OutputReport,
  parseComparison,
  type SampleStatistics,
  type SideReport,
} from './report.js';
export type { Samples } from './sample-inputs.js';
export type { Emulate } from './side.js';
export type { ComparedModel, ModelOnBackend, Precision } from './side-option.js';
export type { Tolerance, Tolerances } from './tolerances.js';
