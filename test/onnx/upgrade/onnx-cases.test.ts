import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { TensorMap } from 'node-tensorrt';
import { beforeAll, expect, test } from 'vitest';
import { engineRunner } from '../../../dist/esm/engine/model-runner.js';
import { readModel } from '../../../dist/esm/onnx/file/read-model.js';
import { serializeModel } from '../../../dist/esm/onnx/file/write-model.js';
import { upgradeOpset } from '../../../dist/esm/onnx/upgrade/upgrade.js';
import { ensureOnnxCases, onnxCasesDir } from '../../../scripts/lib/onnx-cases.mjs';
import { findTools } from '../../../scripts/lib/tools.mjs';
import { readCase } from '../../conformance/cases.mjs';
import { toArguments } from '../../conformance/js-tensor.mjs';
import { useOnnxReference } from '../../support/onnx-reference.js';

const reference = useOnnxReference();

beforeAll(async () => {
  await ensureOnnxCases((await findTools()).tools.python);
}, 300_000);

async function run(model: Uint8Array | string, inputs: TensorMap) {
  const runner = await engineRunner(model, { optimize: false });
  try {
    const outputs = Object.entries(await runner.run(inputs));
    return outputs.map(([name, { type, dims, data }]) => ({ name, type, dims, data }));
  } finally {
    await runner.close();
  }
}

test("ONNX's operator cases come to 21, and those that changed give the same, bit by bit", async () => {
  const refused: string[] = [];
  let changed = 0;
  let ran = 0;
  for (const name of readdirSync(onnxCasesDir)) {
    const folder = join(onnxCasesDir, name);
    const model = await readModel(join(folder, 'model.onnx'));
    if (model.opset === 0) continue;
    const report = await upgradeOpset(model).catch(() => undefined);
    if (!report) refused.push(name);
    if (!report?.changed.length) continue;
    changed++;
    const bytes = await serializeModel(model);
    expect(await reference.check(bytes), name).toBeNull();
    const one = readCase(folder);
    if (one.class !== 'tensors') continue;
    const inputs = Object.fromEntries(
      one.inputs.map((tensor) => {
        const [type, data, dims] = toArguments(tensor);
        return [tensor.name, { type, data, dims }];
      }),
    ) as TensorMap;
    const before = await run(one.model, inputs).catch(() => undefined);
    if (!before) continue;
    ran++;
    expect(await run(bytes, inputs), name).toEqual(before);
  }
  // Those are of operator set 1.
  expect(refused.sort()).toEqual(['test_not_2d', 'test_not_3d', 'test_not_4d']);
  expect(changed).toBeGreaterThanOrEqual(48);
  expect(ran).toBeGreaterThanOrEqual(45);
}, 60_000);
