import { describe, expect, test } from 'vitest';
import { toCells } from '../../../lib/memory/page/cells.js';
import { type BlockPlan, segment } from '../../support/snapshots.js';

describe('toCells()', () => {
  test('makes a cell of each block while there are few', () => {
    expect(toCells([segment(0, [[100, 2, 90], [50]])])).toEqual([
      [
        { bytes: 100, activeBytes: 100, requestedBytes: 90, owner: 2, blocks: 1 },
        { bytes: 50, activeBytes: 0, requestedBytes: 0, owner: null, blocks: 1 },
      ],
    ]);
  });

  test('draws small neighbours together where there are many blocks, and loses no byte', () => {
    const plan = Array.from({ length: 1000 }, (_, i): BlockPlan => (i % 2 ? [10] : [30, i % 3]));
    const given = segment(0, [[20_000, 7], ...plan]);
    const [cells = []] = toCells([given], 50);
    expect(cells.length).toBeLessThanOrEqual(100);
    expect(cells[0]).toMatchObject({ owner: 7, blocks: 1, bytes: 20_000 });
    expect(cells.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(given.bytes);
    expect(cells.reduce((sum, { activeBytes }) => sum + activeBytes, 0)).toBe(20_000 + 500 * 30);
    expect(cells.reduce((sum, { blocks }) => sum + blocks, 0)).toBe(1001);
  });

  test('gives a cell to the owner who has most of it', () => {
    const [cells = []] = toCells([segment(0, [[1, 0], [3, 1], [2], [1, 0], [1, 0], [1, null]])], 1);
    expect(cells).toHaveLength(1);
    expect(cells[0]).toMatchObject({ bytes: 9, activeBytes: 7, blocks: 6 });
    expect([0, 1]).toContain(cells[0]?.owner);
  });
});
