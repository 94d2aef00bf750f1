import { describe, expect, test } from 'vitest';
import { emulateLowPrecision } from '../../../dist/esm/onnx/emulate/emulate.js';
import { serializeModel } from '../../../dist/esm/onnx/file/write-model.js';
import { castModel } from '../../../dist/esm/toolkit/cast-model.js';
import { compareModels } from '../../../dist/esm/toolkit/compare/compare-models.js';
import { layers, samplesOf } from '../../support/graph-models.js';
import { useOnnxReference } from '../../support/onnx-reference.js';
import { tempFolder } from '../../support/temp-folder.js';

describe('emulateLowPrecision() beside another implementation of the same', () => {
  const reference = useOnnxReference();

  test.each(['fp16', 'bf16'] as const)(
    'gives the same in %s, value by value',
    async (to) => {
      const { model } = await castModel(layers(6), { to });
      const bytes = await serializeModel(model);
      const theirs = `${tempFolder()}/emulated.onnx`;
      await reference.emulate(bytes, theirs);
      const ours = await emulateLowPrecision(model, { types: ['bfloat16', 'float16'] });
      expect(await reference.check(await serializeModel(ours))).toBeNull();
      const report = await compareModels(theirs, ours, samplesOf('x', [8, 8], 5), {
        optimize: false,
        emulate: 'never',
      });
      expect(report.outputs[0]?.all).toMatchObject({ elements: 320, differing: 0 });
      const plain = await compareModels(layers(6), ours, samplesOf('x', [8, 8], 5), { optimize: false });
      expect(plain.outputs[0]?.all.snr).toBeLessThan(to === 'fp16' ? 80 : 60);
    },
    120_000,
  );
});
