import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { readModel } from '../../../dist/esm/onnx/file/read-model.js';
import { serializeModel } from '../../../dist/esm/onnx/file/write-model.js';
import { cloneModel } from '../../../dist/esm/onnx/graph/clone.js';
import { ensureOnnxCases, onnxCasesDir } from '../../../scripts/lib/onnx-cases.mjs';
import { listFiles } from '../../../scripts/lib/stamp.mjs';
import { findTools } from '../../../scripts/lib/tools.mjs';
import { useRealModels } from '../../support/real-models.js';

const models = useRealModels();
beforeAll(async () => {
  await ensureOnnxCases((await findTools()).tools.python);
}, 300_000);

test('every operator case of ONNX is the same, byte for byte, after it was read, copied and written', async () => {
  const files = listFiles(onnxCasesDir, (name) => name.endsWith('.onnx'));
  expect(files.length).toBeGreaterThan(1600);
  const different: string[] = [];
  for (const file of files) {
    const path = join(onnxCasesDir, file);
    const written = await serializeModel(cloneModel(await readModel(path)));
    if (Buffer.compare(written, readFileSync(path)) !== 0) different.push(file);
  }
  expect(different).toEqual([]);
}, 120_000);

test.each(['magika', 'open-nsfw', 'minilm-opset14', 'minilm-opset20'] as const)(
  '%s is the same after it was read and written',
  async (name) => {
    const written = await serializeModel(await readModel(models.path(name)));
    expect(Buffer.compare(written, readFileSync(models.path(name)))).toBe(0);
  },
);
