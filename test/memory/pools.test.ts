import { memory } from 'node-tensorrt';
import { describe, expect, test } from 'vitest';
import { bigWeights, identity, mlp } from '../fixtures/models.js';
import { load, loadSlow, one, until, untilStarted } from '../support/engines.js';
import { failure, rejection } from '../support/failure.js';

const MIB = 2 ** 20;
const gauge = {
  current: expect.any(Number),
  peak: expect.any(Number),
  allocated: expect.any(Number),
  freed: expect.any(Number),
};

describe('memory', () => {
  test('pools() lists the pool of the host', () => {
    expect(memory.pools()).toEqual(['host']);
  });

  test('stats() has the documented shape', () => {
    const stats = memory.stats('host');
    expect(stats).toEqual({
      allocatedBytes: gauge,
      inactiveSplitBytes: gauge,
      reservedBytes: gauge,
      activeBytes: gauge,
      numOoms: 0,
      numRetries: 0,
      numSystemAllocs: expect.any(Number),
    });
    for (const key of ['allocatedBytes', 'reservedBytes', 'activeBytes'] as const) {
      const { current, peak, allocated, freed } = stats[key];
      expect(current).toBe(allocated - freed);
      expect(peak).toBeGreaterThanOrEqual(current);
    }
    expect(stats.reservedBytes.current).toBeGreaterThanOrEqual(stats.activeBytes.current);
    expect(stats.activeBytes.current).toBeGreaterThanOrEqual(stats.allocatedBytes.current);
  });

  test('stats() shows the weights of an engine until it is closed', async () => {
    await (await load(identity())).close();
    const base = memory.stats().allocatedBytes.current;
    // Weights of products: ONNX Runtime puts what it has packed for them into the pool.
    const engine = await load(mlp({ layers: 2, width: 1024 }));
    expect(memory.stats().allocatedBytes.current - base).toBeGreaterThanOrEqual(8 * MIB);
    await engine.close();
    expect(memory.stats().allocatedBytes.current).toBe(base);
  });

  test('stats() shows the inputs that wait, and not those that are done', async () => {
    const engine = await loadSlow();
    await engine.warmup();
    const base = memory.stats().allocatedBytes.current;
    const runs = [engine.run(one()), engine.run(one()), engine.run(one())];
    await untilStarted(engine, 1);
    expect(memory.stats().allocatedBytes.current).toBeGreaterThan(base);
    await Promise.all(runs);
    await until(() => memory.stats().allocatedBytes.current <= base);
  });

  test('resetPeakStats() sets the peaks to what is current, of one pool or all', async () => {
    for (const pool of ['host', undefined]) {
      await (await load(bigWeights(4))).close();
      const before = memory.stats();
      expect(before.allocatedBytes.peak).toBeGreaterThan(before.allocatedBytes.current);
      memory.resetPeakStats(pool);
      const { allocatedBytes, activeBytes, reservedBytes } = memory.stats();
      for (const { current, peak } of [allocatedBytes, activeBytes, reservedBytes]) expect(peak).toBe(current);
      expect(allocatedBytes.allocated).toBe(before.allocatedBytes.allocated);
    }
  });

  test('emptyCache() gives back what nobody uses, and says how much', async () => {
    const kept = await load(bigWeights(2));
    const engine = await load(identity('uint8', ['N']), { inlineBelowUs: 0 });
    const base = memory.stats().allocatedBytes.current;
    const count = 6 * MIB;
    await engine.run({ x: { type: 'uint8', data: new Uint8Array(count), dims: [count] } });
    await until(() => memory.stats().allocatedBytes.current <= base);
    const before = memory.stats();
    const bytes = await memory.emptyCache();
    const after = memory.stats();
    expect(bytes).toBeGreaterThan(0);
    expect(before.reservedBytes.current - after.reservedBytes.current).toBe(bytes);
    expect(after.allocatedBytes.current).toBe(before.allocatedBytes.current);
    expect(await memory.emptyCache('host')).toBe(0);
    expect((await kept.run({ index: { type: 'int64', data: BigInt64Array.of(3n), dims: [1] } }))['y']?.dims).toEqual([
      1, 1024,
    ]);
  });

  test.each(['cuda:0', 'Host', 'pinned'])('refuses the unknown pool %s', async (pool) => {
    const unknown = failure('INVALID_ARGUMENT', { option: 'pool', received: expect.stringContaining(pool) });
    expect(() => memory.stats(pool)).toThrow(unknown as Error);
    expect(() => memory.resetPeakStats(pool)).toThrow(unknown as Error);
    expect(await rejection(memory.emptyCache(pool))).toEqual(unknown);
  });

  test.each([5, '', null])('refuses %j for a pool', async (pool) => {
    expect(() => memory.stats(pool as never)).toThrow(failure('INVALID_ARGUMENT', { option: 'pool' }) as Error);
    expect(() => memory.resetPeakStats(pool as never)).toThrow(failure('INVALID_ARGUMENT') as Error);
    expect(await rejection(memory.emptyCache(pool as never))).toEqual(failure('INVALID_ARGUMENT'));
  });
});
