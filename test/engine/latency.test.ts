// Histograms of latencies: what engines give, and what is computed from several of them.

import {
  Engine,
  type EngineStats,
  type LatencyHistogram,
  type LatencyStats,
  latencyStatsSince,
  mergeLatencyStats,
} from 'node-tensorrt';
import { describe, expect, test } from 'vitest';
import { identity, mlp } from '../fixtures/models.js';
import { f32, load } from '../support/engines.js';
import { failure } from '../support/failure.js';
import { randomNumbers } from '../support/random.js';

const SEED = Number(process.env['TEST_SEED'] ?? 20261122);
const QUANTILES = { p50: 0.5, p90: 0.9, p99: 0.99 } as const;
const stages = ['queue', 'copyIn', 'compute', 'copyOut', 'total'] as const;

/** Bounds 0.7 % apart: nothing of the library depends on which they are. */
const bounds = Array.from({ length: 3000 }, (_, i) => 1e-4 * 1.007 ** i);

/** What an engine would give after these latencies. */
function statsOf(values: readonly number[]): LatencyStats {
  const counts = new Map<number, number>();
  for (const value of values) {
    const bound = bounds.find((candidate) => candidate >= value) as number;
    counts.set(bound, (counts.get(bound) ?? 0) + 1);
  }
  const sorted = [...counts].sort(([a], [b]) => a - b);
  const histogram = { upperBoundsMs: sorted.map(([bound]) => bound), counts: sorted.map(([, count]) => count) };
  const sum = values.reduce((total, value) => total + value, 0);
  return { count: values.length, sum, mean: 0, p50: 0, p90: 0, p99: 0, max: Math.max(0, ...values), histogram };
}

/** Up to `most` latencies over five orders of magnitude. */
function latencies(random: (below: number) => number, most: number): number[] {
  return Array.from({ length: 1 + random(most) }, () => 1e-3 * 10 ** (random(5000) / 1000));
}

/** The quantiles that are not within 1 % of those of the sorted values. */
function wrongQuantiles(stats: LatencyStats, values: readonly number[]): string[] {
  const sorted = [...values].sort((a, b) => a - b);
  return Object.entries(QUANTILES).flatMap(([name, quantile]) => {
    const exact = sorted[Math.floor(quantile * (sorted.length - 1))] as number;
    const computed = stats[name as keyof typeof QUANTILES];
    return Math.abs(computed - exact) <= exact / 100 ? [] : [`${name} ${computed}, not ${exact}`];
  });
}

async function statsAfter(engine: Engine, runs: number): Promise<EngineStats> {
  const [{ name = '', dims = [] } = {}] = engine.inputs;
  const inputs = { [name]: f32(new Float32Array(Number(dims[1])), [1, Number(dims[1])]) };
  for (let i = 0; i < runs; i++) await engine.run(inputs);
  return engine.stats({ histograms: true });
}

const closeTo = (sum: number) => expect.closeTo(sum, 6);

describe('stats({ histograms: true })', () => {
  test('adds the buckets that are not empty, ascending, as plain JSON', async () => {
    const engine = await load(identity(), { inlineBelowUs: 0 });
    const { latencyMs } = await statsAfter(engine, 100);
    for (const stage of stages) {
      const { count, max, histogram } = latencyMs[stage];
      const { upperBoundsMs, counts } = histogram as LatencyHistogram;
      expect(counts.reduce((sum, n) => sum + n, 0)).toBe(count);
      expect(counts.every((n) => n > 0)).toBe(true);
      expect(upperBoundsMs).toEqual([...new Set(upperBoundsMs)].sort((a, b) => a - b));
      expect(upperBoundsMs.at(-1)).toBeGreaterThanOrEqual(max);
      expect(JSON.parse(JSON.stringify(histogram))).toEqual(histogram);
    }
  });

  test('is not there unless it is asked for, and has no buckets in a new engine', async () => {
    const engine = await load(identity());
    for (const stage of stages) {
      expect(engine.stats().latencyMs[stage]).not.toHaveProperty('histogram');
      expect(engine.stats({ histograms: false }).latencyMs[stage]).not.toHaveProperty('histogram');
      expect(engine.stats({ histograms: true }).latencyMs[stage].histogram).toEqual({ upperBoundsMs: [], counts: [] });
    }
  });

  test('is there after close() as well', async () => {
    const engine = await Engine.load(identity());
    const before = await statsAfter(engine, 3);
    await engine.close();
    expect(engine.stats({ histograms: true })).toEqual(before);
    expect(engine.stats().latencyMs.total).not.toHaveProperty('histogram');
  });

  test.each([5, null, { histograms: 1 }, { histogram: true }])('refuses %j', async (options) => {
    const engine = await load(identity());
    expect(() => engine.stats(options as never)).toThrow(failure('INVALID_ARGUMENT') as Error);
  });
});

