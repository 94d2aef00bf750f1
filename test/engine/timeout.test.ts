import { describe, expect, test, vi } from 'vitest';
import { identity } from '../fixtures/models.js';
import { f32, load, loadSlow, numbers, one, untilStarted } from '../support/engines.js';
import { failure, rejection } from '../support/failure.js';

describe('run() with timeoutMs', () => {
  test.each([
    [Number.NaN, 'INVALID_ARGUMENT'],
    ['5', 'INVALID_ARGUMENT'],
    [null, 'INVALID_ARGUMENT'],
    [5n, 'INVALID_ARGUMENT'],
    [0, 'OUT_OF_RANGE'],
    [-1, 'OUT_OF_RANGE'],
    [Number.POSITIVE_INFINITY, 'OUT_OF_RANGE'],
    [2 ** 31, 'OUT_OF_RANGE'],
  ])('refuses %s with %s', async (timeoutMs, code) => {
    const engine = await load(identity());
    const options = { timeoutMs } as never;
    await expect(engine.run({ x: f32([], [0, 4]) }, options)).rejects.toEqual(
      failure(code, { option: 'options.timeoutMs' }),
    );
  });

  test('rejects a queued run with TIMEOUT and runs it never', async () => {
    const engine = await loadSlow();
    const running = engine.run(one(1));
    await untilStarted(engine, 1);
    await expect(engine.run(one(2), { timeoutMs: 1 })).rejects.toEqual(failure('TIMEOUT', { timeoutMs: 1 }));
    expect(engine.stats()).toMatchObject({ queue: { depth: 0 }, requests: { timedOut: 1 } });
    expect(numbers(await running, 'y')).toEqual([1]);
    await engine.close();
    expect(engine.stats()).toMatchObject({
      latencyMs: { compute: { count: 1 } },
      requests: { accepted: 2, completed: 1 },
    });
  });

  test('rejects a run that is under way with TIMEOUT; it is finished and counted so', async () => {
    const engine = await loadSlow();
    const error = rejection(engine.run(one(1), { timeoutMs: 20 }));
    await untilStarted(engine, 1);
    expect(await error).toEqual(failure('TIMEOUT', { timeoutMs: 20 }));
    expect(numbers(await engine.run(one(2)), 'y')).toEqual([2]);
    expect(engine.stats().requests).toMatchObject({ accepted: 2, completed: 1, timedOut: 1, aborted: 0 });
  });

  test('does not hinder a run that is quicker, on a lane or in place', async () => {
    for (const inlineBelowUs of [0, 1_000_000]) {
      const engine = await load(identity(), { inlineBelowUs });
      for (let i = 0; i < 5; i++) {
        const { y } = await engine.run({ x: f32([1, 2, 3, 4], [1, 4]) }, { timeoutMs: 20_000 });
        expect(y?.dims).toEqual([1, 4]);
      }
      expect(engine.stats().requests).toMatchObject({ completed: 5, timedOut: 0 });
    }
  });

  test('takes a result that is there, however late this thread looks', async () => {
    const engine = await load(identity(), { inlineBelowUs: 0 });
    await engine.run({ x: f32([1, 2, 3, 4], [1, 4]) });
    const run = engine.run({ x: f32([1, 2, 3, 4], [1, 4]) }, { timeoutMs: 500 }); // enough for any lane to start it
    await Promise.resolve();
    await new Promise<void>((resolve) => process.nextTick(resolve)); // the turn is over for the engine
    for (const start = performance.now(); performance.now() - start < 600; );
    expect(engine.stats().requests.completed).toBe(2);
    expect(numbers(await run, 'y')).toEqual([1, 2, 3, 4]);
    expect(engine.stats().requests).toMatchObject({ completed: 2, timedOut: 0 });
  });

  test('leaves no timer behind: done, refused, aborted', async () => {
    const engine = await loadSlow({ batching: { maxQueue: 1 } });
    const set = vi.spyOn(globalThis, 'setTimeout');
    const cleared = vi.spyOn(globalThis, 'clearTimeout');
    const timers = () => set.mock.results.map(({ value }) => value).filter((timer) => !isCleared(timer)).length;
    const isCleared = (timer: unknown) => cleared.mock.calls.some(([one]) => one === timer);
    const controller = new AbortController();
    const running = engine.run(one(1), { timeoutMs: 60_000 });
    await untilStarted(engine, 1);
    const aborted = rejection(engine.run(one(2), { timeoutMs: 60_000, signal: controller.signal }));
    expect(await rejection(engine.run(one(3), { timeoutMs: 60_000 }))).toEqual(failure('QUEUE_FULL'));
    expect(timers()).toBe(2);
    controller.abort();
    await Promise.all([running, aborted]);
    expect(timers()).toBe(0);
    vi.restoreAllMocks();
  });

  test('is measured while the event loop stands still, too', async () => {
    const engine = await loadSlow();
    const first = engine.run(one(1));
    const late = engine.run(one(2), { timeoutMs: 1 });
    late.catch(() => undefined);
    engine.runSync(one(3)); // longer than the time-out, and no timer can fire meanwhile
    await expect(late).rejects.toEqual(failure('TIMEOUT'));
    await first;
    await engine.close();
    expect(engine.stats().requests).toMatchObject({ accepted: 3, completed: 2, timedOut: 1 });
  });
});

describe('run() with options', () => {
  test.each([
    [null, 'options', 'INVALID_ARGUMENT'],
    [5, 'options', 'INVALID_ARGUMENT'],
    [[], 'options', 'INVALID_ARGUMENT'],
    [{ timeout: 5 }, 'options.timeout', 'INVALID_ARGUMENT'],
    [{ signal: {} }, 'options.signal', 'INVALID_ARGUMENT'],
    [{ outputs: 'y' }, 'options.outputs', 'INVALID_ARGUMENT'],
    [{ outputs: [] }, 'options.outputs', 'INVALID_ARGUMENT'],
    [{ outputs: ['y', 'y'] }, 'options.outputs', 'INVALID_ARGUMENT'],
    [{ outputs: ['z'] }, 'options.outputs', 'INVALID_ARGUMENT'],
    [{ outputs: [5] }, 'options.outputs', 'INVALID_ARGUMENT'],
    [{ into: [] }, 'options.into', 'INVALID_ARGUMENT'],
    [{ into: 'y' }, 'options.into', 'INVALID_ARGUMENT'],
    [{ priority: 'urgent' }, 'options.priority', 'INVALID_ARGUMENT'],
    [{ preferredOutputLocation: 'gpu-buffer' }, 'options.preferredOutputLocation', 'UNSUPPORTED'],
  ])('refuses %j, naming %s, with %s', async (options, option, code) => {
    const engine = await load(identity());
    await expect(engine.run({ x: f32([], [0, 4]) }, options as never)).rejects.toEqual(failure(code, { option }));
    expect(() => engine.runSync({ x: f32([], [0, 4]) }, options as never)).toThrow(failure(code) as Error);
  });

  test('runSync() refuses signal and timeoutMs', async () => {
    const engine = await load(identity());
    const inputs = { x: f32([], [0, 4]) };
    for (const options of [{ timeoutMs: 5 }, { signal: new AbortController().signal }]) {
      expect(() => engine.runSync(inputs, options as never)).toThrow(failure('INVALID_ARGUMENT') as Error);
    }
  });

  test('takes undefined for the default', async () => {
    const engine = await load(identity());
    const options = { signal: undefined, timeoutMs: undefined, outputs: undefined, into: undefined };
    expect((await engine.run({ x: f32([], [0, 4]) }, options as never))['y']?.dims).toEqual([0, 4]);
  });
});
