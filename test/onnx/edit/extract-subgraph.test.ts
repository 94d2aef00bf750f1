import { expect, test } from 'vitest';
import { extractSubgraph } from '../../../dist/esm/onnx/edit/extract-subgraph.js';
import { rejection } from '../../support/failure.js';
import { float, floats, operators, read, runModel, weights } from '../../support/onnx-graphs.js';

const given = {
  inputs: [float('x', ['N', 2]), float('z', ['N', 2])],
  outputs: [float('y')],
  initializers: [weights('w', [2]), weights('v', [2])],
  imports: { other: 1 },
  nodes: [
    { op: 'Add', inputs: ['x', 'w'], outputs: ['a'] },
    { op: 'Relu', inputs: ['a'], outputs: ['b'] },
    { op: 'Mul', inputs: ['b', 'v'], outputs: ['c'] },
    { op: 'Add', inputs: ['c', 'z'], outputs: ['y'] },
  ],
};

test('gives a model of what lies between, with its weights, and leaves the whole as it is', async () => {
  const model = await read(given);
  const part = await extractSubgraph(model, { inputs: ['b'], outputs: ['c', 'y'] }).catch((error) => error);
  expect(part).toMatchObject({ code: 'INVALID_ARGUMENT', message: expect.stringContaining("'z'") });
  const middle = await extractSubgraph(model, { inputs: ['b'], outputs: ['c'] });
  expect(operators(middle)).toEqual(['Mul']);
  expect(middle.graph.inputs.map(({ name, dims }) => [name, dims])).toEqual([['b', ['N', 2]]]);
  expect(middle.graph.initializers.map(({ name }) => name)).toEqual(['v']);
  expect(operators(model)).toEqual(['Add', 'Relu', 'Mul', 'Add']);
  const [x, z] = [floats(3, 2), floats(3, 2)];
  const front = await extractSubgraph(model, { inputs: ['x'], outputs: ['b'] });
  const back = await extractSubgraph(model, { inputs: ['z', 'b'], outputs: ['y'] });
  expect(await runModel(back, { z, ...(await runModel(front, { x })) })).toEqual(await runModel(model, { x, z }));
});

test('cuts a value that a branch returns', async () => {
  const branch = (name: string) => ({ graph: { outputs: [float(name)], nodes: [{ op: 'Neg', inputs: ['a'], outputs: [name] }] } }); // biome-ignore format: short
  const model = await read({
    inputs: [float('x', [2]), { name: 'c', type: 'bool', dims: [] }],
    outputs: [float('y')],
    nodes: [
      { op: 'Relu', inputs: ['x'], outputs: ['a'] },
      { op: 'If', inputs: ['c'], outputs: ['y'], attributes: { then_branch: branch('t'), else_branch: branch('e') } },
    ],
  });
  const part = await extractSubgraph(model, { inputs: ['a', 'c'], outputs: ['y'] });
  expect(operators(part)).toEqual(['If']);
  const c = { type: 'bool', dims: [], data: Uint8Array.of(1) } as const;
  expect((await runModel(part, { a: floats(2), c }))['y']?.data).toEqual(
    (floats(2).data as Float32Array).map((n) => -n),
  );
});

test('a weight may become an input, and an input with a default stays one', async () => {
  const model = await read({ ...given, inputs: [...given.inputs, float('w', [2])] });
  const part = await extractSubgraph(model, { inputs: ['x', 'v'], outputs: ['c'] });
  expect(part.graph.inputs.map(({ name }) => name)).toEqual(['x', 'v', 'w']);
  expect(part.graph.initializers.map(({ name }) => name)).toEqual(['w']);
});

test('refuses names of nothing, outputs that are inputs, and values of unknown type', async () => {
  const refused = async (inputs: string[], outputs: string[]) => {
    const model = await read({ ...given, nodes: [...given.nodes, { op: 'Own', domain: 'other', inputs: ['a'], outputs: ['o'] }] }); // biome-ignore format: short
    const error = await rejection(extractSubgraph(model, { inputs, outputs }));
    expect(error.code).toBe('INVALID_ARGUMENT');
    return error.message;
  };
  expect(await refused(['nothing'], ['y'])).toContain('nothing');
  expect(await refused(['b'], ['b'])).toContain('not among the inputs');
  expect(await refused(['x'], [])).toContain('at least one');
  expect(await refused(['x', 'x'], ['b'])).toContain('once');
  expect(await refused(['x'], ['o'])).toContain("'o'");
});
