import { float32, floats, int64, oneNode, type UpgradeCase } from './case.js';

const image = floats(1, 2, 4, 6);
const per = (count: number) => floats(count);
const spread = float32([3], (i) => 0.5 + i);
const flattened = (op: string) => ['Shape', 'Flatten', op, 'Reshape'];
/** ONNX's own converter takes Hardmax as it is. */
const forHardmax = (op: string) => (op === 'Hardmax' ? 'wrong' : 'same');

/** Operators that mean something else since, or are called otherwise. */
export const otherMeaning: UpgradeCase[] = [
  ...['Softmax', 'LogSoftmax', 'Hardmax'].flatMap((op) =>
    [7, 11, 12].flatMap((opset) => [
      oneNode({
        title: `${op} of ${opset}, axis 1 of 3`,
        opset,
        op,
        inputs: { x: floats(2, 3, 4) },
        becomes: flattened(op),
        converter: forHardmax(op),
      }),
      oneNode({
        title: `${op} of ${opset}, axis 1 of 3 whose sizes are stated`,
        opset,
        op,
        inputs: { x: floats(2, 3, 4) },
        dims: 'stated',
        becomes: ['Flatten', op, 'Reshape'],
        converter: forHardmax(op),
      }),
      oneNode({
        title: `${op} of ${opset}, axis 0 of 3`,
        opset,
        op,
        inputs: { x: floats(2, 3, 4) },
        attributes: { axis: { int: 0 } },
        becomes: flattened(op),
        converter: forHardmax(op),
      }),
      oneNode({ title: `${op} of ${opset}, the last axis`, opset, op, inputs: { x: floats(3, 5) } }),
      oneNode({
        title: `${op} of ${opset}, axes of size 1 behind it`,
        opset,
        op,
        inputs: { x: floats(2, 5, 1, 1) },
        dims: 'stated',
        converter: forHardmax(op),
      }),
      oneNode({
        title: `${op} of ${opset}, the only long axis behind it`,
        opset,
        op,
        inputs: { x: floats(2, 1, 5) },
        dims: 'stated',
      }),
      oneNode({
        title: `${op} of ${opset}, of unknown rank`,
        opset,
        op,
        inputs: { x: floats(2, 3, 2) },
        dims: null,
        becomes: ['Reshape', ...flattened(op)],
        converter: op === 'Hardmax' ? 'wrong' : 'fails',
      }),
    ]),
  ),
  oneNode({
    title: 'Softmax of 11, of no elements',
    // Reshape to a size of 0.
    least: 14,
    opset: 11,
    op: 'Softmax',
    inputs: { x: floats(2, 3, 0) },
    becomes: flattened('Softmax'),
    converter: 'wrong',
  }),
  oneNode({
    title: 'Softmax of 11, a negative axis',
    opset: 11,
    op: 'Softmax',
    inputs: { x: floats(2, 3, 2) },
    attributes: { axis: { int: -2 } },
    becomes: flattened('Softmax'),
  }),
  ...[7, 8, 9].flatMap((opset) =>
    ['nearest', 'linear'].map((mode) => {
      const scales = [1, 1, 2, 1.5];
      return oneNode({
        title: `Upsample of ${opset}, ${mode}`,
        opset,
        op: 'Upsample',
        inputs: { x: image },
        attributes: { mode: { string: mode }, ...(opset < 9 && { scales: { floats: scales } }) },
        constants: opset < 9 ? [] : [float32([4], (i) => scales[i] as number)],
        becomes: ['Resize'],
        converter: mode === 'linear' ? 'wrong' : 'same',
      });
    }),
  ),
  ...['nearest', 'linear'].flatMap((mode) =>
    [
      { what: 'larger', scales: [1, 1, 2, 1.6] },
      { what: 'smaller', scales: [1, 1, 0.6, 0.5] },
      { what: 'higher and narrower', scales: [1, 1, 1.7, 0.6] },
    ].flatMap(({ what, scales }) => [
      oneNode({
        title: `Resize of 10, ${mode}, ${what}`,
        opset: 10,
        op: 'Resize',
        inputs: { x: image },
        attributes: { mode: { string: mode } },
        constants: [float32([4], (i) => scales[i] as number)],
        becomes: mode === 'nearest' && what.includes('and') ? ['Resize', 'Resize'] : ['Resize'],
        converter: mode === 'nearest' && what === 'smaller' ? 'same' : 'wrong',
      }),
    ]),
  ),
  oneNode({
    title: 'Resize of 10 by scales that are an input',
    opset: 10,
    op: 'Resize',
    inputs: { x: image, scales: float32([4], (i) => [1, 1, 2, 1.4][i] as number) },
    notes: ['node'],
    converter: 'wrong',
  }),
  ...[11, 12].flatMap((opset) => [
    oneNode({
      title: `Resize of ${opset} to sizes, other inputs empty`,
      opset,
      op: 'Resize',
      inputs: { x: image },
      attributes: { mode: { string: 'linear' } },
      constants: [floats(0), floats(0), int64([4], [1, 2, 7, 5])],
    }),
    ...['floor', 'round_prefer_floor'].map((nearest) =>
      oneNode({
        title: `Resize of ${opset}, tf_half_pixel_for_nn, ${nearest}`,
        opset,
        op: 'Resize',
        inputs: { x: image },
        attributes: {
          mode: { string: 'nearest' },
          coordinate_transformation_mode: { string: 'tf_half_pixel_for_nn' },
          nearest_mode: { string: nearest },
        },
        constants: [floats(0), floats(0), int64([4], [1, 2, 7, 5])],
      }),
    ),
  ]),
  ...[9, 10].map((opset) =>
    oneNode({
      opset,
      op: 'Scatter',
      inputs: { x: floats(3, 3) },
      constants: [int64([1, 3], [2, 0, 1]), floats(1, 3)],
      attributes: { axis: { int: 0 } },
      becomes: ['ScatterElements'],
    }),
  ),
  ...[7, 8, 9, 13, 14].map((opset) =>
    oneNode({
      opset,
      op: 'BatchNormalization',
      inputs: { x: floats(2, 3, 4) },
      constants: [per(3), per(3), per(3), spread],
      attributes: { epsilon: { float: 1e-3 } },
    }),
  ),
  oneNode({
    title: 'BatchNormalization of 7 that states spatial = 1',
    opset: 7,
    op: 'BatchNormalization',
    inputs: { x: floats(2, 3, 4) },
    constants: [per(3), per(3), per(3), spread],
    attributes: { spatial: { int: 1 } },
  }),
  oneNode({
    title: 'BatchNormalization of 7 with statistics of every element',
    opset: 7,
    op: 'BatchNormalization',
    inputs: { x: floats(2, 3, 4) },
    constants: [floats(3, 4), floats(3, 4), floats(3, 4), float32([3, 4], (i) => 0.5 + i)],
    attributes: { spatial: { int: 0 } },
    becomes: ['Add', 'Sqrt', 'Div', 'Sub', 'Mul', 'Add'],
    tolerance: 1e-6,
    converter: 'fails',
  }),
  ...[7, 9].map((opset) =>
    oneNode({
      title: `BatchNormalization of ${opset} that is trained`,
      opset,
      op: 'BatchNormalization',
      inputs: { x: floats(2, 3, 4) },
      constants: [per(3), per(3), per(3), spread],
      outputs: { y: 'float32', mean: 'float32', variance: 'float32', savedMean: 'float32', savedVariance: 'float32' },
      returns: ['y', 'mean', 'variance'],
      converter: 'fails',
    }),
  ),
  ...[10, 15].map((opset) =>
    oneNode({
      opset,
      op: 'RoiAlign',
      inputs: { x: image },
      constants: [float32([1, 4], (i) => [0.5, 0.5, 3, 2.5][i] as number), int64([1], [0])],
      attributes: { output_height: { int: 2 }, output_width: { int: 2 }, sampling_ratio: { int: 2 } },
    }),
  ),
  ...[undefined, 'bilinear', 'bicubic', 'nearest'].map((mode) =>
    oneNode({
      title: `GridSample of 16, ${mode ?? 'of the mode that it takes by itself'}`,
      opset: 16,
      op: 'GridSample',
      inputs: { x: image },
      constants: [float32([1, 3, 3, 2], (i) => Math.sin(i * 3.7))],
      attributes: mode === undefined ? {} : { mode: { string: mode } },
    }),
  ),
  ...[18, 20].flatMap((opset) =>
    (['stated', undefined] as const).map((dims) =>
      oneNode({
        title: `GroupNormalization of ${opset}, channels ${dims ?? 'free'}`,
        opset,
        op: 'GroupNormalization',
        inputs: { x: floats(2, 6, 4) },
        constants: [per(3), per(3)],
        attributes: { num_groups: { int: 3 } },
        ...(dims && { dims }),
        becomes: [
          ...(dims ? [] : ['Shape', 'Div', 'Concat']),
          ...['Reshape', 'Expand', 'Reshape', 'Reshape', 'Expand', 'Reshape', 'GroupNormalization'],
        ],
        tolerance: 1e-6,
        converter: 'wrong',
      }),
    ),
  ),
  oneNode({ opset: 9, op: 'Erf', inputs: { x: floats(5) } }),
  oneNode({
    title: 'OneHot of 9',
    opset: 9,
    op: 'OneHot',
    inputs: { i: int64([3], [0, 2, 5]) },
    constants: [int64([1], [3]), float32([2], (i) => i)],
    notes: ['node'],
  }),
  oneNode({
    title: 'ConvTranspose of 9, SAME_UPPER',
    opset: 9,
    op: 'ConvTranspose',
    inputs: { x: floats(1, 1, 3, 3) },
    constants: [floats(1, 1, 3, 3)],
    attributes: { auto_pad: { string: 'SAME_UPPER' }, strides: { ints: [2, 2] } },
    notes: ['node'],
  }),
];
