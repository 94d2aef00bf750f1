import { describe, expect, it } from 'vitest';
import { turned } from '../../../examples/ocr/quad.mjs';
import { straightStrip } from '../../../examples/ocr/strip.mjs';
import { cutOut, upsideDown } from '../../../examples/ocr/warp.mjs';

type Quad = Parameters<typeof straightStrip>[0];

/** Red grows to the right, green downwards, blue is 9. */
function gradient(width: number, height: number) {
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) data.set([(i % width) * 10, Math.floor(i / width) * 10, 9], i * 3);
  return { data, width, height };
}

const WHOLE: Quad = [
  [0, 0],
  [6, 0],
  [6, 4],
  [0, 4],
];

/** Corners of a 4 × 2 rectangle around (8, 8), turned clockwise. */
function rotated(degrees: number): Quad {
  const cos = Math.cos((degrees * Math.PI) / 180);
  const sin = Math.sin((degrees * Math.PI) / 180);
  const place = ([x, y]: [number, number]): [number, number] => [8 + x * cos - y * sin, 8 + x * sin + y * cos];
  return [place([-2, -1]), place([2, -1]), place([2, 1]), place([-2, 1])];
}

describe('cutOut', () => {
  it('copies the picture when nothing is to be done', () => {
    const picture = gradient(6, 4);
    expect(cutOut(picture, straightStrip(WHOLE), 6, 4)).toEqual(picture);
  });

  it('turns an upside-down strip as upsideDown does', () => {
    const picture = gradient(6, 4);
    expect(cutOut(picture, straightStrip(turned(WHOLE, 2)), 6, 4)).toEqual(upsideDown(picture));
  });

  it('turns a strip that is read from top to bottom', () => {
    const { data, width } = cutOut(gradient(6, 4), straightStrip(turned(WHOLE, 1)), 4, 6);
    expect(width).toBe(4);
    expect([...data.subarray(0, 3)]).toEqual([50, 0, 9]);
    expect([...data.subarray(3 * 3, 3 * 4)]).toEqual([50, 30, 9]);
  });

  it.each([0, 7, -15, 30, 90, 180])('samples a strip at %i° where its pixels lie', (degrees) => {
    const quad = rotated(degrees);
    const { data } = cutOut(gradient(16, 16), straightStrip(quad), 4, 2);
    const cos = Math.cos((degrees * Math.PI) / 180);
    const sin = Math.sin((degrees * Math.PI) / 180);
    for (let y = 0; y < 2; y++) {
      for (let x = 0; x < 4; x++) {
        const dx = x + 0.5 - 2;
        const dy = y + 0.5 - 1;
        const at = (y * 4 + x) * 3;
        expect(Math.abs((data[at] ?? 0) - 10 * (8 + dx * cos - dy * sin - 0.5))).toBeLessThanOrEqual(0.51);
        expect(Math.abs((data[at + 1] ?? 0) - 10 * (8 + dx * sin + dy * cos - 0.5))).toBeLessThanOrEqual(0.51);
      }
    }
  });

  it('averages when it reduces', () => {
    const stripes = gradient(12, 12);
    for (let i = 0; i < stripes.data.length; i++) stripes.data[i] = Math.floor(i / 3) % 2 === 0 ? 0 : 200;
    const whole = straightStrip([
      [0, 0],
      [12, 0],
      [12, 12],
      [0, 12],
    ]);
    expect(new Set(cutOut(stripes, whole, 3, 3).data)).toEqual(new Set([100]));
  });

  it('repeats the edge outside the picture', () => {
    const outside = straightStrip([
      [-20, -20],
      [-10, -20],
      [-10, -10],
      [-20, -10],
    ]);
    expect([...cutOut(gradient(6, 4), outside, 1, 1).data]).toEqual([0, 0, 9]);
  });

  it('straightens a bent strip', () => {
    const top: [number, number][] = [
      [0, 0],
      [8, 4],
      [16, 0],
    ];
    const bottom = top.map(([x, y]): [number, number] => [x, y + 4]);
    const { data } = cutOut(gradient(16, 16), { top, bottom }, 16, 4);
    const green = (x: number) => data[x * 3 + 1] ?? 0;
    expect(green(7) - green(0)).toBeCloseTo(35, -1);
    expect(Math.abs(green(15) - green(0))).toBeLessThanOrEqual(1);
  });
});
