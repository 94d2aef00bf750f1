// The cases as ONNX ships them, one folder each.

import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { readModel, readTensor } from './onnx-file.mjs';
import { carried } from './tensor-types.mjs';

/**
 * @typedef {object} Case
 * @property {string} name of the folder, without 'test_'
 * @property {string} model path of the .onnx file
 * @property {string[]} operators
 * @property {'tensors' | 'type' | 'kind'} class 'tensors': only tensors of types that the library carries; 'type': a
 *   tensor of another element type; 'kind': a sequence, map or optional value
 * @property {number[]} otherTypes element types that the library does not carry
 * @property {import('./onnx-file.mjs').Tensor[]} inputs empty unless the class is 'tensors', and so is `expected`
 * @property {import('./onnx-file.mjs').Tensor[]} expected
 */

/** @param {string} dir @returns {Case[]} */
export function readCases(dir) {
  return readdirSync(dir)
    .sort()
    .map((folder) => readCase(path.join(dir, folder)));
}

/** @param {string} folder @returns {Case} */
export function readCase(folder) {
  const sets = readdirSync(folder).filter((name) => name.startsWith('test_data_set_'));
  const name = path.basename(folder).replace(/^test_/, '');
  if (sets.join() !== 'test_data_set_0') throw new Error(`${name} has the data sets ${sets.join()}, expected one`);
  const model = path.join(folder, 'model.onnx');
  const { inputs, outputs, operators } = readModel(readFileSync(model));
  const all = [...inputs, ...outputs];
  const types = [...new Set(all.filter(({ kind }) => kind === 'tensor').map(({ type }) => type))];
  const otherTypes = types.filter((type) => !carried.has(type));
  const isKind = all.some(({ kind }) => kind !== 'tensor');
  const common = { name, model, operators, otherTypes };
  if (isKind || otherTypes.length > 0) {
    return { ...common, class: isKind ? 'kind' : 'type', inputs: [], expected: [] };
  }
  const data = path.join(folder, 'test_data_set_0');
  return {
    ...common,
    class: 'tensors',
    inputs: readTensors(data, 'input', inputs),
    expected: readTensors(data, 'output', outputs),
  };
}

/**
 * The files of a case are in the order of the model's inputs or outputs.
 * @param {string} dir
 * @param {'input' | 'output'} what
 * @param {readonly import('./onnx-file.mjs').ModelValue[]} values
 */
function readTensors(dir, what, values) {
  return values.map((value, i) => {
    const tensor = readTensor(readFileSync(path.join(dir, `${what}_${i}.pb`)));
    if (tensor.type !== value.type) throw new Error(`${dir}: ${what} ${i} has another type than the model says`);
    return { ...tensor, name: value.name };
  });
}
