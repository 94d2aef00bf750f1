import { readModel } from '../../../../dist/esm/onnx/file/read-model.js';
import { attribute } from '../../../../dist/esm/onnx/graph/attribute.js';
import { externalAdd, externalWeights } from '../../../fixtures/models.js';
import { floats, int64s, model, node, relu, value } from '../models.js';
import { type Case, changed, large, loop, weight } from './case.js';

export const valuesCases: Record<string, Case> = {
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
};
