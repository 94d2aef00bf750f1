import { describe, expect, test } from 'vitest';
import { readModel } from '../../../dist/esm/onnx/file/read-model.js';
import { attribute } from '../../../dist/esm/onnx/graph/attribute.js';
import type { Model } from '../../../dist/esm/onnx/graph/model.js';
import { Tensor } from '../../../dist/esm/onnx/graph/tensor.js';
import { lintModel } from '../../../dist/esm/onnx/lint/lint-model.js';
import { lintRules } from '../../../dist/esm/onnx/lint/rules/index.js';
import { externalAdd, externalWeights } from '../../fixtures/models.js';
import { onnxModel } from '../../fixtures/onnx-writer.js';
import { floats, int64s, model, node, quantised, relu, value, zeroPoint } from './models.js';

type Source = Uint8Array | (() => Model | Promise<Model>);
interface Case {
  /** Models in which the rule must find something, with a part of what it says. */
  bad: readonly (readonly [
    Source,
    RegExp,
    { severity?: string; for?: string[]; node?: string; value?: string; graph?: string }?,
  ])[];
  /** Models that are much alike, in which it must find nothing. */
  good: readonly Source[];
}

const branch = (nodes: ReturnType<typeof node>[], output: ReturnType<typeof value>) => ({
  graph: { name: 'branch', nodes, outputs: [output] },
});
const conditional = (
  thenNode: ReturnType<typeof node>,
  elseNode: ReturnType<typeof node>,
  types = ['float32', 'float32'] as const,
) =>
  model(
    [
      node('If', ['c'], ['y'], {
        name: 'choice',
        attributes: {
          then_branch: branch([thenNode], value(thenNode.outputs[0] ?? '', types[0])),
          else_branch: branch([elseNode], value(elseNode.outputs[0] ?? '', types[1])),
        },
      }),
    ],
    { inputs: [value('x'), value('c', 'bool', [])] },
  );
const image = value('x', 'float32', ['N', 3, 8, 8]);
const anything = value('y', 'float32', ['N', 'a', 'b', 'c']);
const pool = (
  op: string,
  attributes: Record<string, { int: number } | { ints: number[] } | { string: string }>,
  outputs = ['y'],
) =>
  model([node(op, ['x'], outputs, { attributes: { kernel_shape: { ints: [2, 2] }, ...attributes } })], {
    inputs: [image],
    outputs: [anything],
  });
const resize = (attributes: Record<string, { int: number } | { string: string }>, scales = floats('s', [1, 1, 2, 2])) =>
  model([node('Resize', ['x', '', 's'], ['y'], { attributes })], {
    opset: 18,
    inputs: [image],
    outputs: [anything],
    initializers: [scales],
  });
const loop = (condition: string) =>
  model(
    [
      node('Loop', ['n', condition, 'x'], ['y'], {
        attributes: {
          body: {
            graph: {
              inputs: [value('i', 'int64', []), value('go', 'bool', []), value('v')],
              outputs: [value('again', 'bool', []), value('w')],
              nodes: [node('Identity', ['go'], ['again']), node('Relu', ['v'], ['w'])],
            },
          },
        },
      }),
    ],
    {
      inputs: [value('x')],
      initializers: [int64s('n', [3], []), { name: 'c', type: 'bool', dims: [], data: Uint8Array.of(1) }],
    },
  );
const weight = (tensor: ReturnType<typeof floats>) =>
  model([node('Add', ['x', 'w'], ['y'])], { initializers: [tensor] });

/** A model that was read, and changed to what the writer of the fixtures does not write. */
const changed = (source: Uint8Array, change: (model: Model) => void) => async () => {
  const read = await readModel(source);
  change(read);
  return read;
};
const large = (bytes: number) =>
  new Tensor('uint8', [bytes], {
    byteLength: bytes,
    bytes: undefined,
    read: async () => new Uint8Array(),
    async *chunks() {},
  });

