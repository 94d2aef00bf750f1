import { argumentError } from '../errors.js';
import { objectOption } from '../options.js';
import type { LatencyHistogram, LatencyStats } from './stats.js';

/**
 * Latencies of several engines, processes or times as one: counts and sums add up, `max` is the largest, and quantiles
 * are those of all values together, within 1 %.
 *
 * @param list statistics of `engine.stats({ histograms: true })`, also after JSON; none of them: all zero
 * @throws NodeTensorRTError INVALID_ARGUMENT (one has no histogram)
 */
export function mergeLatencyStats(list: readonly LatencyStats[]): LatencyStats {
  if (!Array.isArray(list)) throw argumentError('list', 'an array of LatencyStats', list);
  const counts = new Map<number, number>();
  let sum = 0;
  let max = 0;
  for (const [i, stats] of list.entries()) {
    for (const [bound, count] of buckets(`list[${i}]`, stats)) counts.set(bound, (counts.get(bound) ?? 0) + count);
    sum += stats.sum;
    max = Math.max(max, stats.max);
  }
  return fromCounts(counts, sum, max);
}

/**
 * What came between two snapshots of the same latencies. `max` is the upper bound of the highest bucket in which there
 * is a value, at most `later.max`: within 1 % of the interval's longest.
 *
 * @throws NodeTensorRTError INVALID_ARGUMENT (one has no histogram, or `later` has less than `earlier`)
 */
export function latencyStatsSince(later: LatencyStats, earlier: LatencyStats): LatencyStats {
  const counts = new Map(buckets('later', later));
  for (const [bound, before] of buckets('earlier', earlier)) {
    const left = (counts.get(bound) ?? 0) - before;
    if (left < 0) throw argumentError('earlier', 'a snapshot from before `later`', `${-left} more at ${bound} ms`);
    if (left === 0) counts.delete(bound);
    else counts.set(bound, left);
  }
  const max = Math.min(later.max, Math.max(0, ...counts.keys()));
  return fromCounts(counts, counts.size === 0 ? 0 : Math.max(0, later.sum - earlier.sum), max);
}

/** Quantiles by the rule of `Histogram::snapshot` (`native/runtime/stats/histogram.cc`), which also makes the bounds. */
export function fromCounts(counts: ReadonlyMap<number, number>, sum: number, max: number): LatencyStats {
  const sorted = [...counts].sort(([a], [b]) => a - b);
  const count = sorted.reduce((total, [, n]) => total + n, 0);
  const quantile = (q: number) => {
    const rank = Math.floor(q * (count - 1));
    let upTo = 0;
    const found = sorted.find(([, n]) => {
      upTo += n;
      return upTo > rank;
    });
    return Math.min(found?.[0] ?? 0, max);
  };
  return {
    count,
    sum,
    mean: count === 0 ? 0 : sum / count,
    p50: quantile(0.5),
    p90: quantile(0.9),
    p99: quantile(0.99),
    max,
    histogram: { upperBoundsMs: sorted.map(([bound]) => bound), counts: sorted.map(([, n]) => n) },
  };
}

/** Checks the statistics; the buckets of their histogram. */
function buckets(name: string, stats: LatencyStats): [number, number][] {
  const { sum, max, histogram } = objectOption<LatencyStats>(name, stats);
  number(`${name}.sum`, sum);
  number(`${name}.max`, max);
  if (histogram === undefined) {
    throw argumentError(`${name}.histogram`, 'what stats({ histograms: true }) gives', histogram);
  }
  const { upperBoundsMs, counts } = objectOption<LatencyHistogram>(`${name}.histogram`, histogram);
  if (!Array.isArray(upperBoundsMs)) throw argumentError(`${name}.histogram.upperBoundsMs`, 'an array', upperBoundsMs);
  if (!Array.isArray(counts) || counts.length !== upperBoundsMs.length) {
    throw argumentError(`${name}.histogram.counts`, `an array of ${upperBoundsMs.length}`, counts);
  }
  return upperBoundsMs.map((bound, i) => [
    number(`${name}.histogram.upperBoundsMs`, bound),
    number(`${name}.histogram.counts`, counts[i]),
  ]);
}

function number(name: string, value: unknown): number {
  if (typeof value !== 'number' || !(value >= 0)) throw argumentError(name, 'a number, 0 or more', value);
  return value;
}
