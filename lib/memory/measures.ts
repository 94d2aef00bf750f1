import type { MemorySnapshot, OwnerSnapshot, PoolSnapshot, SegmentSnapshot } from './snapshot.js';
import type { MemoryStats } from './stats.js';

/** What the summary and the page work out from a snapshot. */

/** Part of the reserved memory that no block uses: (reserved − active) / reserved; 0 for a pool that holds nothing. */
export function fragmentation({ reservedBytes, activeBytes }: MemoryStats): number {
  const reserved = reservedBytes.current;
  return reserved > 0 ? Math.max(0, (reserved - activeBytes.current) / reserved) : 0;
}

/** Sum over the pools of what they hold of the system's memory. */
export function totalReserved(snapshot: MemorySnapshot): number {
  return sum(snapshot.pools, (pool) => pool.stats.reservedBytes.current);
}

/** Bytes in use of a segment, and free ones. */
export function segmentUse(segment: SegmentSnapshot): { active: number; free: number; largestFree: number } {
  let active = 0;
  let largestFree = 0;
  for (const block of segment.blocks) {
    if (block.state === 'active') active += block.bytes;
    else largestFree = Math.max(largestFree, block.bytes);
  }
  return { active, free: segment.bytes - active, largestFree };
}

/** Free bytes of a pool in segments of which others are in use. */
export function inactiveSplit(pool: PoolSnapshot): number {
  return pool.stats.inactiveSplitBytes.current;
}

/** The owners of a pool with their index, the one with the most bytes first. */
export function rankedOwners(pool: PoolSnapshot): { owner: OwnerSnapshot; index: number }[] {
  return pool.owners
    .map((owner, index) => ({ owner, index }))
    .sort((a, b) => b.owner.allocatedBytes.current - a.owner.allocatedBytes.current || a.index - b.index);
}

export function sum<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((total, item) => total + value(item), 0);
}