const cases: Record<string, Case> = {
  unreadable: {
    bad: [
      [new TextEncoder().encode('no model, but a text of some length'), /not an ONNX model/],
      [model([node('Relu', ['x'], ['y']), node('Neg', ['x'], ['y'])]), /two values with the name 'y'/],
      [externalAdd({ location: 'weights.bin' }), /options.externalData does not have/],
    ],
    good: [model([relu])],
  },
  'attribute-kind': {
    bad: [
      [resize({ antialias: { string: 'yes' } } as never), /'antialias' is of kind 'string', expected 'int'/],
      [
        model([node('Cast', ['x'], ['y'], { name: 'c', attributes: { to: { ints: [1] } } as never })]),
        /expected 'int'/,
        { node: 'c' },
      ],
    ],
    good: [resize({ antialias: { int: 0 } })],
  },
  'dangling-input': {
    bad: [
      [
        model([node('Add', ['x', 'lost'], ['y'])]),
        /takes 'lost', which nothing provides/,
        { node: 'y', value: 'lost' },
      ],
      [model([relu], { outputs: [value('y'), value('z')] }), /output 'z' is provided by nothing/, { value: 'z' }],
    ],
    good: [model([node('Clip', ['x', '', 'w'], ['y'])], { initializers: [floats('w', [1], [])] })],
  },
  cycle: {
    bad: [
      [
        model([node('Add', ['x', 'b'], ['a']), node('Relu', ['a'], ['b']), node('Relu', ['b'], ['y'])]),
        /wait for one another/,
      ],
    ],
    good: [model([node('Relu', ['a'], ['y']), node('Relu', ['x'], ['a'])])],
  },
  'unsorted-nodes': {
    bad: [
      [
        model([node('Relu', ['a'], ['y']), node('Relu', ['x'], ['a'])]),
        /takes 'a' before it is produced/,
        { node: 'y', value: 'a' },
      ],
    ],
    good: [model([node('Relu', ['x'], ['a']), node('Relu', ['a'], ['y'])]), loop('c')],
  },
  'duplicate-node-name': {
    bad: [
      [
        model([node('Relu', ['x'], ['a'], { name: 'n' }), node('Relu', ['a'], ['y'], { name: 'n' })]),
        /2 nodes have the name 'n'/,
      ],
    ],
    good: [model([node('Relu', ['x'], ['a'], { name: 'm' }), node('Relu', ['a'], ['y'], { name: 'n' })])],
  },
  'shadowed-name': {
    bad: [
      [
        model(
          [
            node('Neg', ['x'], ['p']),
            node('If', ['c'], ['q'], {
              attributes: {
                then_branch: branch([node('Relu', ['x'], ['p'])], value('p')),
                else_branch: branch([node('Neg', ['x'], ['r'])], value('r')),
              },
            }),
            node('Add', ['p', 'q'], ['y']),
          ],
          { inputs: [value('x'), value('c', 'bool', [])] },
        ),
        /'p' hides the value/,
        { graph: 'branch', value: 'p' },
      ],
    ],
    good: [conditional(node('Relu', ['x'], ['p']), node('Neg', ['x'], ['r']))],
  },
  'missing-opset': {
    bad: [
      [changed(model([relu]), ({ opsets }) => opsets.clear()), /domain 'ai.onnx' are used/],
      [
        model([node('Gelu', ['x'], ['y'], { domain: 'com.microsoft' })]),
        /domain 'com.microsoft'/,
        { severity: 'warning' },
      ],
    ],
    good: [model([node('Gelu', ['x'], ['y'], { domain: 'com.microsoft' })], { imports: { 'com.microsoft': 1 } })],
  },
  'unknown-domain': {
    bad: [
      [
        model([node('Magic', ['x'], ['y'], { domain: 'acme' })], { imports: { acme: 1 } }),
        /acme\.Magic is of a domain/,
      ],
    ],
    good: [
      model([node('Magic', ['x'], ['y'], { domain: 'acme' })], {
        imports: { acme: 1 },
        functions: [
          { domain: 'acme', name: 'Magic', inputs: ['a'], outputs: ['b'], nodes: [node('Relu', ['a'], ['b'])] },
        ],
      }),
    ],
  },
  'operator-version': {
    bad: [
      [model([node('Rellu', ['x'], ['y'])]), /ONNX has no such operator/],
      [model([node('Gelu', ['x'], ['y'])], { opset: 19 }), /came with operator set 20/],
      [
        model([node('Upsample', ['x', 's'], ['y'])], { opset: 10, initializers: [floats('s', [1, 1])] }),
        /taken back in operator set 10/,
      ],
    ],
    good: [model([node('Gelu', ['x'], ['y'])], { opset: 20 })],
  },
  'opset-version': {
    bad: [
      [
        model([relu], { opset: 27 }),
        /operator set 27: the CPU backend takes up to 26/,
        { for: ['cpu'], severity: 'error' },
      ],
      [model([relu], { irVersion: 14 }), /file format \(IR\) 14/, { for: ['cpu'] }],
      [model([relu], { opset: 6 }), /from 7 on only/, { severity: 'warning' }],
      [model([relu], { opset: 12 }), /need 13/, { severity: 'info' }],
    ],
    good: [model([relu], { opset: 13 }), model([relu], { opset: 26, irVersion: 13 })],
  },
  'quantization-opset': {
    bad: [
      [quantised(zeroPoint('int8', 0, [4]), { scale: [1, 1, 1, 1], dims: [4], opset: 12 }), /scale of shape \[4\]/],
    ],
    good: [
      quantised(zeroPoint('int8', 0, [4]), { scale: [1, 1, 1, 1], dims: [4] }),
      quantised(zeroPoint('int8'), { opset: 12 }),
    ],
  },
  'type-mismatch': {
    bad: [
      [
        model([node('Cast', ['x'], ['y'], { attributes: { to: { int: 10 } } })]),
        /'y' is stated to be float32, and Cast 'y' makes float16/,
        { for: ['onnx', 'cpu'] },
      ],
    ],
    good: [
      model([node('Cast', ['x'], ['y'], { attributes: { to: { int: 10 } } })], { outputs: [value('y', 'float16')] }),
    ],
  },
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
  'training-node': {
    bad: [
      [
        model(
          [
            node('BatchNormalization', ['x', ...'sbmv'], ['y', 'n', 'w'], {
              attributes: { training_mode: { int: 1 } },
            }),
          ],
          {
            initializers: [...'sbmv'].map((name) => floats(name, [1, 1, 1, 1])),
          },
        ),
        /is in training mode.*TensorRT refuses it/,
        { severity: 'error', for: ['tensorrt', 'tensorrt-rtx'] },
      ],
      [
        model([node('Dropout', ['x', 'r', 't'], ['y'])], {
          initializers: [floats('r', [0.5], []), { name: 't', type: 'bool', dims: [], data: Uint8Array.of(1) }],
        }),
        /draws random numbers$/,
        { severity: 'warning', for: ['onnx', 'cpu'] },
      ],
      [model([node('Adam', ['x'], ['y'], { domain: 'ai.onnx.preview.training' })]), /operator of training/],
      [
        changed(model([relu]), (read) => Object.assign(read.proto ?? {}, { trainingInfo: [{}] })),
        /1 training graphs/,
        { severity: 'info' },
      ],
    ],
    good: [
      model([node('Dropout', ['x', 'r', 't'], ['y'])], {
        initializers: [floats('r', [0.5], []), { name: 't', type: 'bool', dims: [], data: Uint8Array.of(0) }],
      }),
    ],
  },
  'float64-compute': {
    bad: [
      [
        model([node('Add', ['x', 'x'], ['y'])], { inputs: [value('x', 'float64')], outputs: [value('y', 'float64')] }),
        /which TensorRT turns into float32/,
        { severity: 'warning', for: ['tensorrt', 'tensorrt-rtx'] },
      ],
    ],
    good: [
      model([node('Cast', ['x'], ['y'], { attributes: { to: { int: 1 } } })], { inputs: [value('x', 'float64')] }),
    ],
  },
  'cpu-kernel': {
    bad: [
      [
        model([relu], { inputs: [value('x', 'bfloat16')], outputs: [value('y', 'bfloat16')] }),
        /no kernel/,
        { severity: 'error', for: ['cpu'] },
      ],
      [
        model([relu], { inputs: [value('x', 'float16')], outputs: [value('y', 'float16')] }),
        /computed in float32.*Relu 1/,
        { severity: 'info' },
      ],
    ],
    good: [
      model([node('Transpose', ['x'], ['y'])], { inputs: [value('x', 'bfloat16')], outputs: [value('y', 'bfloat16')] }),
    ],
  },
  'cast-chain': {
    bad: [
      [
        model([
          node('Cast', ['x'], ['h'], { attributes: { to: { int: 10 } } }),
          node('Cast', ['h'], ['y'], { attributes: { to: { int: 1 } } }),
        ]),
        /Cast 'y' casts what Cast 'h' has cast/,
      ],
    ],
    good: [model([node('Cast', ['x'], ['y'], { attributes: { to: { int: 1 } } })])],
  },
  'missing-shape': {
    bad: [
      [model([relu], { inputs: [{ name: 'x', type: 'float32' }] }), /input 'x' has no shape/, { severity: 'warning' }],
      [
        changed(model([relu]), ({ graph }) => {
          (graph.inputs[0] as { type?: unknown }).type = undefined;
        }),
        /has no type/,
        { severity: 'error' },
      ],
      [
        changed(model([relu]), ({ graph }) => {
          (graph.outputs[0] as { type?: unknown }).type = undefined;
        }),
        /output 'y' has no type/,
        { for: ['tensorrt', 'tensorrt-rtx'] },
      ],
    ],
    good: [model([relu]), loop('c')],
  },
  'unnamed-dim': {
    bad: [[model([relu], { inputs: [value('x', 'float32', [null, 4])] }), /dimension 0 has neither size nor name/]],
    good: [model([relu])],
  },
  'batch-dimension': {
    bad: [
      [model([relu], { inputs: [value('x', 'float32', [1, 4])] }), /fixed to 1/],
      [model([relu], { outputs: [value('y', 'float32', ['M', 4])] }), /different names: 'N', 'M'/],
    ],
    good: [model([relu])],
  },
  'non-finite-weight': {
    bad: [
      [weight(floats('w', [Number.NaN, 1, 1, 1])), /has 1 NaN/, { severity: 'warning', value: 'w' }],
      [weight(floats('w', [Number.NEGATIVE_INFINITY, 1, 1, 1])), /1 infinite/, { severity: 'info' }],
    ],
    good: [weight(floats('w', [1, 2, 3, 4]))],
  },
  'denormal-weight': {
    bad: [[weight(floats('w', [1e-40, 1, 1, 1])), /1 denormal elements \(25 %\)/]],
    good: [weight(floats('w', [0, 1e-37, 1, 1]))],
  },
  'fp16-overflow': {
    bad: [[weight(floats('w', [70000, 1, 1, -1e6])), /2 elements beyond 65504, up to 1\.00e\+6/]],
    good: [weight(floats('w', [65504, Number.POSITIVE_INFINITY, 1, 1]))],
  },
  'int64-range': {
    bad: [
      [
        model([node('Add', ['x', 'w'], ['y'])], {
          inputs: [value('x', 'int64')],
          outputs: [value('y', 'int64')],
          initializers: [int64s('w', [2 ** 40, 1, 1, 1])],
        }),
        /1 elements beyond 32 bits/,
      ],
    ],
    good: [
      model([node('Slice', ['x', 's', 'e'], ['y'])], {
        initializers: [
          int64s('s', [0, 0]),
          { name: 'e', type: 'int64', dims: [2], data: BigInt64Array.of(2n ** 63n - 1n, 2n ** 31n - 1n) },
        ],
      }),
    ],
  },
  'constant-node': {
    bad: [
      [
        changed(model([node('Constant', [], ['w']), relu]), ({ graph }) =>
          graph.nodes[0]?.set('value', attribute.tensor(large(2 ** 20 + 1))),
        ),
        /holds 1048577 bytes/,
      ],
    ],
    good: [
      changed(model([node('Constant', [], ['w']), relu]), ({ graph }) =>
        graph.nodes[0]?.set('value', attribute.tensor(large(2 ** 20))),
      ),
    ],
  },
  'huge-constant': {
    bad: [[changed(model([relu]), ({ graph }) => graph.newInitializer('w', large(2 ** 28 + 1))), /'w' of shape/]],
    good: [changed(model([relu]), ({ graph }) => graph.newInitializer('w', large(2 ** 28)))],
  },
  'model-size': {
    bad: [
      [
        changed(model([relu]), ({ graph }) => {
          for (let i = 0; i < 8; i++) graph.newInitializer('w', large(2 ** 28));
        }),
        /weights are 2147483648 bytes/,
      ],
    ],
    good: [changed(model([relu]), ({ graph }) => graph.newInitializer('w', large(2 ** 28)))],
  },
  'external-data': {
    bad: [
      [
        async () =>
          readModel(externalAdd({ location: 'weights.bin' }), {
            externalData: [{ path: 'weights.bin', data: new Uint8Array(externalWeights.buffer) }],
          }),
        /1 weights \(16 bytes\) lie in 'weights.bin'/,
      ],
    ],
    good: [weight(floats('w', [1, 2, 3, 4]))],
  },
  'unused-node': {
    bad: [[model([relu, node('Neg', ['x'], ['a']), node('Abs', ['a'], ['b'])]), /depends on Neg 'a'/, { node: 'a' }]],
    good: [conditional(node('Relu', ['x'], ['p']), node('Neg', ['x'], ['r'])), loop('c')],
  },
  'unused-initializer': {
    bad: [[model([relu], { initializers: [floats('w', [1, 2])] }), /the initialiser 'w' of 8 bytes/, { value: 'w' }]],
    good: [
      weight(floats('w', [1, 2, 3, 4])),
      model([relu], { outputs: [value('y'), value('w')], initializers: [floats('w', [1])] }),
    ],
  },
  'unused-input': {
    bad: [
      [model([relu], { inputs: [value('x'), value('spare')] }), /nothing uses the input 'spare'/, { value: 'spare' }],
    ],
    good: [model([], { outputs: [value('x')] })],
  },
  'unused-output': {
    bad: [[pool('MaxPool', {}, ['y', 'where']), /output 'where' of MaxPool 'y'/, { value: 'where' }]],
    good: [pool('MaxPool', {})],
  },
  'unused-function': {
    bad: [
      [
        model([relu], {
          functions: [
            { domain: 'acme', name: 'F', inputs: ['a'], outputs: ['b'], nodes: [node('Relu', ['a'], ['b'])] },
          ],
        }),
        /function acme\.F/,
      ],
    ],
    good: [
      model([node('F', ['x'], ['y'], { domain: 'acme' })], {
        imports: { acme: 1 },
        functions: [{ domain: 'acme', name: 'F', inputs: ['a'], outputs: ['b'], nodes: [node('Relu', ['a'], ['b'])] }],
      }),
    ],
  },
};

