import { expect, test } from 'vitest';
import { removeDead } from '../../../dist/esm/onnx/passes/remove-dead.js';
import { applyPass, float, floats, operators, read, weights } from '../../support/onnx-graphs.js';

const neg = (from: string, name: string) => ({ op: 'Neg', inputs: [from], outputs: [name] });

test('nodes go that nobody uses, with what only they used; inputs stay', async () => {
  const given = {
    inputs: [float('x', [2]), float('unused', [2])],
    outputs: [float('y')],
    initializers: [weights('w', [2]), weights('v', [2])],
    nodes: [neg('x', 'y'), neg('x', 'a'), { op: 'Add', inputs: ['a', 'w'], outputs: ['b'] }, neg('b', 'c')],
  };
  const { model, operators } = await applyPass(removeDead, given, { x: floats(2), unused: floats(2) });
  expect(operators).toEqual(['Neg']);
  expect([...model.graph.values].map(({ name }) => name).sort()).toEqual(['unused', 'x', 'y']);
});

test('dead nodes of branches go, a node with branches goes as a whole', async () => {
  const branch = (name: string) => ({
    graph: { outputs: [float(name)], nodes: [neg('x', name), neg(name, `${name}2`)] },
  });
  const node = (name: string) => ({
    op: 'If',
    inputs: ['c'],
    outputs: [name],
    attributes: { then_branch: branch(`${name}t`), else_branch: branch(`${name}e`) },
  });
  const given = {
    inputs: [float('x', [2]), { name: 'c', type: 'bool', dims: [] } as const],
    outputs: [float('y')],
    nodes: [node('y'), node('dead'), neg('dead', 'also')],
  };
  const { model } = await applyPass(removeDead, given, { x: floats(2), c: { type: 'bool', dims: [], data: Uint8Array.of(0) } }); // biome-ignore format: short
  expect([...model.graph.allNodes()].map(({ opType }) => opType)).toEqual(['If', 'Neg', 'Neg']);
});

test('functions go that nobody calls; nodes of domains that are not known stay', async () => {
  const body = (name: string, op: string, domain: string) => ({
    domain: 'own',
    name,
    inputs: ['in'],
    outputs: ['out'],
    nodes: [{ op, domain, inputs: ['in'], outputs: ['out'] }],
  });
  const model = await read({
    inputs: [float('x', [2])],
    outputs: [float('y')],
    imports: { own: 1, other: 1 },
    nodes: [
      { op: 'A', domain: 'own', inputs: ['x'], outputs: ['y'] },
      { op: 'Print', domain: 'other', inputs: ['x'], outputs: ['z'] },
    ],
    functions: [body('A', 'B', 'own'), body('B', 'Neg', ''), body('C', 'D', 'own'), body('D', 'Neg', '')],
  });
  expect(await removeDead.run(model)).toBe(2);
  expect(model.functions.map(({ name }) => name)).toEqual(['A', 'B']);
  expect(operators(model)).toEqual(['A', 'Print']);
});
