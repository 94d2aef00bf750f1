import type { NativePoolStats } from '../native/contract.js';
import { getPort } from '../native/port.js';
import { stringOption } from '../options.js';
import { allocate } from './allocate.js';
import { memoryHtml } from './html.js';
import { historyOption, limitOption, type MemoryLimit, type MemoryPolicy, policyOption } from './settings.js';
import type { MemorySnapshot } from './snapshot.js';
import type { MemoryStats } from './stats.js';
import { summarize } from './summary.js';
import { takeSnapshot } from './take-snapshot.js';

const DEFAULT_POOL = 'host';

/** The memory pools of the process; all threads and all copies of this library share them. */
export const memory = Object.freeze({
  /** Names of the pools: 'host'. */
  pools(): string[] {
    return getPort().native.pools();
  },

  /**
   * A tensor in memory of a pool: runs read it as an input, and write it in `into`, without a copy on this thread.
   *
   * @param type any but 'string'
   * @param dims at most 2^31 - 1 bytes in all; none at all is allowed
   * @throws NodeTensorRTError INVALID_ARGUMENT, OUT_OF_RANGE (dims), UNSUPPORTED ('string'), OUT_OF_MEMORY
   * @example using image = memory.allocate('float32', [1, 3, 224, 224]);
   */
  allocate,

  /**
   * Counters of a pool.
   * @param pool @default 'host'
   * @throws NodeTensorRTError INVALID_ARGUMENT for a name that pools() does not list
   */
  stats(pool: string = DEFAULT_POOL): MemoryStats {
    const stats: NativePoolStats = getPort().native.poolStats(stringOption('pool', pool));
    return stats;
  },

  /**
   * What the pools hold, block by block, for whom, and beside it what the process has in RAM. Plain JSON. Takes
   * milliseconds for ten thousand blocks.
   */
  snapshot(): MemorySnapshot {
    return takeSnapshot();
  },

  /** A table for people, as torch.cuda.memory_summary: of all pools, their owners, and what is in no pool. */
  summary(snapshot: MemorySnapshot = takeSnapshot()): string {
    return summarize(snapshot);
  },

  /** One self-contained page that draws the pools; over time, too, if that was recorded. To be saved as a file. */
  html(snapshot: MemorySnapshot = takeSnapshot()): string {
    return memoryHtml(snapshot);
  },

  /**
   * Keeps the last events of a pool (allocations, frees, segments that come and go) for `snapshot().pools[].history`,
   * and forgets those from before. About 100 bytes per event, and some 20 ns per allocation.
   * @param maxEvents 1 to 10 million; false: records no more. @default 100_000
   * @param pool @default 'host'
   * @throws NodeTensorRTError INVALID_ARGUMENT, OUT_OF_RANGE
   */
  recordHistory(maxEvents: number | false = 100_000, pool: string = DEFAULT_POOL): void {
    getPort().native.recordHistory(stringOption('pool', pool), historyOption(maxEvents));
  },

  /**
   * The most that a pool may take from the system, in this process. What is cached goes back for it; then an
   * allocation beyond it fails with OUT_OF_MEMORY. What is in use stays, also if it is more.
   * @param limit bytes, or a fraction (over 0, up to 1) of what the process may have: the machine's memory, or less in
   *   a container; {} takes the limit away
   * @param pool @default 'host'
   * @throws NodeTensorRTError INVALID_ARGUMENT, OUT_OF_RANGE
   */
  setLimit(limit: MemoryLimit, pool: string = DEFAULT_POOL): void {
    getPort().native.setLimit(stringOption('pool', pool), limitOption(limit));
  },

  /**
   * When a pool gives memory back by itself, and how it takes it. Replaces the policy from before: what is not given
   * has its default.
   * @param pool @default 'host'
   * @throws NodeTensorRTError INVALID_ARGUMENT, OUT_OF_RANGE
   */
  setPolicy(policy: MemoryPolicy, pool: string = DEFAULT_POOL): void {
    const { trimIdleMs, gcThreshold, hugePages } = policyOption(policy);
    getPort().native.setPolicy(stringOption('pool', pool), trimIdleMs, gcThreshold, hugePages);
  },

  /**
   * Sets the peaks of a pool, or of all pools, to their current values.
   * @throws NodeTensorRTError INVALID_ARGUMENT for an unknown name
   */
  resetPeakStats(pool?: string): void {
    for (const name of pool === undefined ? this.pools() : [stringOption('pool', pool)]) {
      getPort().native.resetPeak(name);
    }
  },

  /**
   * Gives cached memory back to the system, as torch.cuda.empty_cache does: of one pool, or of all. What is in use
   * stays.
   * @returns bytes given back
   * @throws NodeTensorRTError INVALID_ARGUMENT for an unknown name
   */
  async emptyCache(pool?: string): Promise<number> {
    const port = getPort();
    let bytes = 0;
    for (const name of pool === undefined ? this.pools() : [stringOption('pool', pool)]) {
      bytes += await port.request(
        (id) => port.native.emptyCache(id, name),
        ({ frame }) => frame[1] as number,
      );
    }
    return bytes;
  },
});