const find = async (source: Source, rule: string) =>
  (await lintModel(typeof source === 'function' ? await source() : source)).filter((finding) => finding.rule === rule);

test('every rule has models that it must object to, and others that it must not', () => {
  expect(Object.keys(cases).sort()).toEqual(lintRules.map(({ name }) => name).sort());
});

describe.each(Object.entries(cases))('%s', (name, { bad, good }) => {
  test.each(bad.map((each, i) => [i + 1, ...each] as const))(
    'finds it (model %i)',
    async (_i, source, message, rest = {}) => {
      const findings = await find(source, name);
      const match = findings.find((finding) => message.test(finding.message));
      expect(match, JSON.stringify(findings)).toMatchObject({ rule: name, ...rest });
      expect(match?.hint).toMatch(/^\S.{10,}/);
    },
  );

  test.each(good.map((source, i) => [i + 1, source] as const))(
    'finds nothing in what is sound (model %i)',
    async (_i, source) => {
      expect(await find(source, name)).toEqual([]);
    },
  );
});

test('a sound model has no findings at all', async () => {
  expect(await lintModel(model([relu]))).toEqual([]);
  expect(
    await lintModel(onnxModel({ inputs: [value('x')], outputs: [value('y')], nodes: [relu], opset: 21 }), {
      deep: true,
    }),
  ).toEqual([]);
});
