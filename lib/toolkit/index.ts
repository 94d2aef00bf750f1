/** The entry `node-tensorrt/onnx`: tools for ONNX models. Nothing here takes long to import: see later.ts. */
import { later, laterIterable } from './later.js';

export { type ErrorCode, NodeTensorRTError } from '../errors.js';

// Models: read, changed, written.
export { type ReadLimits, type ReadOptions, readModel } from '../onnx/file/read-model.js';
export { serializeModel, type WriteOptions, writeModel } from '../onnx/file/write-model.js';
export { type Attribute, attribute } from '../onnx/graph/attribute.js';
export { cloneModel } from '../onnx/graph/clone.js';
export type { ElementType } from '../onnx/graph/element-types.js';
export type { Graph } from '../onnx/graph/graph.js';
export { Model, type ModelFunction } from '../onnx/graph/model.js';
export type { Node } from '../onnx/graph/node.js';
export { Tensor } from '../onnx/graph/tensor.js';
export type { Value } from '../onnx/graph/value.js';
export { type Dim, tensorType, type ValueType } from '../onnx/graph/value-type.js';
// Types and sizes of values.
export type { InferShapesOptions, InferShapesReport } from '../onnx/infer/infer-shapes.js';
export type { InferTypesOptions, InferTypesReport } from '../onnx/infer/infer-types.js';
export type { ModelInput } from './open-model.js';
export const inferTypes = later(async () => (await import('../onnx/infer/infer-types.js')).inferTypes);
export const inferShapes = later(async () => (await import('../onnx/infer/infer-shapes.js')).inferShapes);

// Operator sets.
export type { UpgradeOptions, UpgradeReport } from '../onnx/upgrade/upgrade.js';
export const upgradeOpset = later(async () => (await import('../onnx/upgrade/upgrade.js')).upgradeOpset);

// What need not be computed.
export type { OptimizedModel, OptimizeOptions, PassName } from './optimize-model.js';
export const optimizeModel = later(async () => (await import('./optimize-model.js')).optimizeModel);

// Precision.
export type { LowPrecision } from '../onnx/cast/forms.js';
export type { CastGraphOptions, NodeChoice } from '../onnx/cast/options.js';
export type { KeepCode } from '../onnx/cast/plan.js';
export type { CastNodeReport, CastReport } from '../onnx/cast/report.js';
export type { EmulateOptions } from '../onnx/emulate/emulate.js';
export type { CastOptions, CastResult } from './cast-model.js';
export const castModel = later(async () => (await import('./cast-model.js')).castModel);
export const emulateLowPrecision = later(async () => (await import('../onnx/emulate/emulate.js')).emulateLowPrecision);

// What is wrong with a model, what is in it, how two differ, and its types for TypeScript.
export type { LintFinding, LintSeverity, LintTarget } from '../onnx/lint/finding.js';
export type { LintOptions } from '../onnx/lint/options.js';
export type { Difference, ModelDifference } from './diff-models.js';
export type { ModelDescription } from './inspect-model.js';
export type { InspectPageOptions } from './inspect-page/inspect-page.js';
export type { TypesOptions } from './types-file.js';
export const lintModel = later(async () => (await import('../onnx/lint/lint-model.js')).lintModel);
export const inspectModel = later(async () => (await import('./inspect-model.js')).inspectModel);
export const inspectPage = later(async () => (await import('./inspect-page/inspect-page.js')).inspectPage);
export const diffModels = later(async () => (await import('./diff-models.js')).diffModels);
export const typesOf = later(async () => (await import('./types-file.js')).typesOf);

// Parts, names, sizes.
export type { Extraction } from '../onnx/edit/extract-subgraph.js';
export { renameValues } from '../onnx/edit/rename-values.js';
export type { SetDimsReport } from '../onnx/edit/set-dims.js';
export type { BatchDimensionOptions } from './set-batch-dimension.js';
export const extractSubgraph = later(async () => (await import('../onnx/edit/extract-subgraph.js')).extractSubgraph);
export const setDims = later(async () => (await import('../onnx/edit/set-dims.js')).setDims);
export const setBatchDimension = later(async () => (await import('./set-batch-dimension.js')).setBatchDimension);

// Comparison.
export type { BisectOptions } from './compare/bisect/bisect-options.js';
export type { BisectReport } from './compare/bisect/bisect-report.js';
export type { CompareOptions } from './compare/compare-options.js';
export { formatComparison } from './compare/format-comparison.js';
export { type Metric, textEquality, topK } from './compare/metrics.js';
export { type ComparisonReport, comparisonJson, parseComparison } from './compare/report.js';
export type { ComparedModel, ModelOnBackend } from './compare/side-option.js';
export type { Tolerance, Tolerances } from './compare/tolerances.js';
export const compareModels = later(async () => (await import('./compare/compare-models.js')).compareModels);
export const comparisonPage = later(async () => (await import('./compare/page/comparison-page.js')).comparisonPage);
export const bisectPrecision = later(
  async () => (await import('./compare/bisect/bisect-precision.js')).bisectPrecision,
);

// Samples.
export type {
  PictureFormat,
  Preprocessing,
  ReadImageOptions,
  ReadLimits as SampleLimits,
  ReadSamplesOptions,
  ResolvedPreprocessing,
  SampleFile,
  SampleProblem,
  SampleSource,
  WriteNpzOptions,
  WriteSamplesOptions,
} from './samples/index.js';

const samples = () => import('./samples/index.js');
export const listSamples = later(async () => (await samples()).listSamples);
export const readImage = later(async () => (await samples()).readImage);
export const readImages = laterIterable(async () => (await samples()).readImages);
export const readNpy = later(async () => (await samples()).readNpy);
export const readNpz = later(async () => (await samples()).readNpz);
export const readSample = later(async () => (await samples()).readSample);
export const readSamples = laterIterable(async () => (await samples()).readSamples);
export const resolvePreprocessing = later(async () => (await samples()).resolvePreprocessing);
export const writeNpy = later(async () => (await samples()).writeNpy);
export const writeNpz = later(async () => (await samples()).writeNpz);
export const writeSamples = later(async () => (await samples()).writeSamples);
