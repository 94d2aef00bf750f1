import { describe, expect, test } from 'vitest';
import { addTwo, identity } from '../fixtures/models.js';
import { f32, load, loadSlow, numbers, one, untilStarted } from '../support/engines.js';
import { failure, rejection } from '../support/failure.js';

describe('run() rejects with QUEUE_FULL', () => {
  test('when batching.maxQueue requests wait, and counts it as rejected', async () => {
    const engine = await loadSlow({ batching: { maxQueue: 2 } });
    const running = engine.run(one(1));
    await untilStarted(engine, 1);
    const queued = [engine.run(one(2)), engine.run(one(3))];
    const error = await rejection(engine.run(one(4)));
    expect(error).toEqual(failure('QUEUE_FULL', { limit: 2, unit: 'requests' }));
    expect(error).toMatchObject({ retryable: true, message: expect.stringContaining('maxQueue') });
    expect(engine.stats()).toMatchObject({ requests: { accepted: 3, rejected: 1 }, queue: { depth: 2 } });
    expect((await Promise.all([running, ...queued])).map((result) => numbers(result, 'y'))).toEqual([[1], [2], [3]]);
  });

  test('when batching.maxQueueBytes of inputs wait', async () => {
    const engine = await loadSlow({ batching: { maxQueueBytes: 8 } });
    const running = engine.run(one(1));
    await untilStarted(engine, 1);
    const queued = [engine.run(one(2)), engine.run(one(3))];
    await expect(engine.run(one(4))).rejects.toEqual(failure('QUEUE_FULL', { limit: 8, unit: 'bytes' }));
    await Promise.all([running, ...queued]);
    expect(engine.stats().requests).toMatchObject({ accepted: 3, completed: 3, rejected: 1 });
  });

  test('until there is room again: by an abort or by a run that is done', async () => {
    const engine = await loadSlow({ batching: { maxQueue: 1 } });
    const running = engine.run(one(1));
    await untilStarted(engine, 1);
    const controller = new AbortController();
    const queued = engine.run(one(2), { signal: controller.signal });
    expect(await rejection(engine.run(one(3)))).toEqual(failure('QUEUE_FULL'));
    controller.abort();
    await rejection(queued);
    const another = engine.run(one(4));
    expect(numbers(await running, 'y')).toEqual([1]);
    expect(numbers(await another, 'y')).toEqual([4]);
    expect(numbers(await engine.run(one(5)), 'y')).toEqual([5]);
  });

  test('for inputs over 1 MiB too, counting those that are still being copied', async () => {
    const engine = await load(identity('float32', ['N']), { inlineBelowUs: 0, batching: { maxQueue: 2 } });
    const x = { type: 'float32' as const, data: new Float32Array(2 ** 19), dims: [2 ** 19] };
    const runs = [1, 2, 3, 4].map(() => engine.run({ x }).then(() => 'done', (error) => error.code)); // biome-ignore format: short
    expect(await Promise.all(runs)).toEqual(['done', 'done', 'QUEUE_FULL', 'QUEUE_FULL']);
    await engine.close();
    expect(engine.stats().requests).toMatchObject({ accepted: 2, completed: 2, rejected: 2 });
  });

  test('not for a single request that is larger than the limit: it could never run', async () => {
    const engine = await load(addTwo(), { inlineBelowUs: 0, batching: { maxQueueBytes: 4 } });
    const inputs = { a: f32([1, 2, 3]), b: f32([1, 1, 1]) };
    expect(numbers(await engine.run(inputs), 'sum')).toEqual([2, 3, 4]);
  });

  test('never from runSync()', async () => {
    const engine = await loadSlow({ batching: { maxQueue: 1 } }, 4);
    const runs = [engine.run(one(1))];
    await untilStarted(engine, 1);
    runs.push(engine.run(one(2)));
    expect(numbers(engine.runSync(one(9)), 'y')).toEqual([9]);
    expect((await Promise.all(runs)).map((result) => numbers(result, 'y'))).toEqual([[1], [2]]);
  });
});

describe('run()', () => {
  test('answers in the order of the calls', async () => {
    const engine = await loadSlow({}, 1);
    const order: number[] = [];
    await Promise.all(Array.from({ length: 30 }, (_, i) => engine.run(one(i)).then(() => order.push(i))));
    expect(order).toEqual(Array.from({ length: 30 }, (_, i) => i));
  });

  test('gives each of very many callers its own result', async () => {
    const engine = await load(identity('float32', ['N']), { batching: { maxQueue: 5000 } });
    const runs = Array.from({ length: 2000 }, async (_, i) => {
      const values = Array.from({ length: (i % 5) + 1 }, (__, j) => i * 10 + j);
      expect(numbers(await engine.run({ x: f32(values) }), 'y')).toEqual(values);
    });
    await Promise.all(runs);
    expect(engine.stats().requests).toMatchObject({ accepted: 2000, completed: 2000 });
  });
});
