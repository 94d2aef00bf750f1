import {
  type OnnxInitializer,
  type OnnxModel,
  type OnnxNode,
  type OnnxValue,
  onnxModel,
} from '../../fixtures/onnx-writer.js';

export const value = (
  name: string,
  type: OnnxValue['type'] = 'float32',
  dims: OnnxValue['dims'] = ['N', 4],
): OnnxValue => ({
  name,
  type,
  dims,
});

export const node = (op: string, inputs: string[], outputs: string[], rest: Partial<OnnxNode> = {}): OnnxNode => ({
  op,
  inputs,
  outputs,
  ...rest,
});

export const floats = (
  name: string,
  values: readonly number[],
  dims: readonly number[] = [values.length],
): OnnxInitializer => ({
  name,
  type: 'float32',
  dims,
  data: Float32Array.from(values),
});

export const int64s = (
  name: string,
  values: readonly number[],
  dims: readonly number[] = [values.length],
): OnnxInitializer => ({
  name,
  type: 'int64',
  dims,
  data: BigInt64Array.from(values.map(BigInt)),
});

/** A model of these nodes with x and y, float32 [N, 4], unless it says otherwise. */
export const model = (nodes: readonly OnnxNode[], rest: Partial<OnnxModel> = {}): Uint8Array =>
  onnxModel({ inputs: [value('x')], outputs: [value('y')], nodes, ...rest });

export const relu = node('Relu', ['x'], ['y']);

/** A QuantizeLinear and a DequantizeLinear between x and y. */
export function quantised(
  zero: OnnxInitializer,
  { scale = [0.1], opset = 13, dims = [] }: { scale?: number[]; opset?: number; dims?: number[] } = {},
): Uint8Array {
  const nodes = [node('QuantizeLinear', ['x', 's', 'z'], ['q']), node('DequantizeLinear', ['q', 's', 'z'], ['y'])];
  return model(nodes, { opset, initializers: [floats('s', scale, dims), zero] });
}

export const zeroPoint = (type: 'int8' | 'uint8' | 'int16', at = 0, dims: readonly number[] = []): OnnxInitializer => {
  const count = dims.reduce((product, dim) => product * dim, 1);
  const data =
    type === 'int8' ? new Int8Array(count) : type === 'uint8' ? new Uint8Array(count) : new Int16Array(count);
  return { name: 'z', type, dims, data: data.fill(at) };
};
