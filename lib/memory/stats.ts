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
  /** What users of the pool asked for: activations, weights, copies of inputs, tensors. */
  allocatedBytes: ByteStats;
  /** What the pool holds of the system's memory. `reserved - active` is cached. */
  reservedBytes: ByteStats;
  /** Blocks in use, with rounding. */
  activeBytes: ByteStats;
  /** Free blocks in segments of which others are in use: cached, and only given back page by page. */
  inactiveSplitBytes: ByteStats;
  /** Allocations that failed also after the cache was emptied. */
  numOoms: number;
  /** Allocations that were tried again after the cache was emptied. */
  numRetries: number;
  /** Segments taken from the system. */
  numSystemAllocs: number;
}
