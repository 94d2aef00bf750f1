// Every operator case of ONNX that this library carries and ONNX Runtime runs: it gives the same bits after
// optimisation. Once as they are, and once with all inputs but the first as constants, so that there is something to compute.

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { engineRunner } from '../../../dist/esm/engine/model-runner.js';
import { readModel } from '../../../dist/esm/onnx/file/read-model.js';
import { serializeModel } from '../../../dist/esm/onnx/file/write-model.js';
import type { Model } from '../../../dist/esm/onnx/graph/model.js';
import { Tensor } from '../../../dist/esm/onnx/graph/tensor.js';
import type { TensorMap } from '../../../dist/esm/tensor/types.js';
import { optimizeModel } from '../../../dist/esm/toolkit/optimize-model.js';
import { ensureOnnxCases, onnxCasesDir } from '../../../scripts/lib/onnx-cases.mjs';
import { findTools } from '../../../scripts/lib/tools.mjs';
import { readCase } from '../../conformance/cases.mjs';
import { toArguments } from '../../conformance/js-tensor.mjs';

beforeAll(async () => {
  await ensureOnnxCases((await findTools()).tools.python);
}, 300_000);

/** Bits of all outputs, or the code of the error. */
async function outcome(model: Uint8Array, inputs: TensorMap): Promise<unknown> {
  try {
    const runner = await engineRunner(model, { optimize: false });
    try {
      const made = await runner.run(inputs);
      return Object.entries(made).map(([name, { type, dims, data }]) => {
        if (Array.isArray(data)) return [name, type, [...dims], data];
        return [name, type, [...dims], Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64')];
      });
    } finally {
      await runner.close();
    }
  } catch (error) {
    return (error as { code?: string }).code ?? error;
  }
}

type Case = ReturnType<typeof readCase>;

function inputsOf({ inputs }: Case, skipped: ReadonlySet<string> = new Set()): TensorMap {
  const entries = inputs
    .filter(({ name }) => !skipped.has(name))
    .map((input) => [input.name, input, toArguments(input)] as const);
  return Object.fromEntries(entries.map(([name, , [type, data, dims]]) => [name, { type, data, dims }]));
}

/** Makes inputs constants; the names of those. */
function makeConstants(model: Model, { inputs }: Case): Set<string> {
  const constant = new Set<string>();
  for (const value of [...model.graph.inputs]) {
    const given = inputs.find(({ name }) => name === value.name);
    if (!given || !value.elementType || value.elementType === 'string' || value.isOutput) continue;
    model.graph.removeInput(value);
    model.graph.setInitializer(value, Tensor.raw(value.elementType, given.dims, Uint8Array.from(given.data)));
    constant.add(value.name);
  }
  return constant;
}

test.each([
  ['as they are', false, 100],
  ['with all inputs as constants', true, 1000],
])(
  'optimizeModel keeps what the operator cases give, bit by bit, %s',
  async (_, hasConstants, least) => {
    const wrong: string[] = [];
    let changed = 0;
    let compared = 0;
    for (const folder of readdirSync(onnxCasesDir)) {
      const entry = readCase(join(onnxCasesDir, folder));
      if (entry.class !== 'tensors') continue;
      const model = await readModel(entry.model);
      const inputs = inputsOf(entry, hasConstants ? makeConstants(model, entry) : undefined);
      const optimized = await optimizeModel(model);
      changed += optimized.report.passes.reduce((sum, pass) => sum + (pass.pass === 'sanitize' ? 0 : pass.changed), 0);
      if (!optimized.report.isSettled) wrong.push(`${folder}: not settled`);
      const [given, made] = [await serializeModel(model), await serializeModel(optimized.model)];
      if (Buffer.from(given).equals(Buffer.from(made))) continue;
      const [before, after] = [await outcome(given, inputs), await outcome(made, inputs)];
      // What it did not run before, because of a type that one node wants, it may run now.
      if (typeof before === 'string') continue;
      compared++;
      if (JSON.stringify(before) !== JSON.stringify(after))
        wrong.push(`${folder}: ${JSON.stringify([before, after]).slice(0, 200)}`);
    }
    expect(wrong).toEqual([]);
    expect(compared).toBeGreaterThan(least);
    expect(changed).toBeGreaterThan(least);
  },
  120_000,
);
