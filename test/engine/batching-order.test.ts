// Who comes first: priorities, and what waits for company.

import type { Engine, RunOptions } from 'node-tensorrt';
import { describe, expect, test } from 'vitest';
import { identity } from '../fixtures/models.js';
import { onnxModel } from '../fixtures/onnx-writer.js';
import { loadBusy, loadFilling, rows, sizes } from '../support/batches.js';
import { f32, load, loadSlow, numbers, one, turn, untilStarted } from '../support/engines.js';
import { failure } from '../support/failure.js';

type Priority = NonNullable<RunOptions['priority']>;

describe('run() with priority', () => {
  test('answers high before normal before low, and each in the order of the calls', async () => {
    const engine = await loadSlow();
    const running = engine.run(one());
    await untilStarted(engine, 1);
    const order: string[] = [];
    const given: Priority[] = ['low', 'normal', 'high', 'low', 'high', 'normal'];
    await Promise.all(
      given.map((priority, i) =>
        engine.run(one(i), { priority }).then((result) => order.push(`${priority} ${numbers(result, 'y')}`)),
      ),
    );
    await running;
    expect(order).toEqual(['high 2', 'high 4', 'normal 1', 'normal 5', 'low 0', 'low 3']);
  });

  test('is normal by default', async () => {
    const engine = await loadSlow();
    const running = engine.run(one());
    await untilStarted(engine, 1);
    const order: number[] = [];
    const given: RunOptions[] = [{ priority: 'low' }, {}, { priority: 'normal' }, { priority: 'high' }];
    await Promise.all(given.map((options, i) => engine.run(one(), options).then(() => order.push(i))));
    await running;
    expect(order).toEqual([3, 1, 2, 0]);
  });

  test('decides who is in the next batch', async () => {
    const { engine, blocker } = await loadBusy({ maxSize: 2 });
    const order: Priority[] = [];
    const given: Priority[] = ['low', 'normal', 'high', 'low', 'normal', 'high'];
    const results = await Promise.all(
      given.map(async (priority, i) => {
        const result = await engine.run(rows([i], 1), { priority });
        order.push(priority);
        return result;
      }),
    );
    await blocker;
    expect(results.map((result) => numbers(result, 'y'))).toEqual([[0], [1], [2], [3], [4], [5]]);
    expect(order).toEqual(['high', 'high', 'normal', 'normal', 'low', 'low']);
  });
});

describe('run() with batching.maxDelayMs', () => {
  test('starts a batch that is not full when the first of it has waited', async () => {
    const engine = await load(identity(), { inlineBelowUs: 0, batching: { maxDelayMs: 1 } });
    expect(engine.stats().queue.windowMs).toBe(1);
    expect(numbers(await engine.run(rows([5])), 'y')).toEqual([5, 5, 5, 5]);
    expect(sizes(engine)).toEqual({ 1: 1 });
  });

  test('starts a batch in time for the time-out of a request in it', async () => {
    const engine = await loadFilling(identity(), 8);
    const [patient, hurried] = [engine.run(rows([1])), engine.run(rows([2]), { timeoutMs: 1000 })];
    expect((await Promise.all([patient, hurried])).map(({ y }) => y?.data[0])).toEqual([1, 2]);
    expect(sizes(engine)).toEqual({ 2: 1 });
    expect(engine.stats().requests).toMatchObject({ completed: 2, timedOut: 0 });
  });

  test('does not hold up requests that can meet nobody', async () => {
    const engine = await loadSlow({ batching: { maxDelayMs: 60_000 } }, 1);
    expect(engine.placement.batching.enabled).toBe(false);
    expect(numbers(await engine.run(one(3)), 'y')).toEqual([3]);
  });
});

