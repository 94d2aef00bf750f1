import { getEventListeners, setMaxListeners } from 'node:events';
import { describe, expect, test } from 'vitest';
import { identity } from '../fixtures/models.js';
import { f32, load, loadSlow, numbers, one, turn, untilStarted } from '../support/engines.js';
import { failure, rejection } from '../support/failure.js';

const reason = new Error('not needed any more');
const listeners = (signal: AbortSignal) => getEventListeners(signal, 'abort').length;

describe('run() with a signal', () => {
  test('rejects with the reason when it was aborted before, and runs nothing', async () => {
    const engine = await load(identity());
    const signal = AbortSignal.abort(reason);
    await expect(engine.run({ x: f32([1, 2, 3, 4], [1, 4]) }, { signal })).rejects.toBe(reason);
    expect(engine.stats().requests.accepted).toBe(0);
    expect(listeners(signal)).toBe(0);
  });

  test('rejects with any reason as it is, undefined included', async () => {
    const engine = await load(identity());
    const x = f32([1, 2, 3, 4], [1, 4]);
    for (const odd of ['text', 0, null]) {
      await expect(engine.run({ x }, { signal: AbortSignal.abort(odd) })).rejects.toBe(odd);
    }
    expect(await rejection(engine.run({ x }, { signal: AbortSignal.abort() }))).toMatchObject({ name: 'AbortError' });
  });

  test('takes a queued run out of the queue at once', async () => {
    const engine = await loadSlow();
    const first = engine.run(one(1));
    const controller = new AbortController();
    const queued = engine.run(one(2), { signal: controller.signal });
    const third = engine.run(one(3));
    await untilStarted(engine, 1);
    expect(engine.stats().queue.depth).toBe(2);
    controller.abort(reason);
    expect(engine.stats()).toMatchObject({ queue: { depth: 1 }, requests: { aborted: 1 } });
    await expect(queued).rejects.toBe(reason);
    expect(engine.stats().requests.completed).toBe(0);
    expect(listeners(controller.signal)).toBe(0);
    expect([numbers(await first, 'y'), numbers(await third, 'y')]).toEqual([[1], [3]]);
  });

  test('rejects at once while the run is under way; the run is finished and counted as aborted', async () => {
    const engine = await loadSlow();
    const controller = new AbortController();
    const running = engine.run(one(1), { signal: controller.signal });
    const next = engine.run(one(2));
    await untilStarted(engine, 1);
    controller.abort(reason);
    await expect(running).rejects.toBe(reason);
    expect(listeners(controller.signal)).toBe(0);
    expect(engine.stats().requests.completed).toBe(0);
    expect(numbers(await next, 'y')).toEqual([2]);
    expect(engine.stats().requests).toMatchObject({ accepted: 2, completed: 1, aborted: 1 });
  });

  test('does nothing when it is aborted afterwards', async () => {
    const engine = await loadSlow({}, 1);
    const controller = new AbortController();
    const result = await engine.run(one(4), { signal: controller.signal });
    controller.abort(reason);
    await turn();
    expect(numbers(result, 'y')).toEqual([4]);
    expect(engine.stats().requests).toMatchObject({ completed: 1, aborted: 0 });
  });

  test('rejects all runs of one signal together', async () => {
    const engine = await loadSlow();
    const controller = new AbortController();
    setMaxListeners(0, controller.signal); // more than 10 are no leak
    const runs = Array.from({ length: 20 }, (_, i) => rejection(engine.run(one(i), { signal: controller.signal })));
    controller.abort(reason);
    expect(new Set(await Promise.all(runs))).toEqual(new Set([reason]));
    expect(listeners(controller.signal)).toBe(0);
    await engine.close();
    expect(engine.stats().requests).toMatchObject({ accepted: 20, aborted: 20, completed: 0 });
  });

  test('leaves no listener behind: done on a lane, in place, refused, failed', async () => {
    const { signal } = new AbortController();
    const x = f32([1, 2, 3, 4], [1, 4]);
    for (const inlineBelowUs of [0, 1_000_000]) {
      const engine = await load(identity(), { inlineBelowUs });
      for (let i = 0; i < 5; i++) await engine.run({ x }, { signal });
      await rejection(engine.run({}, { signal }));
      const closed = engine.close();
      await rejection(engine.run({ x }, { signal }));
      await closed;
    }
    const engine = await loadSlow({ batching: { maxQueue: 1 } });
    const running = engine.run(one(), { signal });
    await untilStarted(engine, 1);
    const queued = engine.run(one(), { signal });
    expect(await rejection(engine.run(one(), { signal }))).toEqual(failure('QUEUE_FULL'));
    await Promise.all([running, queued]);
    expect(listeners(signal)).toBe(0);
  });
});
