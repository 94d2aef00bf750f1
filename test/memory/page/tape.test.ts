import { describe, expect, test } from 'vitest';
import { layOut, outline, ROW_STEP, ROW_WIDTH, rectangles } from '../../../lib/memory/page/tape.js';

describe('layOut()', () => {
  test('gives segments room by their bytes, one after the other', () => {
    const { stretches } = layOut([100, 300, 200], 100);
    const [a, b, c] = stretches as [{ start: number; length: number }, (typeof stretches)[0], (typeof stretches)[0]];
    expect(b.length / a.length).toBeCloseTo(3);
    expect(c.length / a.length).toBeCloseTo(2);
    expect(b.start).toBeGreaterThanOrEqual(a.start + a.length);
    expect(c.start).toBeGreaterThanOrEqual(b.start + b.length);
  });

  test('keeps small segments visible beside a big one', () => {
    const { stretches, numRows } = layOut([2 ** 40, ...Array(100).fill(1)], 200);
    expect(Math.min(...stretches.map(({ length }) => length))).toBeGreaterThanOrEqual(5);
    expect(numRows).toBeLessThan(40);
  });

  test('needs no row for nothing', () => {
    expect(layOut([], 0)).toEqual({ stretches: [], numRows: 0 });
    expect(layOut([0], 0).numRows).toBe(1);
  });
});

describe('what is drawn', () => {
  test('goes on in the next row at the end of one', () => {
    expect(rectangles(ROW_WIDTH - 100, 300, 1)).toBe(`M1100 3h100v22h-100zM0 ${ROW_STEP + 3}h199v22h-199z`);
  });

  test('has an outline that is closed at the ends of the segment only', () => {
    const path = outline(ROW_WIDTH - 100, 300);
    expect(path.match(/V/g)).toHaveLength(2);
    expect(outline(0, 10).match(/V/g)).toHaveLength(2);
  });
});
