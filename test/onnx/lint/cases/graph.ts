import { externalAdd } from '../../../fixtures/models.js';
import { floats, model, node, quantised, relu, value, zeroPoint } from '../models.js';
import { branch, type Case, changed, conditional, loop, resize } from './case.js';

export const graphCases: Record<string, Case> = {
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
};
