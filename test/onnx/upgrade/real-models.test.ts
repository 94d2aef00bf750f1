import type { TensorMap } from 'node-tensorrt';
import { expect, test } from 'vitest';
import { engineRunner } from '../../../dist/esm/engine/model-runner.js';
import { readModel } from '../../../dist/esm/onnx/file/read-model.js';
import { writeModel } from '../../../dist/esm/onnx/file/write-model.js';
import { upgradeOpset } from '../../../dist/esm/onnx/upgrade/upgrade.js';
import { useOnnxReference } from '../../support/onnx-reference.js';
import { type RealModelName, useRealModels } from '../../support/real-models.js';
import { tempFolder } from '../../support/temp-folder.js';

const reference = useOnnxReference();
const models = useRealModels();

/** What upgrading each to 21 changes: operators and how often. `tolerance`: how far apart results may be. @default 0 */
const changes: Record<RealModelName, { from: number; changed: Record<string, number>; tolerance?: number }> = {
  'pp-ocr-det': { from: 11, changed: { Resize: 6 } },
  // ONNX Runtime adds up in another order in AveragePool from 19 on.
  'pp-ocr-rec': { tolerance: 1e-6, from: 9, changed: { Clip: 28, ReduceMean: 10, Slice: 10, Squeeze: 7 } },
  'pp-ocr-cls': { from: 9, changed: { Clip: 18, Slice: 1 } },
  'open-nsfw': { from: 17, changed: { ReduceMean: 1 } },
  magika: { from: 15, changed: { ReduceMax: 1 } },
  'minilm-opset14': { from: 14, changed: { ReduceL2: 1, ReduceMean: 26 } },
  'minilm-opset20': { from: 20, changed: {} },
};

async function run(
  file: string,
  inputs: TensorMap,
): Promise<{ name: string; dims: readonly number[]; data: number[] }[]> {
  const runner = await engineRunner(file, { optimize: false });
  try {
    const outputs = Object.entries(await runner.run(inputs));
    return outputs.map(([name, { dims, data }]) => ({ name, dims, data: Array.from(data as Float32Array) }));
  } finally {
    await runner.close();
  }
}

/** A matcher would take minutes for millions of numbers. */
function furthestApart(a: readonly number[], b: readonly number[]): number {
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - (b[i] ?? Number.NaN))), a.length - b.length);
}

test.each(Object.entries(changes))(
  '%s gives the same in operator set 21',
  async (name, expected) => {
    const file = models.path(name as RealModelName);
    const model = await readModel(file);
    const { tolerance = 0, ...said } = expected;
    const { from, changed, notes } = await upgradeOpset(model);
    const counts: Record<string, number> = {};
    for (const { opType } of changed) counts[opType] = (counts[opType] ?? 0) + 1;
    expect({ from, changed: counts, notes }).toEqual({ ...said, notes: [] });

    const upgraded = `${tempFolder()}/model.onnx`;
    await writeModel(model, upgraded);
    expect(await reference.check(upgraded)).toBeNull();
    const [sample] = await models.samples(name as RealModelName);
    const inputs = (sample as { inputs: TensorMap }).inputs;
    const [before, after] = [await run(file, inputs), await run(upgraded, inputs)];
    expect(after.map(({ name, dims }) => ({ name, dims }))).toEqual(before.map(({ name, dims }) => ({ name, dims })));
    for (const [i, { data }] of before.entries()) {
      expect(furthestApart(data, after[i]?.data ?? [])).toBeLessThanOrEqual(tolerance);
    }
  },
  120_000,
);
