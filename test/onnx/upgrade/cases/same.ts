import { float32, floats, int64, oneNode, type UpgradeCase } from './case.js';

const image = floats(1, 2, 5, 5);
const recurrent = (op: string, gates: number) => {
  const weights = [floats(1, gates * 3, 2), floats(1, gates * 3, 3), floats(1, 2 * gates * 3)];
  return oneNode({
    opset: 7,
    op,
    inputs: { x: floats(4, 1, 2) },
    constants: weights,
    attributes: { hidden_size: { int: 3 } },
  });
};

/** Operators with newer versions that mean the same for old nodes. */
export const sameMeaning: UpgradeCase[] = [
  recurrent('RNN', 1),
  recurrent('GRU', 3),
  recurrent('LSTM', 4),
  ...[7, 10, 11].flatMap((opset) => [
    oneNode({
      opset,
      op: 'AveragePool',
      inputs: { x: image },
      attributes: {
        kernel_shape: { ints: [3, 3] },
        strides: { ints: [2, 2] },
        pads: { ints: [1, 1, 1, 1] },
        count_include_pad: { int: 1 },
        ...(opset > 7 && { ceil_mode: { int: 1 } }),
      },
      tolerance: 1e-6,
    }),
    oneNode({
      opset,
      op: 'MaxPool',
      inputs: { x: image },
      attributes: { kernel_shape: { ints: [2, 2] }, auto_pad: { string: 'SAME_UPPER' } },
      outputs: opset < 8 ? { y: 'float32' } : { y: 'float32', indices: 'int64' },
    }),
    oneNode({
      opset,
      op: 'Conv',
      inputs: { x: image },
      constants: [floats(3, 2, 3, 3), floats(3)],
      attributes: { auto_pad: { string: 'SAME_LOWER' } },
    }),
    oneNode({
      opset,
      op: 'LpPool',
      inputs: { x: image },
      attributes: { kernel_shape: { ints: [2, 2] } },
      tolerance: 1e-6,
    }),
    oneNode({ opset, op: 'Gemm', inputs: { a: floats(2, 3) }, constants: [floats(3, 2), floats(2)] }),
    oneNode({ opset, op: 'PRelu', inputs: { x: image }, constants: [floats(2, 1, 1)] }),
    oneNode({ opset, op: 'LRN', inputs: { x: image }, attributes: { size: { int: 3 } } }),
    oneNode({ opset, op: 'InstanceNormalization', inputs: { x: image }, constants: [floats(2), floats(2)] }),
    oneNode({ opset, op: 'Concat', inputs: { a: floats(2, 3), b: floats(2, 3) }, attributes: { axis: { int: 1 } } }),
    oneNode({ opset, op: 'Gather', inputs: { x: floats(4, 3) }, constants: [int64([2], [3, 0])] }),
    oneNode({ opset, op: 'Flatten', inputs: { x: image }, attributes: { axis: { int: 2 } } }),
    oneNode({ opset, op: 'Reshape', inputs: { x: image }, constants: [int64([3], [0, -1, 5])] }),
    oneNode({ opset, op: 'Transpose', inputs: { x: image } }),
    oneNode({ opset, op: 'Tile', inputs: { x: floats(2, 2) }, constants: [int64([2], [1, 3])] }),
    oneNode({ opset, op: 'Pow', inputs: { x: float32([3], (i) => i + 1) }, constants: [float32([1], () => 2.5)] }),
    oneNode({ opset, op: 'DepthToSpace', inputs: { x: floats(1, 8, 2, 2) }, attributes: { blocksize: { int: 2 } } }),
    oneNode({
      opset,
      op: 'ArgMax',
      inputs: { x: floats(3, 4) },
      outputs: { y: 'int64' },
      attributes: { axis: { int: 1 } },
    }),
    oneNode({ opset, op: 'Cast', inputs: { x: floats(4) }, outputs: { y: 'int32' }, attributes: { to: { int: 6 } } }),
    oneNode({ opset, op: 'HardSigmoid', inputs: { x: floats(4) } }),
    oneNode({ opset, op: 'Softplus', inputs: { x: floats(4) } }),
    oneNode({ opset, op: 'Shape', inputs: { x: image }, outputs: { y: 'int64' } }),
  ]),
  ...[8, 11].flatMap((opset) => [
    oneNode({ opset, op: 'Max', inputs: { a: floats(2, 3), b: floats(3) } }),
    oneNode({ opset, op: 'Sum', inputs: { a: floats(2, 3), b: floats(3) } }),
    oneNode({ opset, op: 'Expand', inputs: { x: floats(2, 1) }, constants: [int64([2], [2, 3])] }),
  ]),
  ...[9, 11].flatMap((opset) => [
    oneNode({ opset, op: 'ConstantOfShape', inputs: { s: int64([2], [2, 3]) } }),
    oneNode({ opset, op: 'MeanVarianceNormalization', inputs: { x: image }, tolerance: 1e-6 }),
    oneNode({ opset, op: 'NonZero', inputs: { x: floats(2, 3) }, outputs: { y: 'int64' } }),
    oneNode({
      opset,
      op: 'Compress',
      inputs: { x: floats(3, 2) },
      constants: [{ type: 'bool', dims: [3], data: Uint8Array.of(1, 0, 1) }],
      attributes: { axis: { int: 0 } },
    }),
  ]),
  ...[10, 11].flatMap((opset) => [
    oneNode({
      opset,
      op: 'NonMaxSuppression',
      inputs: { boxes: float32([1, 3, 4], (i) => [0, 0, 1, 1, 0, 0.05, 1, 1.05, 0, 3, 1, 4][i] as number) },
      constants: [float32([1, 1, 3], (i) => [0.9, 0.8, 0.7][i] as number), int64([1], [3]), float32([1], () => 0.5)],
      outputs: { y: 'int64' },
    }),
    oneNode({
      opset,
      op: 'QuantizeLinear',
      inputs: { x: floats(2, 3) },
      constants: [float32([], () => 0.02), { type: 'uint8', dims: [], data: Uint8Array.of(128) }],
      outputs: { y: 'uint8' },
    }),
    oneNode({
      opset,
      op: 'DequantizeLinear',
      inputs: { x: { type: 'uint8', dims: [2, 2], data: Uint8Array.of(1, 127, 128, 255) } },
      constants: [float32([], () => 0.02), { type: 'uint8', dims: [], data: Uint8Array.of(128) }],
    }),
    oneNode({
      opset,
      op: 'Mod',
      inputs: { a: floats(3), b: float32([3], (i) => i + 0.5) },
      attributes: { fmod: { int: 1 } },
    }),
    oneNode({
      title: `Slice of ${opset} backwards`,
      opset,
      op: 'Slice',
      inputs: { x: floats(2, 5) },
      constants: [int64([1], [-1]), int64([1], [-9]), int64([1], [1]), int64([1], [-2])],
    }),
  ]),
  oneNode({
    opset: 11,
    op: 'CumSum',
    inputs: { x: floats(2, 3) },
    constants: [{ type: 'int32', dims: [], data: Int32Array.of(1) }],
  }),
  oneNode({
    opset: 11,
    op: 'ScatterND',
    inputs: { x: floats(4) },
    constants: [int64([2, 1], [3, 0]), floats(2)],
  }),
];
