// Pooled tensors while a run is on its way: who may use their memory, and when it comes free.

import { describe, expect, test } from 'vitest';
import { loadSlow, numbers, one, turn, until, untilStarted } from '../support/engines.js';
import { failure, rejection } from '../support/failure.js';
import { allocated, part, pooled } from '../support/pooled.js';

describe('while a run is on its way', () => {
  test('its pooled memory cannot be written by another one, nor read while it writes, and can be read by all', async () => {
    const engine = await loadSlow();
    using x = pooled([5, 6]);
    using y = pooled([0, 0]);
    const running = engine.run({ x: part(x, 0, 1) }, { into: { y: part(y, 0, 1) } });
    await untilStarted(engine, 1);
    const busy = (option: string, usedAs: string) => failure('BUSY', { reason: 'overlap', option, usedAs });
    await expect(engine.run(one(), { into: { y: part(x, 0, 1) } })).rejects.toEqual(busy('options.into.y', 'input'));
    await expect(engine.run({ x: part(y, 0, 1) })).rejects.toEqual(busy('inputs.x', 'into'));
    await expect(engine.run(one(), { into: { y: part(y, 0, 1) } })).rejects.toEqual(failure('BUSY'));
    expect(() => engine.runSync({ x: part(y, 0, 1) })).toThrow(busy('inputs.x', 'into') as Error);
    const readers = [engine.run({ x: part(x, 0, 1) }), engine.run({ x: part(x, 0, 1) })];
    const beside = engine.run({ x: part(x, 1, 2) }, { into: { y: part(y, 1, 2) } });
    await Promise.all([running, beside]);
    expect([...y.data]).toEqual([5, 6]);
    for (const reader of readers) expect(numbers(await reader, 'y')).toEqual([5]);
    await engine.run({ x: part(y, 0, 1) }, { into: { y: part(x, 1, 2) } });
    expect([...x.data]).toEqual([5, 5]);
    const { accepted, completed } = engine.stats().requests;
    expect(completed).toBe(accepted);
  });

  test('release() is allowed, and the memory stays until the run has ended', async () => {
    const engine = await loadSlow();
    await engine.warmup();
    const base = allocated();
    const x = pooled([5]);
    const y = pooled([0]);
    const running = engine.run({ x }, { into: { y } });
    const queued = engine.run({ x });
    await untilStarted(engine, 2);
    x.release();
    y.release();
    expect(allocated()).toBeGreaterThanOrEqual(base + 8);
    expect((await running)['y']).toBe(y);
    expect(numbers(await queued, 'y')).toEqual([5]);
    expect(() => y.data).toThrow(failure('NOT_OPEN') as Error);
    await until(() => allocated() === base);
  });

  test.each(['abort', 'time-out'])(
    '%s rejects at once, and the memory is in use until the run has ended',
    async (by) => {
      const engine = await loadSlow({}, 400);
      using x = pooled([5]);
      using y = pooled([0]);
      const controller = new AbortController();
      const options = by === 'abort' ? { signal: controller.signal } : { timeoutMs: 100 };
      const rejected = rejection(engine.run({ x }, { into: { y }, ...options }));
      await untilStarted(engine, 1);
      controller.abort(new Error('enough'));
      await rejected;
      await expect(engine.run(one(), { into: { y } })).rejects.toEqual(failure('BUSY'));
      await expect(engine.run(one(), { into: { y: x } })).rejects.toEqual(failure('BUSY', { usedAs: 'input' }));
      await engine.close();
      await turn();
      await (await loadSlow()).run({ x }, { into: { y } });
      expect([...y.data]).toEqual([5]);
    },
  );

  test('an abort in the queue gives the memory free at once', async () => {
    const engine = await loadSlow();
    using x = pooled([5]);
    using y = pooled([0]);
    const running = engine.run(one());
    await untilStarted(engine, 1);
    const controller = new AbortController();
    const queued = engine.run({ x }, { into: { y }, signal: controller.signal });
    controller.abort();
    await expect(queued).rejects.toBe(controller.signal.reason);
    const next = engine.run({ x: y }, { into: { y: x } });
    await running;
    await next;
    expect([...x.data]).toEqual([0]);
  });

  test('close() and destroy() give it free', async () => {
    const engine = await loadSlow();
    using x = pooled([5]);
    using y = pooled([0]);
    const running = engine.run(one());
    await untilStarted(engine, 1);
    const queued = engine.run({ x }, { into: { y } });
    engine.destroy();
    await expect(queued).rejects.toEqual(failure('NOT_OPEN'));
    await running;
    const other = await loadSlow();
    await other.run({ x: y }, { into: { y: x } });
  });

  test('a request that is refused holds nothing', async () => {
    const engine = await loadSlow({ batching: { maxQueue: 1 } });
    using x = pooled([5]);
    using y = pooled([0]);
    const running = engine.run(one());
    await untilStarted(engine, 1);
    const queued = engine.run(one());
    await expect(engine.run({ x }, { into: { y } })).rejects.toEqual(failure('QUEUE_FULL'));
    await Promise.all([running, queued]);
    await engine.run({ x: y }, { into: { y: x } });
  });
});
