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

test('optional outputs that nobody uses are left out, others stay', async () => {
  const pools = {
    inputs: [float('x', [1, 1, 4, 4])],
    outputs: [float('y'), float('z'), { name: 'at', type: 'int64' } as const],
    nodes: [
      { op: 'MaxPool', inputs: ['x'], outputs: ['y', 'spare'], attributes: { kernel_shape: { ints: [2, 2] } } },
      { op: 'MaxPool', inputs: ['x'], outputs: ['z', 'at'], attributes: { kernel_shape: { ints: [3, 3] } } },
    ],
  };
  const { model, changed } = await applyPass(removeDead, pools, { x: floats(1, 1, 4, 4) });
  expect(model.graph.nodes.map((node) => node.outputs.map((output) => output?.name))).toEqual([['y'], ['z', 'at']]);
  expect([...model.graph.values].map(({ name }) => name)).not.toContain('spare');
  expect(changed).toBe(1);
});

test('the sequence of an LSTM is left out where only its last state is used', async () => {
  const { model } = await applyPass(
    removeDead,
    {
      inputs: [float('x', [3, 1, 2])],
      outputs: [float('h')],
      initializers: [weights('w', [1, 8, 2]), weights('r', [1, 8, 2])],
      nodes: [
        { op: 'LSTM', inputs: ['x', 'w', 'r'], outputs: ['all', 'h', 'c'], attributes: { hidden_size: { int: 2 } } },
      ],
    },
    { x: floats(3, 1, 2) },
  );
  expect(model.graph.nodes[0]?.outputs.map((output) => output?.name)).toEqual([undefined, 'h']);
});
