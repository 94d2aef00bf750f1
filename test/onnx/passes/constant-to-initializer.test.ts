import { expect, test } from 'vitest';
import { constantToInitializer } from '../../../dist/esm/onnx/passes/constant-to-initializer.js';
import { applyPass, float, floats } from '../../support/onnx-graphs.js';

const constant = (name: string) => ({ op: 'Constant', inputs: [], outputs: [name], attributes: { value_floats: { floats: [1, 2] } } }); // biome-ignore format: short

test('Constant nodes become initialisers of the same name, in subgraphs too', async () => {
  const branch = (name: string) => ({
    graph: {
      outputs: [float(`${name}y`)],
      nodes: [constant(name), { op: 'Add', inputs: ['s', name], outputs: [`${name}y`] }],
    },
  });
  const { model, operators, changed } = await applyPass(
    constantToInitializer,
    {
      inputs: [float('x', [2]), { name: 'c', type: 'bool', dims: [] }],
      outputs: [float('y', [2])],
      nodes: [
        constant('k'),
        { op: 'Add', inputs: ['x', 'k'], outputs: ['s'] },
        { op: 'If', inputs: ['c'], outputs: ['y'], attributes: { then_branch: branch('t'), else_branch: branch('e') } },
      ],
    },
    { x: floats(2), c: { type: 'bool', dims: [], data: Uint8Array.of(1) } },
  );
  expect(changed).toBe(3);
  expect(operators).toEqual(['Add', 'If']);
  expect(model.graph.initializers.map(({ name }) => name)).toEqual(['k']);
});

test('stays where the constant is an output, and in models too old to have initialisers that are no inputs', async () => {
  const given = { inputs: [float('x', [2])], outputs: [float('k', [2]), float('y', [2])], nodes: [constant('k'), { op: 'Add', inputs: ['x', 'k'], outputs: ['y'] }] }; // biome-ignore format: short
  expect((await applyPass(constantToInitializer, given, { x: floats(2) })).changed).toBe(0);
  const old = {
    ...given,
    opset: 8,
    irVersion: 3,
    outputs: [float('y', [2])],
    nodes: [
      {
        op: 'Constant',
        inputs: [],
        outputs: ['k'],
        attributes: { value: { tensor: { type: 'float32', dims: [2], data: Float32Array.of(1, 2) } } },
      },
      { op: 'Add', inputs: ['x', 'k'], outputs: ['y'] },
    ],
  } as const;
  expect((await applyPass(constantToInitializer, old, { x: floats(2) })).changed).toBe(0);
});
