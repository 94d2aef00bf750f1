import type { HistoryEntry, PoolSnapshot } from '../snapshot.js';
import type { OwnerSeries } from './series.js';

/** A recorded history, in so many intervals of the same length that a screen can show them. */
export interface Replay {
  startMs: number;
  endMs: number;
  /** Per series and interval: bytes in use when the pool was fullest in the interval. */
  active: Float64Array[];
  /** Per interval: the most that was reserved. */
  reserved: Float64Array;
  events: Record<MarkName, { count: Uint32Array; bytes: Float64Array }>;
}

export const MARKS = ['map', 'unmap', 'giveBack', 'oom'] as const;
export type MarkName = (typeof MARKS)[number];

const MARK_OF: Partial<Record<HistoryEntry['action'], MarkName>> = {
  map: 'map',
  unmap: 'unmap',
  purge: 'giveBack',
  trim: 'giveBack',
  oom: 'oom',
};

/**
 * Plays the history of a pool. What there was when recording began is worked out backwards, from what there is in the
 * snapshot; so it does not matter whether the oldest entries were dropped.
 */
export function replay(pool: PoolSnapshot, series: OwnerSeries, numIntervals: number): Replay {
  const { history } = pool;
  const startMs = history[0]?.timeMs ?? 0;
  const endMs = Math.max(startMs, history.at(-1)?.timeMs ?? 0);
  const intervals = endMs > startMs ? numIntervals : 1;
  const result: Replay = {
    startMs,
    endMs,
    active: series.list.map(() => new Float64Array(intervals)),
    reserved: new Float64Array(intervals),
    events: {
      map: marks(intervals),
      unmap: marks(intervals),
      giveBack: marks(intervals),
      oom: marks(intervals),
    },
  };
  const now = before(pool, series);
  let interval = 0;
  let fullest = -1;
  const note = () => {
    const total = now.active.reduce((sum, bytes) => sum + bytes, 0);
    result.reserved[interval] = Math.max(result.reserved[interval] as number, now.reserved);
    if (total <= fullest) return;
    fullest = total;
    now.active.forEach((bytes, i) => {
      (result.active[i] as Float64Array)[interval] = bytes;
    });
  };
  const goTo = (next: number) => {
    while (interval < next) {
      interval += 1;
      fullest = -1;
      note();
    }
  };
  note();
  for (const entry of history) {
    const at = endMs > startMs ? Math.floor(((entry.timeMs - startMs) / (endMs - startMs)) * intervals) : 0;
    goTo(Math.min(intervals - 1, at));
    apply(entry, now, series, 1);
    note();
    const mark = MARK_OF[entry.action];
    if (mark === undefined) continue;
    const { count, bytes } = result.events[mark];
    count[interval] = (count[interval] as number) + 1;
    bytes[interval] = (bytes[interval] as number) + entry.bytes;
  }
  goTo(intervals - 1);
  return result;
}

interface Level {
  active: number[];
  reserved: number;
}

/** What there was before the first entry. */
function before(pool: PoolSnapshot, series: OwnerSeries): Level {
  const level: Level = { active: series.list.map(() => 0), reserved: 0 };
  for (const segment of pool.segments) {
    level.reserved += segment.bytes;
    for (const { state, owner, bytes } of segment.blocks) {
      if (state === 'active') add(level.active, series.of(owner), bytes);
    }
  }
  for (const entry of pool.history) apply(entry, level, series, -1);
  // A history with a gap does not add up; less than nothing is never in use.
  level.active = level.active.map((bytes) => Math.max(0, bytes));
  level.reserved = Math.max(0, level.reserved);
  return level;
}

function apply({ action, owner, bytes }: HistoryEntry, level: Level, series: OwnerSeries, direction: 1 | -1): void {
  const signed = (action === 'free' || action === 'unmap' ? -bytes : bytes) * direction;
  if (action === 'alloc' || action === 'free') add(level.active, series.of(owner), signed);
  if (action === 'map' || action === 'unmap') level.reserved += signed;
}

function add(levels: number[], index: number, bytes: number): void {
  levels[index] = (levels[index] as number) + bytes;
}

function marks(intervals: number) {
  return { count: new Uint32Array(intervals), bytes: new Float64Array(intervals) };
}
