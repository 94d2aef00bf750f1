import { fromCounts } from '../engine/latency.js';
import type { LatencyStats } from '../engine/stats.js';

const NS_PER_MS = 1e6;
/** 128 buckets in each power of two, up to 2^42 ns. */
const SUB_BITS = 7;
const BUCKETS = 36 << SUB_BITS;

/** Durations in the buckets of engines (`native/runtime/stats/histogram.cc`), so that theirs and these can be merged. */
export class LatencyRecorder {
  /** By bucket; most are empty. */
  readonly #counts = new Map<number, number>();
  #sum = 0;
  #max = 0;

  record(ms: number): void {
    const ns = Math.max(0, Math.round(ms * NS_PER_MS));
    const bucket = bucketOf(ns);
    this.#counts.set(bucket, (this.#counts.get(bucket) ?? 0) + 1);
    this.#sum += ms;
    this.#max = Math.max(this.#max, ns / NS_PER_MS);
  }

  stats(withHistogram: boolean): LatencyStats {
    const counts = new Map([...this.#counts].map(([bucket, count]) => [upperBoundMs(bucket), count]));
    const { histogram, ...stats } = fromCounts(counts, this.#sum, this.#max);
    return withHistogram && histogram !== undefined ? { ...stats, histogram } : stats;
  }
}

/** Values below 2^SUB_BITS have a bucket each; above, the leading SUB_BITS + 1 bits choose it. */
function bucketOf(ns: number): number {
  if (ns < 1 << SUB_BITS) return ns;
  let power = Math.floor(Math.log2(ns));
  if (2 ** power > ns) power -= 1; // the logarithm was rounded up
  const exponent = power - SUB_BITS;
  return Math.min(BUCKETS - 1, (exponent << SUB_BITS) + Math.floor(ns / 2 ** exponent));
}

/** The longest duration in the bucket, by the same arithmetic as that of engines: equal bounds are equal numbers. */
function upperBoundMs(bucket: number): number {
  const next = bucket + 1;
  const exponent = Math.max(0, (next >> SUB_BITS) - 1);
  const lower = (next - (exponent << SUB_BITS)) * 2 ** exponent;
  return (lower - 1) / 1000 / 1000;
}
