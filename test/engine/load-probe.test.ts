import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { dividesWhileFolding, longChain, sparseTensor, wideFan } from '../fixtures/hostile-models.js';
import { externalAdd, externalWeights, identity, withExternalData } from '../fixtures/models.js';
import { f32, load, numbers } from '../support/engines.js';
import { failure, rejection } from '../support/failure.js';
import { tempFolder } from '../support/temp-folder.js';

const isLinux = process.platform === 'linux';

describe('options.probe', () => {
  test('rejects a valid model that ends the process which loads it', async () => {
    const model = dividesWhileFolding();
    const details = process.arch === 'x64' ? { reason: 'probe-crashed', probe: true, signal: 'SIGFPE' } : {};
    if (process.arch === 'x64') {
      await expect(load(model, { probe: true })).rejects.toEqual(failure('MODEL_INVALID', details));
    } else {
      await load(model, { probe: true }); // other processors divide without a trap
    }
  });

  test('rejects a model that takes too long, and ends its child', async () => {
    const start = performance.now();
    const error = await rejection(load(wideFan(90_000), { probe: { timeoutMs: 1500 } }));
    expect(error).toEqual(failure('MODEL_INVALID', { reason: 'probe-timeout' }));
    expect(performance.now() - start).toBeLessThan(10_000);
  });

  test.skipIf(!isLinux)('rejects a model that takes too much memory', async () => {
    const model = sparseTensor([50_000_000]); // 200 MB when made dense
    const tooLittle = load(model, { probe: { memoryBytes: 100_000_000 } });
    await expect(tooLittle).rejects.toEqual(failure('OUT_OF_MEMORY', { kind: 'host', probe: true }));
    await load(model, { probe: { memoryBytes: 2 ** 30 } });
  });

  test('passes on what the load in the child says', async () => {
    const error = await rejection(load(join(tempFolder(), 'none.onnx'), { probe: true }));
    expect(error).toEqual(failure('MODEL_INVALID', { reason: 'not-found', probe: true }));
    await expect(load(identity(), { probe: true, limits: { elements: 1 } })).rejects.toEqual(failure('MODEL_INVALID'));
  });

  test('loads a good model of bytes with external data, and one of a file', async () => {
    const bytes = externalAdd({ location: 'weights.bin', offset: 0, length: 16 });
    const data = new Uint8Array(externalWeights.buffer);
    const fromBytes = await load(bytes, { externalData: [{ path: 'weights.bin', data }], probe: true });
    const fromFile = await load(withExternalData(tempFolder()), { probe: true });
    for (const engine of [fromBytes, fromFile]) {
      expect(numbers(await engine.run({ x: f32([10, 20, 30, 40]) }), 'y')).toEqual([11, 22, 33, 44]);
    }
  });

  test('sends models larger than a pipe takes at once', async () => {
    const model = longChain(20_000);
    expect(model.length).toBeGreaterThan(400_000);
    const engine = await load(model, { probe: true });
    expect(numbers(await engine.run({ x: f32([2]) }), 'y')).toEqual([2]);
  });

  test('is abandoned with the load', async () => {
    const reason = new Error('enough');
    const loading = load(wideFan(90_000), { probe: true, signal: AbortSignal.timeout(500) });
    await expect(loading).rejects.toMatchObject({ name: 'TimeoutError' });
    await expect(load(identity(), { probe: true, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  test('says so when no child process can be started', async () => {
    const { execPath } = process;
    process.execPath = join(tempFolder(), 'no-such-node');
    try {
      await expect(load(identity(), { probe: true })).rejects.toEqual(
        failure('UNSUPPORTED', { option: 'options.probe' }),
      );
    } finally {
      process.execPath = execPath;
    }
  });
});
