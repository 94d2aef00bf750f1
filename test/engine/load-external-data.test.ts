import { rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { externalAdd, externalWeights, withExternalData } from '../fixtures/models.js';
import { f32, load, numbers } from '../support/engines.js';
import { failure } from '../support/failure.js';
import { tempFolder } from '../support/temp-folder.js';

const weights = new Uint8Array(externalWeights.buffer);
const bytes = externalAdd({ location: 'weights.bin', offset: 0, length: weights.length });

describe('load() with external data', () => {
  test('reads a file beside the model and one in a folder below', async () => {
    for (const location of ['weights.bin', 'deep/er/weights.bin']) {
      const engine = await load(withExternalData(tempFolder(), location));
      expect(numbers(await engine.run({ x: f32([10, 20, 30, 40]) }), 'y')).toEqual([11, 22, 33, 44]);
    }
  });

  test('takes it from options.externalData for a model of bytes', async () => {
    const engine = await load(bytes, { externalData: [{ path: 'weights.bin', data: weights.slice() }] });
    expect(numbers(await engine.run({ x: f32([10, 20, 30, 40]) }), 'y')).toEqual([11, 22, 33, 44]);
  });

  test('takes a view with an offset, and files that the model does not name', async () => {
    const wide = new Uint8Array(weights.length + 8);
    wide.set(weights, 5);
    const engine = await load(bytes, {
      externalData: [
        { path: 'other.bin', data: new Uint8Array(3) },
        { path: 'weights.bin', data: wide.subarray(5, 5 + weights.length) },
      ],
    });
    expect(numbers(await engine.run({ x: f32([0, 0, 0, 0]) }), 'y')).toEqual([1, 2, 3, 4]);
  });

  test('owns the data: the caller may change its bytes afterwards', async () => {
    const data = weights.slice();
    const engine = await load(bytes, { externalData: [{ path: 'weights.bin', data }] });
    data.fill(0);
    expect(numbers(await engine.run({ x: f32([0, 0, 0, 0]) }), 'y')).toEqual([1, 2, 3, 4]);
  });

  test('rejects when the file is missing', async () => {
    const folder = tempFolder();
    const path = withExternalData(folder);
    rmSync(join(folder, 'weights.bin'));
    await expect(load(path)).rejects.toEqual(
      failure('MODEL_INVALID', { reason: 'external-data-missing', location: 'weights.bin', path }),
    );
  });

  test('rejects when the data is not given with the bytes, or under another name', async () => {
    const missing = failure('MODEL_INVALID', { reason: 'external-data-missing', missing: 'weights.bin' });
    await expect(load(bytes)).rejects.toEqual(missing);
    await expect(load(bytes, { externalData: [{ path: 'Weights.bin', data: weights }] })).rejects.toEqual(missing);
  });

  test('rejects when the data is too short', async () => {
    const folder = tempFolder();
    const path = withExternalData(folder);
    truncateSync(join(folder, 'weights.bin'), 15);
    const short = failure('MODEL_INVALID', { reason: 'external-data-out-of-range' });
    await expect(load(path)).rejects.toEqual(short);
    await expect(load(bytes, { externalData: [{ path: 'weights.bin', data: weights.slice(1) }] })).rejects.toEqual(
      short,
    );
  });

  test('rejects a location outside of the folder, also where the file exists', async () => {
    const folder = tempFolder();
    writeFileSync(join(folder, 'secret.bin'), weights);
    const inner = withExternalData(join(folder, 'inner'));
    for (const location of ['../secret.bin', join(folder, 'secret.bin'), 'a/../../secret.bin']) {
      writeFileSync(inner, externalAdd({ location, offset: 0, length: weights.length }));
      await expect(load(inner), location).rejects.toEqual(
        failure('MODEL_INVALID', { reason: 'external-data-outside-folder', location }),
      );
    }
  });
});
