import { join } from 'node:path';
import { type ComparisonReport, castModel, compareModels, writeModel } from 'node-tensorrt/onnx';
import { describe, expect, test } from 'vitest';
import { castRecord, type OutputError } from '../support/autocast.js';
import { useOnnxReference } from '../support/onnx-reference.js';
import { realModelNames, useRealModels } from '../support/real-models.js';
import { tempFolder } from '../support/temp-folder.js';

const models = useRealModels();
const reference = useOnnxReference();

/** In dB, least of all outputs; null: equal. */
const worst = (errors: Record<string, OutputError> | string | undefined): number => {
  if (typeof errors !== 'object') throw new Error(`there is no result of AutoCast: ${errors}`);
  return Math.min(...Object.values(errors).map(({ snrDb }) => snrDb ?? Number.POSITIVE_INFINITY));
};

/** The output that is furthest off, over all samples. */
function leastDb({ outputs }: ComparisonReport): number {
  expect(outputs.length).toBeGreaterThan(0);
  return Math.min(...outputs.map(({ all }) => all.snr as number));
}

/**
 * What bfloat16, which has two to three digits, leaves over its rounding errors in these models: dB, stated rather than
 * wished for. AutoCast leaves as much or less (test/fixtures/autocast.json).
 */
const bfloat16Db = { 'pp-ocr-det': 15, 'pp-ocr-rec': 25, 'pp-ocr-cls': 28, magika: 10, 'open-nsfw': 40 } as Record<
  string,
  number
>;

describe.each(realModelNames)('castModel() of %s', (name) => {
  test.each(['fp16', 'bf16'] as const)(
    'to %s passes onnx.checker, and is no worse than AutoCast',
    async (to) => {
      const path = models.path(name);
      const samples = (await models.samples(name)).map(({ inputs }) => inputs);
      const { model, report } = await castModel(path, { to, samples });
      const target = join(tempFolder(), `${to}.onnx`);
      await writeModel(model, target);
      expect(await reference.check(target)).toBeNull();

      const autocast = castRecord(name, to);
      const counts = await reference.precisions(target);
      expect(counts.wide).toBe(report.fp32);
      expect(counts.wide).toBeLessThanOrEqual(autocast.counts?.wide ?? 0);

      const emulated = await compareModels(path, target, samples, { emulate: 'always' });
      const snr = leastDb(emulated);
      // Half a decibel: the two emulations round in other places.
      expect(snr).toBeGreaterThan(worst(autocast.emulated) - 0.5);
      expect(snr).toBeGreaterThan(to === 'fp16' ? 40 : (bfloat16Db[name] ?? 30));
      if (to === 'bf16') return;
      const run = await compareModels(path, target, samples, { emulate: 'never' });
      expect(leastDb(run)).toBeGreaterThan(40);
    },
    120_000,
  );
});
