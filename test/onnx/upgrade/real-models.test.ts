import type { TensorMap } from 'node-tensorrt';
import { expect, test } from 'vitest';
import { engineRunner } from '../../../dist/esm/toolkit/engine-runner.js';
import { readModel } from '../../../lib/onnx/file/read-model.js';
import { writeModel } from '../../../lib/onnx/file/write-model.js';
import { upgradeOpset } from '../../../lib/onnx/upgrade/upgrade.js';
import { useOnnxReference } from '../../support/onnx-reference.js';
import { type RealModelName, useRealModels } from '../../support/real-models.js';
import { tempFolder } from '../../support/temp-folder.js';

const reference = useOnnxReference();
const models = useRealModels();

/** What upgrading each to 21 changes: operators and how often. */
const changes: Record<RealModelName, { from: number; changed: Record<string, number> }> = {
  'pp-ocr-det': { from: 0, changed: {} },
  'pp-ocr-rec': { from: 0, changed: {} },
  'pp-ocr-cls': { from: 0, changed: {} },
  'open-nsfw': { from: 0, changed: {} },
  magika: { from: 0, changed: {} },
  'minilm-opset14': { from: 0, changed: {} },
  'minilm-opset20': { from: 0, changed: {} },
};

async function run(file: string, inputs: TensorMap) {
  const runner = await engineRunner(file, { optimize: false });
  try {
    const outputs = Object.values(await runner.run(inputs));
    return outputs.map(({ dims, data }) => ({ dims, data }));
  } finally {
    await runner.close();
  }
}

test.each(Object.entries(changes))('%s gives the same, bit by bit, in operator set 21', async (name, expected) => {
  const file = models.path(name as RealModelName);
  const model = await readModel(file);
  const { from, changed, notes } = await upgradeOpset(model);
  const counts: Record<string, number> = {};
  for (const { opType } of changed) counts[opType] = (counts[opType] ?? 0) + 1;
  expect({ from, changed: counts, notes }).toEqual({ ...expected, notes: [] });

  const upgraded = `${tempFolder()}/model.onnx`;
  await writeModel(model, upgraded);
  expect(await reference.check(upgraded)).toBeNull();
  const [sample] = await models.samples(name as RealModelName);
  const inputs = (sample as { inputs: TensorMap }).inputs;
  expect(await run(upgraded, inputs)).toEqual(await run(file, inputs));
}, 120_000);
