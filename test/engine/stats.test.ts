import type { Engine, EngineStats } from 'node-tensorrt';
import { describe, expect, test } from 'vitest';
import { addTwo, identity } from '../fixtures/models.js';
import { f32, load, loadSlow, numbers, one, untilStarted } from '../support/engines.js';
import { rejection } from '../support/failure.js';

const x = f32([1, 2, 3, 4], [1, 4]);
const stages = ['queue', 'copyIn', 'compute', 'copyOut', 'total'] as const;

function counts(engine: Engine): Record<string, number> {
  return Object.fromEntries(stages.map((stage) => [stage, engine.stats().latencyMs[stage].count]));
}

describe('stats()', () => {
  test('is all zero for a new engine', async () => {
    const none = { count: 0, sum: 0, mean: 0, p50: 0, p90: 0, p99: 0, max: 0 };
    const expected: EngineStats = {
      requests: {
        accepted: 0, completed: 0, failed: 0, rejected: 0, aborted: 0, timedOut: 0, inPlace: 0,
        rejectedBy: { maxQueue: 0, maxQueueBytes: 0, timeoutMs: 0, maxSequences: 0 },
      }, // biome-ignore format: rows
      items: 0,
      batches: { count: 0, sizes: {}, gatheredItems: 0 },
      queue: { depth: 0, oldestMs: 0, windowMs: 0 },
      sequences: { active: 0, started: 0, ended: 0, expired: 0 },
      latencyMs: { queue: none, copyIn: none, compute: none, copyOut: none, total: none },
    };
    expect((await load(identity())).stats()).toMatchObject(expected);
  });

  test('counts every stage of every run on a lane', async () => {
    const engine = await load(identity(), { inlineBelowUs: 0 });
    for (let i = 0; i < 7; i++) await engine.run({ x });
    expect(counts(engine)).toEqual({ queue: 7, copyIn: 7, compute: 7, copyOut: 7, total: 7 });
    expect(engine.stats()).toMatchObject({
      requests: { accepted: 7, completed: 7, inPlace: 0 },
      items: 7,
      batches: { count: 7, sizes: { 1: 7 } },
    });
  });

  test('counts runs in place and by runSync() as accepted and completed', async () => {
    const engine = await load(identity(), { inlineBelowUs: 1_000_000 });
    await engine.run({ x });
    engine.runSync({ x });
    await engine.run({ x });
    expect(engine.stats().requests).toMatchObject({ accepted: 3, completed: 3, inPlace: 1 });
    expect(counts(engine)).toMatchObject({ compute: 3, total: 3 });
  });

  test('has latencies that fit together', async () => {
    const engine = await load(addTwo(), { inlineBelowUs: 0 });
    for (let i = 0; i < 50; i++) await engine.run({ a: f32([i]), b: f32([1]) });
    const { latencyMs } = engine.stats();
    for (const stage of stages) {
      const { count, sum, mean, p50, p90, p99, max } = latencyMs[stage];
      expect(count).toBe(50);
      expect(mean).toBeCloseTo(sum / count, 6);
      expect(p50).toBeLessThanOrEqual(p90);
      expect(p90).toBeLessThanOrEqual(p99);
      expect(p99).toBeLessThanOrEqual(max * 1.02);
      expect(sum).toBeGreaterThan(0);
    }
    expect(latencyMs.total.sum).toBeGreaterThan(latencyMs.compute.sum);
  });

  test('shows what waits, and for how long', async () => {
    const engine = await loadSlow();
    const runs = [engine.run(one(1)), engine.run(one(2)), engine.run(one(3))];
    await untilStarted(engine, 1);
    const { queue, requests } = engine.stats();
    expect(queue.depth).toBe(2);
    expect(queue.oldestMs).toBeGreaterThan(0);
    expect(requests).toMatchObject({ accepted: 3, completed: 0 });
    await Promise.all(runs);
    expect(engine.stats().queue).toEqual({ depth: 0, oldestMs: 0, windowMs: 0 });
  });

  test('is a snapshot, and stays as it was at the end after close()', async () => {
    const engine = await load(identity());
    const before = engine.stats();
    await engine.run({ x });
    expect(before.requests.accepted).toBe(0);
    await engine.close();
    expect(engine.stats().requests).toMatchObject({ accepted: 1, completed: 1 });
  });

  test('counts each way to end once', async () => {
    const engine = await loadSlow({ batching: { maxQueue: 3 } });
    const running = engine.run(one(1));
    await untilStarted(engine, 1);
    const controller = new AbortController();
    const aborted = rejection(engine.run(one(2), { signal: controller.signal }));
    const late = rejection(engine.run(one(3), { timeoutMs: 1 }));
    const queued = engine.run(one(4));
    await rejection(engine.run(one(5)));
    await rejection(engine.run({}));
    controller.abort();
    await Promise.all([aborted, late, running]);
    expect(numbers(await queued, 'y')).toEqual([4]);
    expect(engine.stats().requests).toEqual({
      accepted: 4, completed: 2, failed: 0, rejected: 1, aborted: 1, timedOut: 1, inPlace: 0,
      rejectedBy: { maxQueue: 1, maxQueueBytes: 0, timeoutMs: 0, maxSequences: 0 },
    }); // biome-ignore format: a row
  });
});
