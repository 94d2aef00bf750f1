import type { NativePoolStats } from '../native/contract.js';
import { getPort } from '../native/port.js';
import { stringOption } from '../options.js';
import { summarize } from './summary.js';

/** A gauge of bytes, in PyTorch's words. */
export interface ByteStats {
  /** Now. */
  current: number;
  /** Highest `current` since the start or the last resetPeakStats(). */
  peak: number;
  /** Sum of all that was allocated since the start. */
  allocated: number;
  /** Sum of all that was freed since the start. */
  freed: number;
}

/** Counters of a memory pool; see `memory.stats`. */
export interface MemoryStats {
  /** What users of the pool asked for: activations, prepacked weights, copies of inputs. */
  allocatedBytes: ByteStats;
  /** What the pool holds of the system's memory. `reserved - active` is cached. */
  reservedBytes: ByteStats;
  /** Blocks in use, with rounding. */
  activeBytes: ByteStats;
  /** Allocations that failed also after the cache was emptied. */
  numOoms: number;
  /** Allocations that were tried again after the cache was emptied. */
  numRetries: number;
  /** Blocks taken from the system. */
  numSystemAllocs: number;
}

const DEFAULT_POOL = 'host';

/** The memory pools of the process; all threads and all copies of this library share them. */
export const memory = Object.freeze({
  /** Names of the pools: 'host'. */
  pools(): string[] {
    return getPort().native.pools();
  },

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
