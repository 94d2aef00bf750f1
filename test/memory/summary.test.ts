import { memory } from 'node-tensorrt';
import { describe, expect, test } from 'vitest';
import { formatBytes, summarize } from '../../lib/memory/summary.js';

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
  ])('writes %d as %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });
});

describe('summary()', () => {
  test('is a table with a row for each kind of memory', () => {
    const bytes = { current: 1536, peak: 2 ** 20, allocated: 2 ** 21, freed: 0 };
    const stats = { allocatedBytes: bytes, activeBytes: bytes, reservedBytes: bytes };
    expect(summarize('host', { ...stats, numOoms: 1, numRetries: 2, numSystemAllocs: 3 })).toBe(
      [
        "pool 'host'",
        '--------------------------------------------------------------------',
        'memory           current        peak total allocated      total freed'.replace(
          '  total freed',
          ' total freed',
        ),
        '--------------------------------------------------------------------',
        ...['allocated', 'active', 'reserved'].map(
          (name) => `${name.padEnd(12)}     1.5 KiB     1.0 MiB         2.0 MiB             0 B`,
        ),
        '--------------------------------------------------------------------',
        'system allocations 3, retries after emptying the cache 2, out of memory 1',
      ].join('\n'),
    );
  });

  test('has a table for each pool', () => {
    const text = memory.summary();
    for (const pool of memory.pools()) expect(text).toContain(`pool '${pool}'`);
    expect(text).toContain(formatBytes(memory.stats().reservedBytes.current));
  });
});
