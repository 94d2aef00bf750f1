/** The entry `node-tensorrt/onnx`: tools for ONNX models. Nothing heavy is loaded before it is used. */
export { NodeTensorRTError } from '../errors.js';
export type { CastGraphOptions, NodeChoice } from '../onnx/cast/options.js';
export type { CastNodeReport, CastReport } from '../onnx/cast/report.js';
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
export { type CastOptions, type CastResult, castModel } from './cast-model.js';
export type { ModelInput } from './open-model.js';
