import type { ByteStats, MemoryStats } from './stats.js';

/** The memory pools of the process at one moment, as plain JSON. Indices and ids are of this snapshot only. */
export interface MemorySnapshot {
  /** When it was taken, in milliseconds since 1970. */
  time: number;
  process: {
    /** Memory of the process that is in RAM, as the system counts it. */
    rssBytes: number;
    /** What the process may use (its cgroup), or null where there is no limit. */
    limitBytes: number | null;
  };
  /** Sentences: memory of this library that is in no pool, and so in no number here but `rssBytes`. */
  uncounted: string[];
  pools: PoolSnapshot[];
}

/** One pool: its counters, what it holds of the system's memory, and for whom. */
export interface PoolSnapshot {
  /** As in `memory.pools()`. */
  name: string;
  stats: MemoryStats;
  /** The most that the pool may reserve, or null. */
  limitBytes: number | null;
  policy: {
    /** Cached memory that nobody used for so long is given back by itself. 0: never. */
    trimIdleMs: number;
    /** Part of the limit (0 to 1) from which on unused memory is given back before more is taken. 0: never. */
    gcThreshold: number;
    /** New segments of at least 2 MiB stand on huge pages where the system has some. */
    hugePages: boolean;
  };
  segments: SegmentSnapshot[];
  owners: OwnerSnapshot[];
  /** What happened to the pool since recording began, oldest first; empty when nothing is recorded. */
  history: HistoryEntry[];
}

/** Memory that the pool took from the system in one piece. */
export interface SegmentSnapshot {
  id: number;
  /** '0x…' */
  address: string;
  bytes: number;
  /** Of its free blocks: pages that were given back to the system while the segment stays. */
  purgedBytes: number;
  /** Which blocks share it: what stays (weights) stands apart from what comes and goes, small (under 256 KiB) from large. */
  kind: 'small' | 'large' | 'small weights' | 'large weights';
  hugePages: boolean;
  /** NUMA node that it is bound to, or null. */
  node: number | null;
  /** Ascending by offset, without gaps; together they are the segment. */
  blocks: BlockSnapshot[];
}

/** A part of a segment. */
export interface BlockSnapshot {
  /** From the start of the segment. */
  offset: number;
  bytes: number;
  state: 'active' | 'free';
  /** What its user asked for; 0 when it is free. */
  requestedBytes: number;
  /** Index in `PoolSnapshot.owners`, or null. */
  owner: number | null;
}

/** Who uses a pool, and what for. */
export interface OwnerSnapshot {
  /** Name of the engine; null for what belongs to none. */
  engine: string | null;
  use: 'weights' | 'activations' | 'staging' | 'user' | 'other';
  /** What it asked for. */
  allocatedBytes: ByteStats;
  /** Blocks that it has now. */
  blocks: number;
}

/** Something that happened to a pool. */
export interface HistoryEntry {
  /** Since recording began. */
  timeMs: number;
  /**
   * 'alloc' and 'free' are of blocks, 'map' and 'unmap' of segments; 'purge' gave pages of a segment back, 'trim' is
   * giving back because of the policy or emptyCache(), and 'oom' an allocation that failed for good.
   */
  action: 'alloc' | 'free' | 'map' | 'unmap' | 'purge' | 'oom' | 'trim';
  segment: number;
  offset: number;
  bytes: number;
  /** Index in `PoolSnapshot.owners`, or null. */
  owner: number | null;
}
