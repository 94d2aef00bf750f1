import { expect, test } from 'vitest';
import { sort } from '../../../dist/esm/onnx/passes/sort.js';
import { rejection } from '../../support/failure.js';
import { float, operators, read } from '../../support/onnx-graphs.js';

const of = (...ops: [string, string, string][]) =>
  read({
    inputs: [float('x', [2])],
    outputs: [float('y')],
    nodes: ops.map(([op, input, output]) => ({ op, inputs: [input], outputs: [output] })),
  });

test('nodes come behind those whose outputs they use', async () => {
  const model = await of(['Neg', 'b', 'y'], ['Abs', 'a', 'b'], ['Relu', 'x', 'a']);
  expect(await sort.run(model)).toBe(1);
  expect(operators(model)).toEqual(['Relu', 'Abs', 'Neg']);
  expect(await sort.run(model)).toBe(0);
});

test('throws MODEL_INVALID where nodes wait for one another', async () => {
  const model = await of(['Neg', 'b', 'a'], ['Abs', 'a', 'b'], ['Relu', 'b', 'y']);
  expect(await rejection(Promise.resolve(sort.run(model)))).toMatchObject({ code: 'MODEL_INVALID' });
});

test('a node comes behind those whose outputs its branches use', async () => {
  const branch = (name: string) => ({ graph: { outputs: [float(name)], nodes: [{ op: 'Neg', inputs: ['a'], outputs: [name] }] } }); // biome-ignore format: short
  const model = await read({
    inputs: [float('x', [2]), { name: 'c', type: 'bool', dims: [] }],
    outputs: [float('y')],
    nodes: [
      { op: 'If', inputs: ['c'], outputs: ['y'], attributes: { then_branch: branch('t'), else_branch: branch('e') } },
      { op: 'Relu', inputs: ['x'], outputs: ['a'] },
    ],
  });
  expect(await sort.run(model)).toBe(1);
  expect(operators(model)).toEqual(['Relu', 'If']);
});
