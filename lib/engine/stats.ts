import type { NativeEngineStats } from '../native/contract.js';
import { booleanOption, knownKeys, objectOption } from '../options.js';

/** Durations in milliseconds; quantiles within 1 %. All 0 while `count` is 0. */
export interface LatencyStats {
  count: number;
  sum: number;
  mean: number;
  p50: number;
  p90: number;
  p99: number;
  max: number;
  /** Where it was asked for. */
  histogram?: LatencyHistogram;
}

/**
 * How many durations there were up to each bound, and above the one before. Only buckets that are not empty, ascending.
 * All engines have the same buckets, 128 in each power of two.
 */
export interface LatencyHistogram {
  upperBoundsMs: number[];
  counts: number[];
}

/** Options of `Engine.stats` and `Pipeline.stats`. */
export interface StatsOptions {
  /** Whether each of `latencyMs` comes with its histogram, for `mergeLatencyStats`. @default false */
  histograms?: boolean;
}

/** Checks options of `stats`. Throws INVALID_ARGUMENT. */
export function statsOptions(given: StatsOptions = {}): Required<StatsOptions> {
  const options = objectOption<StatsOptions>('options', given);
  knownKeys('options', options, ['histograms']);
  return { histograms: booleanOption('options.histograms', options.histograms ?? false) };
}

/** Counters since the engine was loaded, of all its handles in the process. */
export interface EngineStats {
  /** accepted = completed + failed + aborted + timedOut + still on their way. `rejected` were refused at the door. */
  requests: {
    accepted: number;
    completed: number;
    failed: number;
    rejected: number;
    /** Why: the queue was full, in requests or in bytes; the time-out could not be kept; too many sequences. */
    rejectedBy: { maxQueue: number; maxQueueBytes: number; timeoutMs: number; maxSequences: number };
    aborted: number;
    timedOut: number;
    /** Of the accepted ones: ran on the calling thread. */
    inPlace: number;
  };
  /** Rows of completed requests; one of a request that is not made of rows. */
  items: number;
  /**
   * Runs, and how many there were of each size, in rows. `gatheredItems`: rows that were copied once more to come into
   * their batch.
   */
  batches: { count: number; sizes: Record<number, number>; gatheredItems: number };
  /** Requests that wait for a run, for how long the first of them has, and for how long one may wait for company. */
  queue: { depth: number; oldestMs: number; windowMs: number };
  /** active = started - ended - expired, those that have been replaced and not yet finished included. */
  sequences: { active: number; started: number; ended: number; expired: number };
  /** queue: submit to start; copyIn, copyOut: copies of tensors; compute: the model; total: submit to result taken. */
  latencyMs: Record<'queue' | 'copyIn' | 'compute' | 'copyOut' | 'total', LatencyStats>;
}

const STAGES = ['queue', 'copyIn', 'compute', 'copyOut', 'total'] as const;
const US_PER_MS = 1000;

export function toEngineStats(native: NativeEngineStats, histograms: boolean): EngineStats {
  const [maxQueue, maxQueueBytes, timeoutMs, maxSequences] = native.rejected;
  const sizes: Record<number, number> = {};
  let batches = 0;
  for (let i = 0; i < native.batchSizes.length; i += 2) {
    const count = native.batchSizes[i + 1] as number;
    sizes[native.batchSizes[i] as number] = count;
    batches += count;
  }
  const latency = STAGES.map((stage, i) => {
    const [count, ...times] = native.stages[i] as NativeEngineStats['stages'][number];
    const [sum, mean, p50, p90, p99, max] = times.map((us) => us / US_PER_MS) as [
      number, number, number, number, number, number,
    ]; // biome-ignore format: a tuple
    const stats: LatencyStats = { count, sum, mean, p50, p90, p99, max };
    if (histograms) stats.histogram = toHistogram(native.buckets[i] as Float64Array);
    return [stage, stats] as const;
  });
  return {
    requests: {
      accepted: native.accepted,
      completed: native.completed,
      failed: native.failed,
      rejected: maxQueue + maxQueueBytes + timeoutMs + maxSequences,
      rejectedBy: { maxQueue, maxQueueBytes, timeoutMs, maxSequences },
      aborted: native.aborted,
      timedOut: native.timedOut,
      inPlace: native.inPlace,
    },
    items: native.rows,
    batches: { count: batches, sizes, gatheredItems: native.gatheredRows },
    queue: { depth: native.queueDepth, oldestMs: native.queueOldestMs, windowMs: native.windowMs },
    sequences: {
      active: native.sequencesActive,
      started: native.sequencesStarted,
      ended: native.sequencesEnded,
      expired: native.sequencesExpired,
    },
    latencyMs: Object.fromEntries(latency) as EngineStats['latencyMs'],
  };
}

function toHistogram(buckets: Float64Array): LatencyHistogram {
  const histogram: LatencyHistogram = { upperBoundsMs: [], counts: [] };
  for (let i = 0; i < buckets.length; i += 2) {
    histogram.upperBoundsMs.push((buckets[i] as number) / US_PER_MS);
    histogram.counts.push(buckets[i + 1] as number);
  }
  return histogram;
}
