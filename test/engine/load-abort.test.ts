import { getEventListeners } from 'node:events';
import { memory } from 'node-tensorrt';
import { describe, expect, test } from 'vitest';
import { bigWeights, externalAdd, externalWeights, identity, mlp } from '../fixtures/models.js';
import { load, turn, until } from '../support/engines.js';
import { failure, rejection } from '../support/failure.js';

const reason = new Error('changed my mind');

describe('load() with a signal', () => {
  test('rejects with the reason when it was aborted before', async () => {
    await expect(load(identity(), { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  test('checks the options first', async () => {
    const signal = AbortSignal.abort(reason);
    await expect(load(identity(), { signal, threads: 0 })).rejects.toEqual(failure('OUT_OF_RANGE'));
  });

  test('rejects with the reason when it is aborted right after the call', async () => {
    const controller = new AbortController();
    const loading = load(identity(), { signal: controller.signal });
    controller.abort(reason);
    await expect(loading).rejects.toBe(reason);
  });

  test.each([0, 1, 2, 4, 8, 16, 32])('settles once when it is aborted after %d turns', async (turns) => {
    const controller = new AbortController();
    const { signal } = controller;
    let settled = false;
    const loading = load(mlp({ layers: 4, width: 512 }), { signal }).finally(() => {
      settled = true;
    });
    loading.catch(() => undefined);
    for (let i = 0; i < turns; i++) await turn();
    const late = settled;
    controller.abort(reason);
    if (late) await loading;
    else expect(await rejection(loading)).toBe(reason);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  test('gives back the memory of a load that was aborted', async () => {
    await (await load(identity())).close();
    const base = memory.stats().allocatedBytes.current;
    const controller = new AbortController();
    const loading = load(bigWeights(16), { signal: controller.signal });
    for (let i = 0; i < 20; i++) await turn();
    controller.abort(reason);
    await loading.then((engine) => engine.close()).catch(() => undefined);
    await until(() => memory.stats().allocatedBytes.current <= base);
  });

  test('leaves no listener behind when the load succeeds or fails', async () => {
    const { signal } = new AbortController();
    await load(identity(), { signal });
    await rejection(load(Buffer.from('no model'), { signal }));
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});

describe('load() of bytes that change meanwhile', () => {
  const changed = failure('INVALID_ARGUMENT', { reason: 'detached-or-resized' });

  test('rejects when their buffer is transferred', async () => {
    const bytes = mlp({ layers: 2, width: 600 });
    const loading = load(bytes);
    await turn();
    structuredClone(bytes.buffer, { transfer: [bytes.buffer as ArrayBuffer] });
    expect(bytes.length).toBe(0);
    await expect(loading).rejects.toEqual(changed);
  });

  test('rejects when their buffer was transferred before', async () => {
    const bytes = identity();
    structuredClone(bytes.buffer, { transfer: [bytes.buffer as ArrayBuffer] });
    await expect(load(bytes)).rejects.toEqual(failure('MODEL_INVALID', { reason: 'empty' }));
  });

  test('rejects when external data is transferred', async () => {
    const data = Uint8Array.from(new Uint8Array(externalWeights.buffer));
    const model = externalAdd({ location: 'w', offset: 0, length: data.length });
    const loading = load(model, { externalData: [{ path: 'w', data }] });
    structuredClone(data.buffer, { transfer: [data.buffer] });
    expect((await rejection(loading)).code).toMatch(/^(INVALID_ARGUMENT|MODEL_INVALID)$/);
  });

  test('takes them as they were once the load has resolved', async () => {
    const bytes = mlp({ layers: 2, width: 600 });
    const engine = await load(bytes);
    structuredClone(bytes.buffer, { transfer: [bytes.buffer as ArrayBuffer] });
    await engine.warmup();
  });
});
