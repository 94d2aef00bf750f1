// Every operator case of ONNX with tensors: what is inferred of its outputs is what its results have. Small inputs behind
// the first (shapes, axes, sizes) are made constants, so that the rules that look at them are tried.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { readModel } from '../../../dist/esm/onnx/file/read-model.js';
import { elementTypeOf } from '../../../dist/esm/onnx/graph/element-types.js';
import type { Model } from '../../../dist/esm/onnx/graph/model.js';
import { Tensor } from '../../../dist/esm/onnx/graph/tensor.js';
import { inferShapes } from '../../../dist/esm/onnx/infer/infer-shapes.js';
import { ensureOnnxCases, onnxCasesDir } from '../../../scripts/lib/onnx-cases.mjs';
import { findTools } from '../../../scripts/lib/tools.mjs';
import { readTensor } from '../../conformance/onnx-file.mjs';

beforeAll(async () => {
  await ensureOnnxCases((await findTools()).tools.python);
}, 300_000);

const read = (folder: string, file: string) => readTensor(readFileSync(join(folder, 'test_data_set_0', file)));

/** A case without any stated type but those of its inputs; undefined where it has other values than tensors. */
async function stripped(folder: string): Promise<Model | undefined> {
  const model = await readModel(join(folder, 'model.onnx'));
  const { inputs, outputs } = model.graph;
  if (![...inputs, ...outputs].every(({ type }) => type?.kind === 'tensor')) return undefined;
  for (const graph of model.graphs()) for (const value of graph.values) if (value.producer) value.type = undefined;
  return model;
}

function makeConstants(model: Model, folder: string): void {
  const first = model.graph.nodes[0]?.opType ?? '';
  for (const [i, value] of [...model.graph.inputs].entries()) {
    const isSize = i > 0 || /ConstantOfShape|Range|Window/.test(first);
    if (!isSize || !existsSync(join(folder, 'test_data_set_0', `input_${i}.pb`))) continue;
    if (!['int64', 'int32', 'float32', 'bool'].includes(value.elementType ?? '')) continue;
    const { type, dims, data } = read(folder, `input_${i}.pb`);
    if (dims.reduce((product, dim) => product * dim, 1) > 256) continue;
    model.graph.removeInput(value);
    model.graph.setInitializer(value, Tensor.raw(elementTypeOf(type) ?? 'undefined', dims, Uint8Array.from(data)));
  }
}

test.each([
  ['as they are', false, 1500],
  ['with small inputs as constants', true, 1800],
])(
  'inferShapes says nothing wrong about the results of the operator cases, %s',
  async (_, hasConstants, enough) => {
    const wrong: string[] = [];
    let complete = 0;
    for (const name of readdirSync(onnxCasesDir)) {
      const folder = join(onnxCasesDir, name);
      const model = await stripped(folder);
      if (!model) continue;
      if (hasConstants) makeConstants(model, folder);
      const { conflicts } = await inferShapes(model);
      for (const { value, stated, inferred } of conflicts) wrong.push(`${name} ${value.name}: ${stated} / ${inferred}`);
      for (const [i, { dims, elementType }] of model.graph.outputs.entries()) {
        const actual = read(folder, `output_${i}.pb`);
        if (elementType !== elementTypeOf(actual.type)) wrong.push(`${name} output ${i}: ${elementType}`);
        if (dims === undefined) continue;
        const isSame =
          dims.length === actual.dims.length &&
          dims.every((dim, k) => typeof dim !== 'number' || dim === actual.dims[k]);
        if (!isSame) wrong.push(`${name} output ${i}: [${dims}], but the result is [${actual.dims}]`);
        else if (dims.every((dim) => typeof dim === 'number')) complete++;
      }
    }
    expect(wrong).toEqual([]);
    // That nothing is wrong must not come from knowing nothing.
    expect(complete).toBeGreaterThan(enough);
  },
  60_000,
);
