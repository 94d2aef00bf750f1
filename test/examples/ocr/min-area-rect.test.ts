import { describe, expect, it } from 'vitest';
import { convexHull, minAreaRect } from '../../../examples/ocr/min-area-rect.mjs';
import { rectToQuad, turned } from '../../../examples/ocr/quad.mjs';
import { randomNumbers } from './support.js';

/** Points as the hull wants them: by y, then by x. */
function sorted(points: [number, number][]): number[] {
  return points.toSorted((a, b) => a[1] - b[1] || a[0] - b[0]).flat();
}

function randomPoints(random: () => number, count: number, range: number): [number, number][] {
  return Array.from({ length: count }, () => [Math.floor(random() * range), Math.floor(random() * range)]);
}

/** The area of the smallest rectangle with a side along any two of the points: slow and plain. */
function smallestAreaBySearch(points: [number, number][]): number {
  let best = Number.POSITIVE_INFINITY;
  for (const a of points) {
    for (const b of points) {
      const length = Math.hypot(b[0] - a[0], b[1] - a[1]);
      if (length === 0) continue;
      const ux = (b[0] - a[0]) / length;
      const uy = (b[1] - a[1]) / length;
      const along = points.map(([x, y]) => x * ux + y * uy);
      const across = points.map(([x, y]) => y * ux - x * uy);
      const area = (Math.max(...along) - Math.min(...along)) * (Math.max(...across) - Math.min(...across));
      best = Math.min(best, area);
    }
  }
  return best;
}

describe('convexHull', () => {
  it('keeps the corners and drops what lies inside or on a side', () => {
    const hull = convexHull(
      sorted([
        [0, 0],
        [4, 0],
        [2, 0],
        [2, 1],
        [0, 3],
        [4, 3],
        [4, 2],
        [1, 2],
      ]),
    );
    const corners = Array.from({ length: hull.length / 2 }, (_, i) => `${hull[i * 2]},${hull[i * 2 + 1]}`);
    expect(corners.toSorted()).toEqual(['0,0', '0,3', '4,0', '4,3']);
  });

  it.each([
    ['one point', [[3, 5]], [3, 5]],
    [
      'the same point twice',
      [
        [3, 5],
        [3, 5],
      ],
      [3, 5],
    ],
    [
      'a level segment',
      [
        [1, 5],
        [2, 5],
        [7, 5],
      ],
      [1, 5, 7, 5],
    ],
    [
      'an upright segment',
      [
        [2, 1],
        [2, 2],
        [2, 9],
      ],
      [2, 1, 2, 9],
    ],
  ] as [string, [number, number][], number[]][])('reduces %s to its ends', (_, points, expected) => {
    expect([...convexHull(sorted(points))]).toEqual(expected);
  });

  it('turns to the same side at every corner', () => {
    const random = randomNumbers(1);
    for (let round = 0; round < 50; round++) {
      const hull = convexHull(sorted(randomPoints(random, 40, 30)));
      const at = (i: number) => [hull[(i * 2) % hull.length] ?? 0, hull[(i * 2 + 1) % hull.length] ?? 0] as const;
      for (let i = 0; i < hull.length / 2; i++) {
        const [ax, ay] = at(i);
        const [bx, by] = at(i + 1);
        const [cx, cy] = at(i + 2);
        expect((bx - ax) * (cy - by) - (by - ay) * (cx - bx)).toBeLessThan(0);
      }
    }
  });
});

describe('minAreaRect', () => {
  it('finds the smallest area, as a search over all directions does', () => {
    const random = randomNumbers(2);
    for (let round = 0; round < 200; round++) {
      const points = randomPoints(random, 3 + Math.floor(random() * 20), 5 + Math.floor(random() * 100));
      const rect = minAreaRect(convexHull(sorted(points)));
      const expected = smallestAreaBySearch(points);
      if (Number.isFinite(expected)) expect(rect.width * rect.height).toBeCloseTo(expected, 6);
    }
  });

  it('contains every point', () => {
    const random = randomNumbers(3);
    for (let round = 0; round < 100; round++) {
      const points = randomPoints(random, 15, 60);
      const { cx, cy, ux, uy, width, height } = minAreaRect(convexHull(sorted(points)));
      for (const [x, y] of points) {
        expect(Math.abs((x - cx) * ux + (y - cy) * uy)).toBeLessThanOrEqual(width / 2 + 1e-9);
        expect(Math.abs((y - cy) * ux - (x - cx) * uy)).toBeLessThanOrEqual(height / 2 + 1e-9);
      }
    }
  });

  it('gives a segment no height', () => {
    expect(minAreaRect(convexHull([1, 1, 4, 5]))).toMatchObject({ cx: 2.5, cy: 3, width: 5, height: 0 });
  });

  it('gives a point no size', () => {
    expect(minAreaRect(convexHull([7, 8]))).toMatchObject({ cx: 7, cy: 8, width: 0, height: 0 });
  });
});

describe('rectToQuad', () => {
  const rect = (degrees: number, width: number, height: number) => ({
    cx: 0,
    cy: 0,
    ux: Math.cos((degrees * Math.PI) / 180),
    uy: Math.sin((degrees * Math.PI) / 180),
    width,
    height,
  });
  const rounded = (quad: [number, number][]) => quad.map(([x, y]) => [Math.round(x) + 0, Math.round(y) + 0]);

  it.each([0, 90, 180, 270])('starts a wide box at its top left corner, given at %i°', (degrees) => {
    const [width, height] = degrees % 180 === 0 ? [20, 6] : [6, 20];
    const corners = [
      [-10, -3],
      [10, -3],
      [10, 3],
      [-10, 3],
    ];
    expect(rounded(rectToQuad(rect(degrees, width, height)))).toEqual(corners);
  });

  it('reads a tall box from top to bottom', () => {
    expect(rounded(rectToQuad(rect(0, 6, 20)))).toEqual([
      [3, -10],
      [3, 10],
      [-3, 10],
      [-3, -10],
    ]);
  });

  it('leaves a slightly tall box upright', () => {
    expect(rounded(rectToQuad(rect(0, 20, 28)))[0]).toEqual([-10, -14]);
  });

  it.each([-40, -15, 7, 30, 44])('keeps the direction of a line at %i°', (degrees) => {
    const [a, b] = rectToQuad(rect(degrees + 180, 50, 8));
    expect((Math.atan2(b[1] - a[1], b[0] - a[0]) * 180) / Math.PI).toBeCloseTo(degrees, 6);
  });

  it('turned moves the start on by quarters, clockwise', () => {
    const quad = rectToQuad(rect(0, 20, 6));
    expect(turned(quad, 2)[0]).toEqual(quad[2]);
    expect(turned(turned(quad, 1), 3)).toEqual(quad);
  });
});
