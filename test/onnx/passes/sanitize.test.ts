import { expect, test } from 'vitest';
import { readModel } from '../../../dist/esm/onnx/file/read-model.js';
import { serializeModel } from '../../../dist/esm/onnx/file/write-model.js';
import { tensorType } from '../../../dist/esm/onnx/graph/value-type.js';
import { sanitize } from '../../../dist/esm/onnx/passes/sanitize.js';
import { float, floats, read, runModel } from '../../support/onnx-graphs.js';
import { useOnnxReference } from '../../support/onnx-reference.js';

const reference = useOnnxReference();
const neg = (from: string, to: string, name = '') => ({ op: 'Neg', inputs: [from], outputs: [to], name });
const base = { inputs: [float('x', [2])], outputs: [float('y', [2])] };

test('every node gets a name of its own', async () => {
  const given = {
    ...base,
    nodes: [neg('x', 'a'), neg('a', 'b', 'same'), neg('b', 'c', 'same'), neg('c', 'y', 'mine')],
  };
  const model = await read(given);
  // ONNX Runtime refuses the same name twice.
  await expect(runModel(model, { x: floats(2) })).rejects.toThrow('same');
  expect(await sanitize.run(model)).toBe(2);
  expect((await runModel(model, { x: floats(2) }))['y']?.data).toEqual(floats(2).data);
  const names = model.graph.nodes.map(({ name }) => name);
  expect(new Set(names).size).toBe(4);
  expect([names[1], names[3]]).toEqual(['same', 'mine']);
});

test('imports go that nobody uses, and outputs that are listed twice', async () => {
  const model = await read({ ...base, imports: { unused: 3 }, nodes: [neg('x', 'y')] });
  model.graph.addOutput(model.graph.outputs[0] as never);
  expect(await sanitize.run(model)).toBe(3);
  expect([...model.opsets.keys()]).toEqual(['']);
  expect(model.graph.outputs).toHaveLength(1);
  expect(await reference.check(await serializeModel(model))).toBeNull();
});

test('stated types that are wrong or of nothing go, right ones stay', async () => {
  const model = await read({ ...base, nodes: [neg('x', 'a', 'n1'), neg('a', 'b', 'n2'), neg('b', 'y', 'n3')] });
  const { graph } = model;
  const state = (name: string, size: number) => {
    const value = graph.find(name) ?? graph.declareValue(name);
    value.type = tensorType('float32', [size]);
    graph.valueInfo.add(value);
  };
  state('a', 2);
  state('b', 7);
  state('gone', 2);
  state('y', 2);
  expect(await reference.check(await serializeModel(model))).not.toBeNull();
  expect(await sanitize.run(model)).toBe(3);
  const written = await serializeModel(model);
  expect(await reference.check(written)).toBeNull();
  const again = await readModel(written);
  expect([...again.graph.valueInfo].map(({ name, dims }) => [name, dims])).toEqual([['a', [2]]]);
  expect(again.graph.outputs[0]?.dims).toEqual([2]);
});
