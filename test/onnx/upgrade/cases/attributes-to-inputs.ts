import { float32, floats, int64, oneNode, type UpgradeCase } from './case.js';

const x = floats(2, 3, 4);
const axes = (...values: number[]) => ({ axes: { ints: values } });

const reductions = [
  'ReduceL1',
  'ReduceL2',
  'ReduceLogSum',
  'ReduceLogSumExp',
  'ReduceMax',
  'ReduceMean',
  'ReduceMin',
  'ReduceProd',
  'ReduceSum',
  'ReduceSumSquare',
];

/** Operators whose attributes have become inputs. */
export const attributesToInputs: UpgradeCase[] = [
  ...[7, 10].flatMap((opset) => [
    oneNode({ opset, op: 'Clip', inputs: { x }, attributes: { min: { float: -0.5 }, max: { float: 0.75 } } }),
    oneNode({
      opset,
      op: 'Clip',
      inputs: { x },
      attributes: { min: { float: 0.1 } },
      title: `Clip of ${opset}, min only`,
    }),
    oneNode({
      opset,
      op: 'Clip',
      inputs: { x },
      attributes: { max: { float: 0 } },
      title: `Clip of ${opset}, max only`,
    }),
    oneNode({ opset, op: 'Clip', inputs: { x }, title: `Clip of ${opset} without limits` }),
  ]),
  oneNode({
    title: 'Clip of 10 in float16',
    opset: 10,
    op: 'Clip',
    inputs: { x: { type: 'float16', dims: [4], data: Uint16Array.of(0xc000, 0x3000, 0x3c00, 0x7c00) } },
    outputs: { y: 'float16' },
    // ONNX Runtime runs it from there on.
    least: 12,
    // 0.1 and 1.7 as float16 has them.
    attributes: { min: { float: 0.1 }, max: { float: 1.7 } },
    expected: { y: { type: 'float16', dims: [4], data: Uint16Array.of(0x2e66, 0x3000, 0x3c00, 0x3ecd) } },
    converter: 'wrong',
  }),
  oneNode({
    title: 'Clip of 10 in float64, which has the limits of float32',
    least: 12,
    opset: 10,
    op: 'Clip',
    inputs: { x: { type: 'float64', dims: [3], data: Float64Array.of(-1e300, 2, 1e300) } },
    outputs: { y: 'float64' },
    attributes: { min: { float: 0 } },
    expected: { y: { type: 'float64', dims: [3], data: Float64Array.of(0, 2, 3.4028234663852886e38) } },
    converter: 'wrong',
  }),
  ...[7, 9].flatMap((opset) => [
    oneNode({
      title: `Slice of ${opset} with axes, from behind and to the end`,
      opset,
      op: 'Slice',
      inputs: { x },
      attributes: { starts: { ints: [-2, 1] }, ends: { ints: [2n ** 63n - 1n, -1] }, ...axes(1, 2) },
    }),
    oneNode({
      title: `Slice of ${opset} without axes`,
      opset,
      op: 'Slice',
      inputs: { x },
      attributes: { starts: { ints: [1] }, ends: { ints: [9] } },
    }),
  ]),
  ...[7, 10].flatMap((opset) => [
    oneNode({
      title: `Pad of ${opset} with a value`,
      opset,
      op: 'Pad',
      inputs: { x },
      attributes: { pads: { ints: [0, 1, 2, 0, 0, 1] }, value: { float: 1.5 } },
    }),
    ...['constant', 'reflect', 'edge'].map((mode) =>
      oneNode({
        title: `Pad of ${opset}, ${mode}`,
        opset,
        op: 'Pad',
        inputs: { x },
        attributes: { mode: { string: mode }, pads: { ints: [0, 1, 2, 0, 0, 1] } },
      }),
    ),
  ]),
  oneNode({
    title: 'Pad of 10 that cuts',
    opset: 10,
    op: 'Pad',
    inputs: { x },
    attributes: { pads: { ints: [0, -1, 1, 0, 0, -2] } },
  }),
  ...[7, 11].flatMap((opset) => [
    oneNode({ opset, op: 'Squeeze', inputs: { x: floats(1, 3, 1, 2) }, attributes: axes(0, 2) }),
    oneNode({
      opset,
      op: 'Squeeze',
      inputs: { x: floats(1, 3, 1, 2) },
      title: `Squeeze of ${opset} without axes`,
      dims: 'stated',
    }),
    oneNode({ opset, op: 'Unsqueeze', inputs: { x }, attributes: axes(0, 4) }),
  ]),
  oneNode({ opset: 12, op: 'Unsqueeze', inputs: { x }, attributes: axes(-1) }),
  ...reductions.flatMap((op) =>
    [7, 12, 17].flatMap((opset) => {
      if (op === 'ReduceSum' && opset === 17) return [];
      const positive = { x: float32([2, 3, 4], (i) => 0.25 + (i % 7)) };
      return [
        oneNode({ opset, op, inputs: positive, attributes: axes(1) }),
        oneNode({ title: `${op} of ${opset}, all`, opset, op, inputs: positive, attributes: { keepdims: { int: 0 } } }),
        oneNode({
          title: `${op} of ${opset}, two axes gone`,
          opset,
          op,
          inputs: positive,
          attributes: { ...axes(0, 2), keepdims: { int: 0 } },
        }),
      ];
    }),
  ),
  oneNode({
    title: 'ReduceSum of 11 with no axes in the list',
    opset: 11,
    op: 'ReduceSum',
    inputs: { x },
    attributes: axes(),
  }),
  ...[7, 11, 12].flatMap((opset) => [
    oneNode({
      opset,
      op: 'Split',
      inputs: { x },
      outputs: { y: 'float32', z: 'float32' },
      attributes: { axis: { int: 2 }, split: { ints: [1, 3] } },
    }),
    oneNode({
      title: `Split of ${opset} in equal parts`,
      opset,
      op: 'Split',
      inputs: { x },
      outputs: { y: 'float32', z: 'float32' },
      attributes: { axis: { int: 2 } },
    }),
  ]),
  oneNode({
    title: 'Split of 13 in equal parts',
    opset: 13,
    op: 'Split',
    inputs: { x },
    outputs: { a: 'float32', b: 'float32', c: 'float32' },
    attributes: { axis: { int: 1 } },
  }),
  oneNode({
    title: 'Split of 13 in given parts',
    opset: 13,
    op: 'Split',
    inputs: { x },
    outputs: { a: 'float32', b: 'float32' },
    attributes: { axis: { int: 1 } },
    constants: [int64([2], [2, 1])],
  }),
  ...[7, 9].map((opset) =>
    oneNode({
      opset,
      op: 'TopK',
      inputs: { x },
      outputs: { y: 'float32', indices: 'int64' },
      attributes: { k: { int: 2 }, axis: { int: 1 } },
    }),
  ),
  oneNode({
    opset: 10,
    op: 'TopK',
    inputs: { x },
    outputs: { y: 'float32', indices: 'int64' },
    constants: [int64([1], [3])],
  }),
  ...[7, 10, 11].map((opset) =>
    oneNode({ opset, op: 'Dropout', inputs: { x }, attributes: { ratio: { float: 0.25 } } }),
  ),
  oneNode({ title: 'Dropout of 9 without a ratio', opset: 9, op: 'Dropout', inputs: { x } }),
  ...[undefined, 0, 1, 2].map((axis) =>
    oneNode({
      title: `DFT of 17 along ${axis ?? 'the axis that it takes by itself'}`,
      opset: 17,
      op: 'DFT',
      inputs: { x: floats(2, 4, 8, 1) },
      attributes: axis === undefined ? {} : { axis: { int: axis } },
    }),
  ),
  oneNode({
    title: 'DFT of 18, one-sided, of a given length',
    opset: 18,
    op: 'DFT',
    inputs: { x: floats(2, 8, 1) },
    attributes: { onesided: { int: 1 } },
    constants: [int64([], [6])],
  }),
];
