// Every operator case of ONNX: with all types taken away but those of the inputs, inference finds what the cases state.

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { readModel } from '../../../dist/esm/onnx/file/read-model.js';
import { inferTypes } from '../../../dist/esm/onnx/infer/infer-types.js';
import { ensureOnnxCases, onnxCasesDir } from '../../../scripts/lib/onnx-cases.mjs';
import { findTools } from '../../../scripts/lib/tools.mjs';

beforeAll(async () => {
  await ensureOnnxCases((await findTools()).tools.python);
}, 300_000);

test('inferTypes finds the stated type of every output of every operator case', async () => {
  const wrong: string[] = [];
  let compared = 0;
  for (const name of readdirSync(onnxCasesDir)) {
    const model = await readModel(join(onnxCasesDir, name, 'model.onnx'));
    const stated = new Map();
    for (const graph of model.graphs()) {
      for (const value of graph.values) {
        if (!value.producer || value.type?.kind !== 'tensor') continue;
        stated.set(value, value.elementType);
        value.type = undefined;
      }
    }
    const { conflicts, unknown } = await inferTypes(model);
    for (const { value } of conflicts) wrong.push(`${name}: conflict of '${value.name}'`);
    for (const value of unknown) wrong.push(`${name}: '${value.name}' of ${value.producer?.label} is not known`);
    for (const [value, type] of stated) {
      compared++;
      if (value.elementType !== type) wrong.push(`${name}: '${value.name}' is ${value.elementType}, stated ${type}`);
    }
  }
  expect(wrong).toEqual([]);
  expect(compared).toBeGreaterThan(2000);
}, 60_000);
