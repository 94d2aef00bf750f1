import { expect, test } from 'vitest';
import { setDims } from '../../../dist/esm/onnx/edit/set-dims.js';
import { readModel } from '../../../dist/esm/onnx/file/read-model.js';
import { serializeModel } from '../../../dist/esm/onnx/file/write-model.js';
import { tensorType } from '../../../dist/esm/onnx/graph/value-type.js';
import { rejection } from '../../support/failure.js';
import { float, read } from '../../support/onnx-graphs.js';

const model = async () => {
  const given = await read({
    inputs: [float('x', [1, 3, 8, 8])],
    outputs: [float('y', [1, 3, 1, 1])],
    nodes: [
      { op: 'Relu', inputs: ['x'], outputs: ['a'] },
      { op: 'GlobalAveragePool', inputs: ['a'], outputs: ['y'] },
    ],
  });
  const a = given.graph.find('a');
  if (!a) throw new Error('a is missing');
  a.type = tensorType('float32', [1, 3, 8, 8]);
  given.graph.valueInfo.add(a);
  return given;
};

test('inputs get the sizes, and what the file states of others follows', async () => {
  const changed = await model();
  await setDims(changed, { x: ['N', 3, 'H', null] });
  const { graph } = await readModel(await serializeModel(changed));
  expect(graph.inputs[0]?.dims).toEqual(['N', 3, 'H', null]);
  expect([...graph.valueInfo].map(({ dims }) => dims)).toEqual([['N', 3, 'H', null]]);
  expect(graph.outputs[0]?.dims).toEqual(['N', 3, 1, 1]);
});

test('refuses names that are no inputs, and other ranks', async () => {
  expect(await rejection(setDims(await model(), { a: [1] }))).toMatchObject({ code: 'INVALID_ARGUMENT' });
  expect(await rejection(setDims(await model(), { x: [1, 3] }))).toMatchObject({ code: 'SHAPE_MISMATCH' });
  expect(await rejection(setDims(await model(), {}))).toMatchObject({ code: 'INVALID_ARGUMENT' });
});
