import { floats, int64s, model, node, quantised, relu, value, zeroPoint } from '../models.js';
import { anything, type Case, conditional, image, loop, pool, resize } from './case.js';

export const tensorrtCases: Record<string, Case> = {
  'tensorrt-operator': {
    bad: [
      [
        model([node('Det', ['x'], ['y'])]),
        /TensorRT 11\S+ and TensorRT-RTX 1\.\S+ do not know/,
        { for: ['tensorrt', 'tensorrt-rtx'] },
      ],
      [model([node('Magic', ['x'], ['y'], { domain: 'acme' })], { imports: { acme: 1 } }), /do not know the operator/],
      [
        model([node('DFT', ['x'], ['y'])], {
          inputs: [value('x', 'float32', ['N', 4, 1])],
          outputs: [value('y', 'float32', ['N', 3, 2])],
        }),
        /TensorRT-RTX/,
        { for: ['tensorrt-rtx'] },
      ],
    ],
    good: [model([node('Gelu', ['x'], ['y'], { domain: 'com.microsoft' })])],
  },
  'tensorrt-attribute': {
    bad: [
      [resize({ antialias: { int: 1 } }), /has antialias/],
      [resize({ keep_aspect_ratio_policy: { string: 'not_larger' } }), /keep_aspect_ratio_policy 'not_larger'/],
      [resize({ coordinate_transformation_mode: { string: 'half_pixel_symmetric' } }), /half_pixel_symmetric/],
      [pool('AveragePool', { dilations: { ints: [2, 2] } }), /dilations other than 1/],
      [pool('MaxPool', {}, ['y', 'where']), /more than one output/],
      [pool('LpPool', { p: { int: 3 } }), /has p 3/],
      [model([node('Squeeze', ['x'], ['y'])], { inputs: [value('x', 'float32', ['N', 1])] }), /has no axes/],
    ],
    good: [resize({}), pool('AveragePool', { dilations: { ints: [1, 1] } }), pool('LpPool', { p: { int: 1 } })],
  },
  'tensorrt-constant-input': {
    bad: [
      [
        model([node('ReduceSum', ['x', 'a'], ['y'])], { inputs: [value('x'), value('a', 'int64', [1])] }),
        /takes 'a' for its axes/,
      ],
      [
        model([node('Cast', ['a'], ['b'], { attributes: { to: { int: 7 } } }), node('Unsqueeze', ['x', 'b'], ['y'])], {
          inputs: [value('x'), value('a', 'int32', [1])],
        }),
        /takes 'b' for its axes/,
      ],
      [
        model([node('Resize', ['x', '', 's'], ['y'])], {
          inputs: [image, value('s', 'float32', [4])],
          outputs: [anything],
        }),
        /takes sizes from the input 's', which is float32/,
      ],
    ],
    good: [
      model([node('ReduceSum', ['x', 'a'], ['y'])], { initializers: [int64s('a', [1])] }),
      model([node('Size', ['x'], ['n']), node('Reshape', ['n', 'one'], ['b']), node('Unsqueeze', ['x', 'b'], ['y'])], {
        initializers: [int64s('one', [1])],
      }),
      resize({}),
    ],
  },
  'tensorrt-type': {
    bad: [
      [
        model([relu, node('Identity', ['s'], ['t'])], {
          inputs: [value('x'), value('s', 'string')],
          outputs: [value('y'), value('t', 'string')],
        }),
        /'s' is string/,
      ],
      [
        model([relu], { initializers: [{ name: 'w', type: 'uint32', dims: [1], data: Uint32Array.of(1) }] }),
        /constant 'w' is uint32/,
      ],
      [
        model([node('Flatten', ['x'], ['f']), node('Cast', ['f'], ['y'], { attributes: { to: { int: 1 } } })], {
          inputs: [value('x', 'uint8')],
        }),
        /uint8 and goes into Flatten 'f' without a Cast/,
      ],
      [
        model([
          node('Cast', ['x'], ['c'], { attributes: { to: { int: 5 } } }),
          node('Cast', ['c'], ['y'], { attributes: { to: { int: 1 } } }),
        ]),
        /casts to int16/,
      ],
      [
        model([node('MatMul', ['x', 'w'], ['y'])], {
          inputs: [value('x', 'int32')],
          outputs: [value('y', 'int32')],
          initializers: [{ name: 'w', type: 'int32', dims: [4, 4], data: new Int32Array(16) }],
        }),
        /computes with int32/,
      ],
    ],
    good: [
      model([node('Cast', ['x'], ['y'], { attributes: { to: { int: 1 } } })], { inputs: [value('x', 'uint8')] }),
      model([node('Cast', ['x'], ['y'], { attributes: { to: { int: 2 } } })], { outputs: [value('y', 'uint8')] }),
    ],
  },
  'tensorrt-rank': {
    bad: [[model([relu], { inputs: [value('x', 'float32', Array(9).fill(1))] }), /has 9 dimensions/]],
    good: [model([relu], { inputs: [value('x', 'float32', Array(8).fill(1))] })],
  },
  'tensorrt-quantization': {
    bad: [
      [quantised(zeroPoint('uint8')), /uint8, which TensorRT reads as int8/],
      [quantised(zeroPoint('int8', 3)), /zero point other than 0/],
      [quantised(zeroPoint('int16'), { opset: 21 }), /int16, which TensorRT does not have/],
      [quantised(zeroPoint('int8'), { scale: [0] }), /not greater than 0/],
      [
        model([node('DequantizeLinear', ['b', 's'], ['f']), node('Add', ['x', 'f'], ['y'])], {
          opset: 13,
          initializers: [floats('s', [1], []), { name: 'b', type: 'int32', dims: [4], data: new Int32Array(4) }],
        }),
        /int32 \(a bias\)/,
      ],
      [
        model([node('QuantizeLinear', ['x', 's'], ['q']), node('DequantizeLinear', ['q', 's'], ['y'])], {
          opset: 13,
          initializers: [floats('s', [1], [])],
        }),
        /uint8 \(as it has no zero point\)/,
        { severity: 'error' },
      ],
    ],
    good: [quantised(zeroPoint('int8')), quantised(zeroPoint('int8', 0, [4]), { scale: [1, 1, 1, 1], dims: [4] })],
  },
  'tensorrt-control-flow': {
    bad: [
      [
        conditional(node('Relu', ['x'], ['p']), node('Cast', ['x'], ['r'], { attributes: { to: { int: 10 } } }), [
          'float32',
          'float16',
        ] as never),
        /float32 from one branch and float16 from the other/,
        { node: 'choice' },
      ],
      [loop(''), /no condition/],
    ],
    good: [conditional(node('Relu', ['x'], ['p']), node('Neg', ['x'], ['r'])), loop('c')],
  },
  'tensorrt-plugin': {
    bad: [
      [
        model([node('RoiAlign', ['x', 'r', 'b'], ['y'])], {
          inputs: [image, value('r', 'float32', ['R', 4]), value('b', 'int64', ['R'])],
          outputs: [anything],
        }),
        /plugin ROIAlign_TRT/,
      ],
    ],
    good: [model([relu])],
  },
  'tensorrt-dynamic-shape': {
    bad: [
      [model([node('NonZero', ['x'], ['y'])], { outputs: [value('y', 'int64', [2, 'M'])] }), /depends on values/],
      [
        model([node('Reshape', ['x', 's'], ['y'])], { inputs: [value('x'), value('s', 'int64', [2])] }),
        /depends on values of 's'/,
      ],
    ],
    good: [model([node('Shape', ['x'], ['s']), node('Reshape', ['x', 's'], ['y'])])],
  },
  'tensorrt-turing': {
    bad: [
      [
        model([node('MatMul', ['x', 'w'], ['y'])], { initializers: [floats('w', Array(16).fill(1), [4, 4])] }),
        /1 matrix products/,
        { for: ['tensorrt-rtx'] },
      ],
    ],
    good: [
      model([relu]),
      model([node('MatMul', ['x', 'x'], ['y'])], { inputs: [value('x', 'float16')], outputs: [value('y', 'float16')] }),
    ],
  },
};
