import { describe, expect, test } from 'vitest';
import { identity } from '../fixtures/models.js';
import { loadBusy, loadFilling, rows, sizes } from '../support/batches.js';
import { load, loadSlow, numbers, one, turn, untilStarted } from '../support/engines.js';
import { failure, rejection } from '../support/failure.js';

/** Option, what is at fault, and the code. */
const bad: [unknown, string, string][] = [
  [null, 'options', 'INVALID_ARGUMENT'],
  [[], 'options', 'INVALID_ARGUMENT'],
  [{ batch: {} }, 'options.batch', 'INVALID_ARGUMENT'],
  [{ instances: 2 }, 'options.instances', 'INVALID_ARGUMENT'],
  [{ batching: null }, 'options.batching', 'INVALID_ARGUMENT'],
  [{ batching: false }, 'options.batching', 'INVALID_ARGUMENT'],
  [{ batching: { maxsize: 4 } }, 'options.batching.maxsize', 'INVALID_ARGUMENT'],
  [{ batching: { verify: false } }, 'options.batching.verify', 'UNSUPPORTED'],
  [{ batching: { tolerance: {} } }, 'options.batching.tolerance', 'UNSUPPORTED'],
  [{ batching: { pad: {} } }, 'options.batching.pad', 'UNSUPPORTED'],
  [{ batching: { maxSize: 0 } }, 'options.batching.maxSize', 'OUT_OF_RANGE'],
  [{ batching: { maxSize: 4097 } }, 'options.batching.maxSize', 'OUT_OF_RANGE'],
  [{ batching: { maxSize: '4' } }, 'options.batching.maxSize', 'INVALID_ARGUMENT'],
  [{ batching: { maxSize: 2.5 } }, 'options.batching.maxSize', 'INVALID_ARGUMENT'],
  [{ batching: { maxDelayMs: -1 } }, 'options.batching.maxDelayMs', 'OUT_OF_RANGE'],
  [{ batching: { maxDelayMs: 60_001 } }, 'options.batching.maxDelayMs', 'OUT_OF_RANGE'],
  [{ batching: { maxDelayMs: Number.NaN } }, 'options.batching.maxDelayMs', 'INVALID_ARGUMENT'],
  [{ batching: { targetP99Ms: -1 } }, 'options.batching.targetP99Ms', 'OUT_OF_RANGE'],
  [{ batching: { targetP99Ms: true } }, 'options.batching.targetP99Ms', 'INVALID_ARGUMENT'],
  [{ batching: { preferredSizes: '4' } }, 'options.batching.preferredSizes', 'INVALID_ARGUMENT'],
  [{ batching: { preferredSizes: [0] } }, 'options.batching.preferredSizes', 'OUT_OF_RANGE'],
  [{ batching: { preferredSizes: [1, 9] } }, 'options.batching.preferredSizes', 'OUT_OF_RANGE'],
  [{ batching: { maxSize: 4, preferredSizes: [8] } }, 'options.batching.preferredSizes', 'OUT_OF_RANGE'],
  [{ batching: { maxQueue: 0 } }, 'options.batching.maxQueue', 'OUT_OF_RANGE'],
  [{ batching: { maxQueueBytes: 1.5 } }, 'options.batching.maxQueueBytes', 'INVALID_ARGUMENT'],
];

describe('configure()', () => {
  test.each(bad)('throws for %j, naming %s, with %s, and changes nothing', async (options, option, code) => {
    const engine = await loadFilling(identity(), 8);
    expect(() => engine.configure(options as never)).toThrow(failure(code, { option }) as Error);
    expect(engine.stats().queue.windowMs).toBe(60_000);
  });

  test('throws NOT_OPEN after close(), while it closes, and after destroy()', async () => {
    const [closed, destroyed] = [await load(identity()), await load(identity())];
    const closing = closed.close();
    expect(() => closed.configure({})).toThrow(failure('NOT_OPEN') as Error);
    await closing;
    expect(() => closed.configure({ batching: { maxSize: 4 } })).toThrow(failure('NOT_OPEN') as Error);
    destroyed.destroy();
    expect(() => destroyed.configure({ batching: { maxSize: 4 } })).toThrow(failure('NOT_OPEN') as Error);
  });

  test('takes nothing for no change', async () => {
    const engine = await loadFilling(identity(), 8);
    engine.configure({});
    engine.configure({ batching: {} });
    engine.configure({ batching: { maxSize: undefined, maxDelayMs: undefined } as never });
    expect(engine.stats().queue.windowMs).toBe(60_000);
    const results = await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map((value) => engine.run(rows([value]))));
    expect(results.map(({ y }) => y?.data[0])).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(sizes(engine)).toEqual({ 8: 1 });
  });
});

