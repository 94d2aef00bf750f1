import type { NativeEngineStats } from '../native/contract.js';

/** Durations in milliseconds; quantiles within 1 %. All 0 while `count` is 0. */
export interface LatencyStats {
  count: number;
  sum: number;
  mean: number;
  p50: number;
  p90: number;
  p99: number;
  max: number;
}

/** Counters since the engine was loaded, of all its handles in the process. */
export interface EngineStats {
  /** accepted = completed + failed + aborted + timedOut + still on their way. `rejected` were refused: QUEUE_FULL. */
  requests: {
    accepted: number;
    completed: number;
    failed: number;
    rejected: number;
    aborted: number;
    timedOut: number;
    /** Of the accepted ones: ran on the calling thread. */
    inPlace: number;
  };
  /** Rows of completed batches; a request that was not batched counts as one. */
  items: number;
  batches: { count: number; sizes: Record<number, number> };
  /** Requests that wait for a run, and for how long the first of them has. */
  queue: { depth: number; oldestMs: number };
  /** queue: submit to start; copyIn, copyOut: copies of tensors; compute: the model; total: submit to result taken. */
  latencyMs: Record<'queue' | 'copyIn' | 'compute' | 'copyOut' | 'total', LatencyStats>;
}

const STAGES = ['queue', 'copyIn', 'compute', 'copyOut', 'total'] as const;
const US_PER_MS = 1000;

export function toEngineStats(native: NativeEngineStats): EngineStats {
  const { completed } = native;
  const latency = STAGES.map((stage, i) => {
    const [count, ...times] = native.stages[i] as NativeEngineStats['stages'][number];
    const [sum, mean, p50, p90, p99, max] = times.map((us) => us / US_PER_MS) as [
      number, number, number, number, number, number,
    ]; // biome-ignore format: a tuple
    return [stage, { count, sum, mean, p50, p90, p99, max }] as const;
  });
  return {
    requests: {
      accepted: native.accepted,
      completed,
      failed: native.failed,
      rejected: native.rejected,
      aborted: native.aborted,
      timedOut: native.timedOut,
      inPlace: native.inPlace,
    },
    items: completed,
    batches: { count: completed, sizes: completed > 0 ? { 1: completed } : {} },
    queue: { depth: native.queueDepth, oldestMs: native.queueOldestMs },
    latencyMs: Object.fromEntries(latency) as EngineStats['latencyMs'],
  };
}
