import { expect, test } from 'vitest';
import { renameValues } from '../../../dist/esm/onnx/edit/rename-values.js';
import { readModel } from '../../../dist/esm/onnx/file/read-model.js';
import { serializeModel } from '../../../dist/esm/onnx/file/write-model.js';
import { float, floats, read, runModel, weights } from '../../support/onnx-graphs.js';

const model = () =>
  read({
    inputs: [float('x', [2]), float('z', [2])],
    outputs: [float('y')],
    initializers: [weights('w', [2])],
    nodes: [
      { op: 'Sub', inputs: ['x', 'w'], outputs: ['a'], name: 'first' },
      { op: 'Sub', inputs: ['a', 'z'], outputs: ['y'], name: 'second' },
    ],
  });

test('inputs, outputs, weights and nodes get other names, and compute the same', async () => {
  const changed = await model();
  renameValues(changed, { x: 'picture', y: 'scores', w: 'weights', first: 'minus' });
  const again = await readModel(await serializeModel(changed));
  expect(again.graph.inputs.map(({ name }) => name)).toEqual(['picture', 'z']);
  expect(again.graph.nodes.map(({ name, inputs }) => [name, inputs.map((input) => input?.name)])).toEqual([
    ['minus', ['picture', 'weights']],
    ['second', ['a', 'z']],
  ]);
  const expected = await runModel(await model(), { x: floats(2), z: floats(2) });
  expect(await runModel(changed, { picture: floats(2), z: floats(2) })).toEqual({ scores: expected['y'] });
});

test('two swap their names', async () => {
  const changed = await model();
  renameValues(changed, { x: 'z', z: 'x' });
  expect(changed.graph.inputs.map(({ name }) => name)).toEqual(['z', 'x']);
  expect(changed.graph.nodes[1]?.inputs.map((input) => input?.name)).toEqual(['a', 'x']);
});

test.each([
  [{ nothing: 'b' }, 'nothing'],
  [{ x: 'w' }, '"w"'],
  [{ x: 'b', z: 'b' }, '"b"'],
  [{ first: 'second' }, '"second"'],
  [{ x: '' }, 'non-empty'],
])('refuses %j', async (map, text) => {
  const unchanged = await model();
  expect(() => renameValues(unchanged, map)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT', message: expect.stringContaining(text) })); // biome-ignore format: short
  expect(unchanged.graph.inputs.map(({ name }) => name)).toEqual(['x', 'z']);
});
