import { memory } from 'node-tensorrt';
import { describe, expect, test } from 'vitest';
import { formatCount, formatDuration, formatName, formatTime } from '../../lib/memory/format.js';
import { formatBytes, poolTable, summarize } from '../../lib/memory/summary.js';
import { gauge, owner, pool, segment, snapshot } from '../support/snapshots.js';

const MIB = 2 ** 20;

describe('formatBytes()', () => {
  test.each([
    [0, '0 B'],
    [1, '1 B'],
    [1023, '1023 B'],
    [1024, '1.0 KiB'],
    [1536, '1.5 KiB'],
    [2 ** 20, '1.0 MiB'],
    [3.25 * 2 ** 30, '3.3 GiB'],
    [2 ** 40, '1.0 TiB'],
    [2 ** 52, '4096.0 TiB'],
    [-1536, '-1.5 KiB'],
  ])('writes %d as %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });
});

describe('the other formats', () => {
  test.each([
    [formatCount(0), '0'],
    [formatCount(999), '999'],
    [formatCount(1234567), '1 234 567'],
    [formatDuration(12.4), '12 ms'],
    [formatDuration(1500), '1.5 s'],
    [formatDuration(60_000), '1 min'],
    [formatDuration(119_900), '2 min'],
    [formatDuration(200_000), '3 min 20 s'],
    [formatDuration(7_200_000), '2 h 0 min'],
    [formatTime(Date.UTC(2026, 7, 1, 12, 34, 56)), '2026-08-01 12:34:56 UTC'],
    [formatTime(Number.NaN), 'NaN'],
  ])('write %s as expected', (text, expected) => {
    expect(text).toBe(expected);
  });

  test('keep a name on one line, without characters that move others, and no longer than a column', () => {
    expect(formatName('a\nb\u001b[31mc\u202ed')).toBe('a\uFFFDb\uFFFD[31mc\uFFFDd');
    expect(formatName('x'.repeat(100))).toBe(`${'x'.repeat(47)}…`);
    expect(formatName('x'.repeat(48))).toBe('x'.repeat(48));
  });
});

describe('poolTable()', () => {
  test('has a row for each kind of memory', () => {
    const bytes = { current: 1536, peak: 2 ** 20, allocated: 2 ** 21, freed: 0 };
    const stats = { allocatedBytes: bytes, activeBytes: bytes, reservedBytes: bytes, inactiveSplitBytes: bytes };
    expect(poolTable('host', { ...stats, numOoms: 1, numRetries: 2, numSystemAllocs: 3 })).toBe(
      [
        "pool 'host'",
        '----------------------------------------------------------------------',
        'memory               current        peak total allocated   total freed',
        '----------------------------------------------------------------------',
        ...['allocated', 'active', 'reserved', 'inactive split'].map(
          (name) => `${name.padEnd(16)}     1.5 KiB     1.0 MiB         2.0 MiB           0 B`,
        ),
        '----------------------------------------------------------------------',
        'system allocations 3, retries after emptying the cache 2, out of memory 1',
      ].join('\n'),
    );
  });
});

describe('summary()', () => {
  test('has a table for each pool', () => {
    const text = memory.summary();
    for (const name of memory.pools()) expect(text).toContain(`pool '${name}'`);
    expect(text).toContain(formatBytes(memory.stats().reservedBytes.current));
  });
});

describe('summarize()', () => {
  const segments = [
    segment(0, [[6 * MIB, 1, 5 * MIB], [1 * MIB], [1 * MIB, 0]], { purgedBytes: MIB / 2 }),
    segment(1, [[2 * MIB]]),
  ];
  const owners = [owner('detector', 'activations', MIB), owner('detector', 'weights', 5 * MIB, 1)];
  const full = snapshot(
    [
      pool(segments, owners, {
        limitBytes: 20 * MIB,
        policy: { trimIdleMs: 30_000, gcThreshold: 0.8, hugePages: false },
      }),
    ],
    { process: { rssBytes: 60 * MIB, limitBytes: 120 * MIB }, uncounted: ['results of runs', 'code'] },
  );

  test('says how full process and pools are, and how fragmented', () => {
    const lines = summarize(full).split('\n');
    expect(lines).toContain('process: RSS 60.0 MiB, limit 120.0 MiB (50.0 % used)');
    expect(lines).toContain('pools: 10.0 MiB reserved; 50.0 MiB of RSS is outside of them');
    expect(lines).toContain(
      'limit 20.0 MiB (50.0 % used); trimmed when idle for 30 s; collected from 80.0 % of the limit on',
    );
    expect(lines).toContain('fragmentation 30.0 %: 3.0 MiB cached, 1.0 MiB of it in segments in use; 512.0 KiB purged');
    expect(lines).toContain('segments 2, blocks 4, events recorded 0');
  });

  test('lists the owners, the biggest first, and what is not counted', () => {
    const text = summarize(full);
    expect(text).toMatch(/detector +weights +5\.0 MiB +83\.3 % +5\.0 MiB +1\n/);
    expect(text.indexOf('weights')).toBeLessThan(text.indexOf('activations'));
    expect(text).toMatch(/not counted in any pool:\n- results of runs\n- code$/);
  });

  test('says that reserved memory can be more than what is in RAM', () => {
    const text = summarize({ ...full, process: { rssBytes: 4 * MIB, limitBytes: null } });
    expect(text).toContain('RSS 4.0 MiB, no limit');
    expect(text).toContain('RSS is 6.0 MiB below');
  });

  test('takes the counter of inactive blocks where there is one', () => {
    const only = full.pools[0] as (typeof full.pools)[0];
    const counted = { ...only, stats: { ...only.stats, inactiveSplitBytes: gauge(7) } };
    expect(summarize(snapshot([counted]))).toContain('7 B of it in segments in use');
  });

  test('is short for pools that hold nothing, or that there are none of', () => {
    expect(summarize(snapshot([]))).toMatch(
      /^memory at .*\nprocess: .*\npools: 0 B reserved; 80.0 MiB of RSS is outside/,
    );
    const text = summarize(snapshot([pool([], [])]));
    expect(text).toContain('fragmentation 0.0 %');
    expect(text).toContain('limit none; trimmed never; collected never');
  });

  test('sums up owners beyond the thirtieth', () => {
    const many = Array.from({ length: 33 }, (_, i) => owner(`engine ${i}`, 'weights', i + 1));
    const text = summarize(snapshot([pool([], many)]));
    expect(text).toContain('and 3 more: 6 B');
    expect(text).not.toContain('engine 2 ');
  });

  test('a name cannot break the table', () => {
    const text = summarize(snapshot([pool([], [owner('a\nb', 'user', 1)], { name: 'p\u001b[2J' })]));
    expect(text).not.toContain('\u001b');
    expect(text).toContain('a\uFFFDb');
  });
});