/** y = x, negated n times: how long a run takes depends on a value, not on a shape. */
const countdown = onnxModel({
  inputs: [
    { name: 'x', type: 'float32', dims: [1] },
    { name: 'n', type: 'int64', dims: [] },
  ],
  outputs: [{ name: 'y', type: 'float32', dims: [1] }],
  nodes: [
    {
      op: 'Loop',
      inputs: ['n', '', 'x'],
      outputs: ['y'],
      attributes: {
        body: {
          graph: {
            inputs: [
              { name: 'i', type: 'int64', dims: [] },
              { name: 'going', type: 'bool', dims: [] },
              { name: 'before', type: 'float32', dims: [1] },
            ],
            outputs: [
              { name: 'still_going', type: 'bool', dims: [] },
              { name: 'after', type: 'float32', dims: [1] },
            ],
            nodes: [
              { op: 'Identity', inputs: ['going'], outputs: ['still_going'] },
              { op: 'Neg', inputs: ['before'], outputs: ['after'] },
            ],
          },
        },
      },
    },
  ],
});

const LEARNING_RUNS = 3;

/** Runs until the engine knows how long a run takes. */
async function learn(engine: Engine): Promise<void> {
  for (let i = 0; i < LEARNING_RUNS; i++) await engine.run(one());
}

describe('run() with a timeoutMs that cannot be met', () => {
  test('rejects at once with TIMEOUT, is counted as rejected, and is not queued', async () => {
    const engine = await loadSlow({ name: 'mine' });
    await learn(engine);
    const running = engine.run(one(1));
    await untilStarted(engine, LEARNING_RUNS + 1);
    const waiting = [engine.run(one(2)), engine.run(one(3))];
    const error = await engine.run(one(4), { timeoutMs: 0.01 }).catch((reason: unknown) => reason);
    expect(error).toEqual(failure('TIMEOUT', { reason: 'deadline-unreachable', expectedMs: expect.any(Number) }));
    const { details, message, retryable } = error as {
      details: { expectedMs: number };
      message: string;
      retryable: boolean;
    };
    expect(details.expectedMs).toBeGreaterThan(0.01);
    expect(message).toMatch(/'mine'.*options\.timeoutMs/);
    expect(retryable).toBe(true);
    expect(engine.stats()).toMatchObject({
      queue: { depth: 2 },
      requests: {
        accepted: LEARNING_RUNS + 3,
        rejected: 1,
        rejectedBy: { maxQueue: 0, maxQueueBytes: 0, timeoutMs: 1, maxSequences: 0 },
        timedOut: 0,
      },
    });
    expect((await Promise.all([running, ...waiting])).map((result) => numbers(result, 'y'))).toEqual([[1], [2], [3]]);
  });

  test('is accepted while nothing is known of the run time', async () => {
    const engine = await loadSlow();
    await expect(engine.run(one(), { timeoutMs: 1 })).rejects.toEqual(failure('TIMEOUT'));
    await engine.close();
    expect(engine.stats().requests).toMatchObject({ accepted: 1, rejected: 0, timedOut: 1 });
  });

  test('is tried by an idle engine: only a run can tell whether runs still take so long', async () => {
    const engine = await load(countdown, { inlineBelowUs: 0 });
    const inputs = (n: number) => ({
      x: f32([3]),
      n: { type: 'int64' as const, data: BigInt64Array.of(BigInt(n)), dims: [] },
    });
    await engine.run(inputs(200_000));
    const timeoutMs = engine.stats().latencyMs.compute.max / 2;
    for (let i = 0; i < 5; i++) expect(numbers(await engine.run(inputs(2), { timeoutMs }), 'y')).toEqual([3]);
    expect(engine.stats().requests).toMatchObject({ accepted: 6, completed: 6, rejected: 0 });
  });

  test('is refused because of what waits before it, though its own run would be in time', async () => {
    const engine = await loadSlow({ batching: { maxQueue: 5000 } });
    await learn(engine);
    const { p50 } = engine.stats().latencyMs.compute;
    const waiting = Array.from({ length: 200 }, (_, i) => engine.run(one(i)).catch(() => undefined));
    await turn();
    await expect(engine.run(one(), { timeoutMs: p50 * 20 })).rejects.toEqual(
      failure('TIMEOUT', { reason: 'deadline-unreachable' }),
    );
    const first = engine.run(one(7), { timeoutMs: p50 * 1000, priority: 'high' });
    expect(numbers(await first, 'y')).toEqual([7]);
    engine.destroy();
    await Promise.all(waiting);
  });
});
