import { describe, expect, it } from 'vitest';
import { boxesOf } from '../../../examples/ocr/detect.mjs';
import { quadAngle, quadHeight, quadWidth } from '../../../examples/ocr/quad.mjs';
import { heightOf, lengthOf, straightStrip, upsideDownBox } from '../../../examples/ocr/strip.mjs';
import { paintedMap } from './support.js';

const WIDTH = 300;
const HEIGHT = 200;
const SIZE = { width: WIDTH, height: HEIGHT, stride: WIDTH };

/** A bar of 200 × 10 pixels around the middle of the map. */
function bar(degrees: number) {
  const ux = Math.cos((degrees * Math.PI) / 180);
  const uy = Math.sin((degrees * Math.PI) / 180);
  return paintedMap(WIDTH, HEIGHT, (x, y) => {
    const dx = x - WIDTH / 2;
    const dy = y - HEIGHT / 2;
    return Math.abs(dx * ux + dy * uy) < 80 && Math.abs(dy * ux - dx * uy) < 5;
  });
}

describe('boxesOf', () => {
  it.each([0, 7, -7, 15, -15, 30, 44])('finds the angle of a bar at %i°', (degrees) => {
    const boxes = boxesOf(bar(degrees), SIZE);
    expect(boxes).toHaveLength(1);
    for (const { quad, strip } of boxes) {
      expect(Math.abs(quadAngle(quad) - degrees)).toBeLessThan(1);
      expect(strip.top).toHaveLength(2);
    }
  });

  it('grows a box by the same margin on every side', () => {
    const [box] = boxesOf(bar(0), SIZE);
    if (!box) throw new Error('no box');
    const growth = (2.4 * 160 * 10) / 170;
    expect(quadWidth(box.quad)).toBeCloseTo(160 + growth, 6);
    expect(quadHeight(box.quad)).toBeCloseTo(10 + growth, 6);
    expect((box.quad[0][0] + box.quad[2][0]) / 2).toBeCloseTo(WIDTH / 2, 6);
    expect((box.quad[0][1] + box.quad[2][1]) / 2).toBeCloseTo(HEIGHT / 2, 6);
  });

  it('follows a bent line', () => {
    const middle = (x: number) => 80 + ((x - 150) / 100) ** 2 * 24;
    const map = paintedMap(WIDTH, HEIGHT, (x, y) => Math.abs(x - 150) < 100 && Math.abs(y - middle(x)) < 5);
    const [box] = boxesOf(map, SIZE);
    if (!box) throw new Error('no box');
    expect(box.strip.top.length).toBeGreaterThan(2);
    expect(heightOf(box.strip)).toBeLessThan(0.75 * quadHeight(box.quad));
    for (const [i, [x, y]] of box.strip.top.entries()) {
      const below = box.strip.bottom[i];
      if (Math.abs(x - 150) < 100 && below) expect(Math.abs((y + below[1]) / 2 - middle(x))).toBeLessThan(1);
    }
  });

  /** Two bars in one row of which each gets a margin of about 11 pixels. */
  const pair = (gap: number, drop = 0) =>
    paintedMap(
      WIDTH,
      HEIGHT,
      (x, y) => (x > 40 && x < 140 && y > 50 && y < 60) || (x > 140 + gap && x < 250 && y > 50 + drop && y < 60 + drop),
    );

  it('joins pieces of a line whose boxes would overlap', () => {
    const boxes = boxesOf(pair(15), SIZE);
    expect(boxes).toHaveLength(1);
    for (const { quad } of boxes) expect(quadWidth(quad)).toBeGreaterThan(210);
  });

  it('leaves pieces apart that are too far from each other, or not in one row', () => {
    expect(boxesOf(pair(30), SIZE)).toHaveLength(2);
    expect(boxesOf(pair(15, 12), SIZE)).toHaveLength(2);
  });

  it('drops what the network is unsure of and what is too small', () => {
    expect(
      boxesOf(
        paintedMap(WIDTH, HEIGHT, (x, y) => x > 50 && x < 150 && y > 50 && y < 60, 0.5),
        SIZE,
      ),
    ).toEqual([]);
    expect(
      boxesOf(
        paintedMap(WIDTH, HEIGHT, (x, y) => x > 50 && x < 150 && y > 50 && y < 52),
        SIZE,
      ),
    ).toEqual([]);
  });
});

describe('strips', () => {
  const strip = straightStrip([
    [10, 20],
    [110, 20],
    [110, 40],
    [10, 40],
  ]);

  it('have the length and the height of their rectangle', () => {
    expect(lengthOf(strip.top)).toBe(100);
    expect(heightOf(strip)).toBe(20);
  });

  it('upsideDownBox starts where the box ended', () => {
    const box = { quad: [...strip.top, ...strip.bottom.toReversed()] as [P, P, P, P], strip };
    const turned = upsideDownBox(box);
    expect(turned.quad[0]).toEqual([110, 40]);
    expect(turned.strip).toEqual(straightStrip(turned.quad));
    expect(upsideDownBox(turned)).toEqual(box);
  });
});

type P = [number, number];
