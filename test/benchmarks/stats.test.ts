import { describe, expect, it } from 'vitest';
import {
  median,
  pairedRatio,
  quantileOfSorted,
  quantiles,
  summarize,
  withOmitted,
} from '../../benchmarks/lib/stats.mjs';

describe('benchmark statistics', () => {
  it('median is the middle value, or the mean of the two in the middle', () => {
    expect(median([5, 1, 3])).toBe(3);
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(median([7])).toBe(7);
  });

  it('median sorts by size, not as text', () => {
    expect(median([10, 9, 100])).toBe(10);
  });

  it('quantileOfSorted is linear between neighbours and refuses an empty list', () => {
    expect(quantileOfSorted([0, 10], 0.25)).toBe(2.5);
    expect(quantileOfSorted([0, 10], 1)).toBe(10);
    expect(() => quantileOfSorted([], 0.5)).toThrow(RangeError);
  });

  it('summarize leaves its input as it is', () => {
    const values = [3, 1, 2];
    expect(summarize(values)).toEqual({ median: 2, min: 1, max: 3 });
    expect(values).toEqual([3, 1, 2]);
  });

  it('quantiles finds the tail of many values', () => {
    const { p50, p99, p999, max, mean } = quantiles(Array.from({ length: 1001 }, (_, i) => i));
    expect([p50, p99, p999, max, mean]).toEqual([500, 990, 999, 1000, 500]);
  });

  it('withOmitted adds the firings that a stall swallowed', () => {
    expect(withOmitted([0.5, 3.5], 1)).toEqual([0.5, 3.5, 2.5, 1.5, 0.5]);
  });

  it('withOmitted makes a long stall count for its length', () => {
    const delays = [...new Array(100).fill(0), 100];
    expect(quantiles(delays).p50).toBe(0);
    expect(quantiles(withOmitted(delays, 1)).p90).toBeGreaterThan(75);
  });

  it('pairedRatio divides within rounds: a machine that gets slower leaves it alone', () => {
    const rounds = [1, 2, 4].map((slowness) => ({ a: 3 * slowness, b: 2 * slowness }));
    expect(
      pairedRatio(
        rounds,
        ({ a }) => a,
        ({ b }) => b,
      ),
    ).toEqual({ median: 1.5, min: 1.5, max: 1.5 });
  });
});