describe('mergeLatencyStats()', () => {
  test('of one engine gives what the engine says, to the last bit', async () => {
    const engine = await load(mlp({ layers: 1, width: 64 }), { inlineBelowUs: 0 });
    const { latencyMs } = await statsAfter(engine, 500);
    for (const stage of stages) expect(mergeLatencyStats([latencyMs[stage]])).toEqual(latencyMs[stage]);
  });

  test('of engines adds up, whichever comes first', async () => {
    const parts: LatencyStats[] = [];
    for (const model of [identity(), mlp({ layers: 2, width: 64 }), identity()]) {
      parts.push((await statsAfter(await load(model), 50 * (parts.length + 1))).latencyMs.total);
    }
    const merged = mergeLatencyStats(parts);
    const sum = parts.reduce((total, part) => total + part.sum, 0);
    const max = Math.max(...parts.map((part) => part.max));
    expect(merged).toMatchObject({ count: 300, max, sum: closeTo(sum), mean: closeTo(sum / 300) });
    const alike = { ...merged, sum: closeTo(sum), mean: closeTo(sum / 300) };
    expect(mergeLatencyStats([...parts].reverse())).toEqual(alike);
    const [first, ...others] = parts as [LatencyStats, LatencyStats, LatencyStats];
    expect(mergeLatencyStats([first, mergeLatencyStats(others)])).toEqual(alike);
    const travelled = JSON.parse(JSON.stringify(parts)) as LatencyStats[];
    expect(mergeLatencyStats(travelled)).toEqual(merged);
  });

  test(`of random parts is the histogram of all values, with quantiles within 1 % (seed ${SEED})`, () => {
    const random = randomNumbers(SEED);
    for (let round = 0; round < 100; round++) {
      const parts = Array.from({ length: 1 + random(5) }, () => latencies(random, 300));
      const all = parts.flat();
      const merged = mergeLatencyStats(parts.map(statsOf));
      expect(merged.histogram).toEqual(statsOf(all).histogram);
      expect(merged).toMatchObject({ count: all.length, max: Math.max(...all) });
      expect(wrongQuantiles(merged, all)).toEqual([]);
    }
  });

  test('a mean of quantiles, which is no quantile, is found by that check', () => {
    const parts = [Array.from({ length: 99 }, () => 1), Array.from({ length: 99 }, () => 100)];
    const [a, b] = parts.map((part) => mergeLatencyStats([statsOf(part)])) as [LatencyStats, LatencyStats];
    const wrong = { ...a, p50: (a.p50 + b.p50) / 2, p90: (a.p90 + b.p90) / 2, p99: (a.p99 + b.p99) / 2 };
    expect(wrongQuantiles(wrong, parts.flat())).toHaveLength(3);
  });

  test('of nothing, and of an engine that did nothing, is all zero', () => {
    const zero = { ...none(), histogram: { upperBoundsMs: [], counts: [] } };
    expect(mergeLatencyStats([])).toEqual(zero);
    expect(mergeLatencyStats([zero, zero])).toEqual(zero);
  });

  test.each<[string, unknown, string]>([
    ['no list', 5, 'list'],
    ['no object', [5], 'list[0]'],
    ['no histogram', [statsOf([1]), none()], 'list[1].histogram'],
    ['other numbers of bounds and counts', [withHistogram([1, 2], [1])], 'list[0].histogram.counts'],
    ['no bounds', [withHistogram(5, [1])], 'list[0].histogram.upperBoundsMs'],
    ['a count that is none', [withHistogram([1], [-1])], 'list[0].histogram.counts'],
    ['a bound that is none', [withHistogram(['1'], [1])], 'list[0].histogram.upperBoundsMs'],
    ['a sum that is none', [{ ...statsOf([1]), sum: undefined }], 'list[0].sum'],
    ['a maximum that is none', [{ ...statsOf([1]), max: Number.NaN }], 'list[0].max'],
  ])('refuses %s', (_, list, option) => {
    expect(() => mergeLatencyStats(list as never)).toThrow(failure('INVALID_ARGUMENT', { option }) as Error);
  });
});

describe('latencyStatsSince()', () => {
  test('gives what came between two snapshots', async () => {
    const engine = await load(identity(), { inlineBelowUs: 0 });
    const earlier = (await statsAfter(engine, 20)).latencyMs.total;
    const later = (await statsAfter(engine, 30)).latencyMs.total;
    const between = latencyStatsSince(later, earlier);
    expect(between).toMatchObject({ count: 30, sum: closeTo(later.sum - earlier.sum) });
    expect(between.max).toBeLessThanOrEqual(later.max);
    expect(mergeLatencyStats([earlier, between])).toMatchObject({ count: 50, histogram: later.histogram });
  });

  test(`has the quantiles of the interval, and its maximum within 1 % (seed ${SEED})`, () => {
    const random = randomNumbers(SEED);
    for (let round = 0; round < 100; round++) {
      const [before, after] = [latencies(random, 200), latencies(random, 200)];
      const between = latencyStatsSince(statsOf([...before, ...after]), statsOf(before));
      expect(between.count).toBe(after.length);
      expect(wrongQuantiles(between, after)).toEqual([]);
      const longest = Math.max(...after);
      expect(between.max).toBeGreaterThanOrEqual(longest);
      expect(between.max).toBeLessThanOrEqual(longest * 1.01);
    }
  });

  test('is all zero when nothing came', () => {
    const stats = mergeLatencyStats([statsOf([1, 2, 3])]);
    expect(latencyStatsSince(stats, stats)).toEqual({ ...none(), histogram: { upperBoundsMs: [], counts: [] } });
  });

  test.each<[string, LatencyStats, LatencyStats, string]>([
    ['snapshots in the wrong order', statsOf([1]), statsOf([1, 1]), 'earlier'],
    ['those of two engines', statsOf([1, 2]), statsOf([3]), 'earlier'],
    ['a later one without a histogram', none(), statsOf([1]), 'later.histogram'],
    ['an earlier one without a histogram', statsOf([1]), none(), 'earlier.histogram'],
  ])('refuses %s', (_, later, earlier, option) => {
    expect(() => latencyStatsSince(later, earlier)).toThrow(failure('INVALID_ARGUMENT', { option }) as Error);
  });
});

function none(): LatencyStats {
  return { count: 0, sum: 0, mean: 0, p50: 0, p90: 0, p99: 0, max: 0 };
}

function withHistogram(upperBoundsMs: unknown, counts: unknown): unknown {
  return { ...none(), histogram: { upperBoundsMs, counts } };
}
