import type { HistoryEntry, PoolSnapshot } from 'node-tensorrt';
import { describe, expect, test } from 'vitest';
import { replay } from '../../../lib/memory/page/replay.js';
import { OwnerSeries } from '../../../lib/memory/page/series.js';
import { owner, pool, segment, usedPool } from '../../support/snapshots.js';

function entry(timeMs: number, action: HistoryEntry['action'], bytes: number, by: number | null = null): HistoryEntry {
  return { timeMs, action, segment: 0, offset: 0, bytes, owner: by };
}

function play(given: PoolSnapshot, intervals: number) {
  return replay(given, new OwnerSeries(given), intervals);
}

describe('replay()', () => {
  const owners = [owner('a', 'weights', 60), owner('b', 'weights', 10)];

  test('ends at what the snapshot has, and begins at what follows from the entries', () => {
    const given = pool([segment(0, [[60, 0], [10, 1], [30]])], owners, {
      history: [entry(0, 'alloc', 20, 0), entry(5, 'map', 100), entry(9, 'free', 15, 1), entry(10, 'alloc', 10, 1)],
    });
    const { active, reserved, startMs, endMs } = play(given, 10);
    expect([startMs, endMs]).toEqual([0, 10]);
    expect([...(active[0] as Float64Array)]).toEqual(Array(10).fill(60));
    expect(active[1]?.[0]).toBe(15);
    expect(active[1]?.[9]).toBe(15); // the fullest moment of the last interval is before the free
    expect(reserved[0]).toBe(0);
    expect(reserved[9]).toBe(100);
  });

  test('shows a peak that lasts less than an interval', () => {
    const given = pool([segment(0, [[60, 0], [40]])], owners, {
      history: [
        entry(0, 'alloc', 1, 0),
        entry(50, 'alloc', 500, 1),
        entry(50.1, 'free', 500, 1),
        entry(100, 'free', 1, 0),
      ],
    });
    const { active } = play(given, 10);
    expect(active[1]?.[5]).toBe(500);
    expect(active[1]?.[4]).toBe(0);
    expect(active[1]?.[6]).toBe(0);
  });

  test('counts events by kind', () => {
    const given = pool([segment(0, [[60, 0]])], owners, {
      history: [
        entry(0, 'oom', 7),
        entry(1, 'purge', 5),
        entry(2, 'trim', 5),
        entry(4, 'unmap', 9),
        entry(4, 'oom', 1),
      ],
    });
    const { events } = play(given, 2);
    expect([...events.oom.count]).toEqual([1, 1]);
    expect([...events.giveBack.bytes]).toEqual([5, 5]);
    expect([...events.unmap.bytes]).toEqual([0, 9]);
    expect([...events.map.count]).toEqual([0, 0]);
  });

  test('never goes below zero where entries are missing', () => {
    const given = pool([], owners, { history: [entry(0, 'alloc', 100, 0), entry(10, 'alloc', 100, 0)] });
    const { active } = play(given, 4);
    expect(Math.min(...active.flatMap((bytes) => [...bytes]))).toBe(0);
  });

  test.each([1, 2, 3, 4, 5])('adds up to the snapshot after any sequence of events (seed %d)', (seed) => {
    const given = usedPool(seed, 600, 11, 300_000);
    const series = new OwnerSeries(given);
    // Cut off in front: it must not matter. The last interval has no event but the one that ends the recording.
    const end = entry((given.history.at(-1)?.timeMs ?? 0) + 5000, 'trim', 0);
    const { active, reserved } = replay({ ...given, history: [...given.history.slice(200), end] }, series, 100);
    const expected = series.list.map(() => 0);
    for (const { state, owner: by, bytes } of given.segments.flatMap(({ blocks }) => blocks)) {
      if (state === 'active') expected[series.of(by)] = (expected[series.of(by)] as number) + bytes;
    }
    expect(active.map((bytes) => bytes.at(-1))).toEqual(expected);
    expect(reserved.at(-1)).toBe(given.stats.reservedBytes.current);
  });
});
