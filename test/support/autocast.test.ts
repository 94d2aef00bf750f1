import { expect, test } from 'vitest';
import { pins } from '../../scripts/lib/pins.mjs';
import { castRecord, castRecords } from './autocast.js';
import { useOnnxReference } from './onnx-reference.js';
import { realModelNames, useRealModels } from './real-models.js';

const models = useRealModels();
const reference = useOnnxReference();

test('the records were made by the pinned versions', () => {
  const pinned = Object.entries<string>({ ...pins.onnxReference, ...pins.torchReference });
  const recorded = Object.entries(castRecords.versions);
  expect(recorded.length).toBeGreaterThan(5);
  for (const entry of recorded) expect(pinned).toContainEqual(entry);
});

test.each(realModelNames)('the records of %s are of the model and the samples that the tests use', async (name) => {
  const record = castRecords.models.find((model) => model.name === name);
  expect(record?.nodes).toBe((await reference.describe(models.path(name))).nodes.length);
  expect(record?.samples).toBe((await models.samples(name)).length);
  for (const to of ['fp16', 'bf16'] as const) {
    for (const keepIoTypes of [true, false]) {
      const { failed, counts, emulated } = castRecord(name, to, { keepIoTypes });
      // Either it says why there is nothing, or how good it is.
      if (failed === undefined) {
        expect(counts?.low).toBeGreaterThan(0);
        expect(Object.keys(emulated ?? {}).length).toBeGreaterThan(0);
      }
    }
  }
});

test('castRecord() says what to run when there is none', () => {
  expect(() => castRecord('magika', 'bf16', { tool: 'onnxconverter-common' })).toThrow(/npm run reference:autocast/);
});
