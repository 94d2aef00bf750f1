import { floats, model, node, relu, value } from '../models.js';
import { type Case, conditional, loop, pool, weight } from './case.js';

export const unusedCases: Record<string, Case> = {
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