describe('configure() while requests wait', () => {
  test('starts those that maxDelayMs kept waiting', async () => {
    const engine = await loadFilling(identity(), 8);
    const runs = [1, 2, 3].map((value) => engine.run(rows([value])));
    await turn();
    expect(engine.stats().batches.count).toBe(0);
    engine.configure({ batching: { maxDelayMs: 0 } });
    expect(engine.stats().queue.windowMs).toBe(0);
    expect((await Promise.all(runs)).map(({ y }) => y?.data[0])).toEqual([1, 2, 3]);
    expect(sizes(engine)).toEqual({ 3: 1 });
  });

  test('starts a batch that a smaller maxSize makes full', async () => {
    const engine = await loadFilling(identity(), 8);
    const runs = [1, 2, 3, 4].map((value) => engine.run(rows([value])));
    await turn();
    engine.configure({ batching: { maxSize: 2 } });
    expect((await Promise.all(runs)).map(({ y }) => y?.data[0])).toEqual([1, 2, 3, 4]);
    expect(sizes(engine)).toEqual({ 2: 2 });
  });

  test('starts a batch that has a size which is preferred now', async () => {
    const engine = await loadFilling(identity(), 8);
    const runs = [1, 2, 3].map((value) => engine.run(rows([value])));
    await turn();
    engine.configure({ batching: { preferredSizes: [3, 3] } });
    await Promise.all(runs);
    expect(sizes(engine)).toEqual({ 3: 1 });
  });

  test('splits what is larger than a smaller maxSize', async () => {
    const engine = await loadFilling(identity(), 8);
    const run = engine.run(rows([1, 2, 3, 4, 5, 6]));
    await turn();
    engine.configure({ batching: { maxSize: 3 } });
    expect(numbers(await run, 'y').filter((_, i) => i % 4 === 0)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(sizes(engine)).toEqual({ 3: 2 });
  });

  test('makes larger batches from then on', async () => {
    const { engine, blocker } = await loadBusy({ maxSize: 2, maxQueue: 3 });
    const runs = [1, 2, 3].map((value) => engine.run(rows([value], 1)));
    expect(await rejection(engine.run(rows([9], 1)))).toEqual(failure('QUEUE_FULL', { limit: 3 }));
    engine.configure({ batching: { maxSize: 6, maxQueue: 6 } });
    runs.push(...[4, 5, 6].map((value) => engine.run(rows([value], 1))));
    expect(await rejection(engine.run(rows([9], 1)))).toEqual(failure('QUEUE_FULL', { limit: 6 }));
    expect((await Promise.all(runs)).map((result) => numbers(result, 'y'))).toEqual([[1], [2], [3], [4], [5], [6]]);
    await blocker;
    expect(sizes(engine)[6]).toBe(1);
  });
});

describe('configure() keeps what it does not name', () => {
  test('maxQueue, when maxSize changes', async () => {
    const engine = await loadSlow({ batching: { maxQueue: 1 } });
    engine.configure({ batching: { maxSize: 4 } });
    const running = engine.run(one(1));
    await untilStarted(engine, 1);
    const queued = engine.run(one(2));
    expect(await rejection(engine.run(one(3)))).toEqual(failure('QUEUE_FULL', { limit: 1, unit: 'requests' }));
    engine.configure({ batching: { maxQueue: 9, maxQueueBytes: 4 } });
    expect(await rejection(engine.run(one(3)))).toEqual(failure('QUEUE_FULL', { limit: 4, unit: 'bytes' }));
    await Promise.all([running, queued]);
  });

  test('preferredSizes, but for those that are above a smaller maxSize', async () => {
    const engine = await loadFilling(identity(), 8, { batching: { preferredSizes: [2, 6] } });
    engine.configure({ batching: { maxSize: 4 } });
    await Promise.all([1, 2].map((value) => engine.run(rows([value]))));
    expect(sizes(engine)).toEqual({ 2: 1 });
    engine.configure({ batching: { maxSize: 8 } });
    await Promise.all([1, 2].map((value) => engine.run(rows([value]))));
    expect(sizes(engine)).toEqual({ 2: 2 });
  });

  test('a maxSize that was never given: larger requests are not split until it is', async () => {
    const engine = await load(identity(), { inlineBelowUs: 0 });
    const large = rows(Array.from({ length: 64 }, (_, i) => i));
    engine.configure({ batching: { maxDelayMs: 1 } });
    await engine.run(large);
    expect(engine.stats().batches.count).toBe(1);
    engine.configure({ batching: { maxSize: 32 } });
    await engine.run(large);
    expect(engine.stats().batches.count).toBe(3);
    engine.configure({ batching: { maxDelayMs: 0 } });
    await engine.run(large);
    expect(engine.stats().batches.count).toBe(5);
  });

  test('targetP99Ms, until it is 0', async () => {
    const engine = await load(identity(), { inlineBelowUs: 0, batching: { targetP99Ms: 50 } });
    await engine.run(rows([1]));
    engine.configure({ batching: { maxQueue: 5 } });
    await engine.run(rows([1]));
    expect(engine.stats().queue.windowMs).toBeLessThan(50);
    engine.configure({ batching: { targetP99Ms: 0, maxDelayMs: 2 } });
    await engine.run(rows([1]));
    expect(engine.stats().queue.windowMs).toBe(2);
  });
});
