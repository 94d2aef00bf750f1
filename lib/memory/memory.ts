import type { NativePoolStats } from '../native/contract.js';
import { getPort } from '../native/port.js';
import { stringOption } from '../options.js';
import { allocate } from './allocate.js';
import type { MemoryStats } from './stats.js';
import { summarize } from './summary.js';

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

  /** The counters of all pools as a table for people. */
  summary(): string {
    return this.pools()
      .map((pool) => summarize(pool, this.stats(pool)))
      .join('\n');
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
