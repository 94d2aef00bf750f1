import { expect, test } from 'vitest';
import { compareNaturally } from '../../../dist/esm/toolkit/samples/natural-order.js';
import { randomNumbers } from '../../support/random.js';

test.each([
  [
    ['img2', 'img10', 'img1'],
    ['img1', 'img2', 'img10'],
  ],
  [
    ['a', 'B', 'a1', ''],
    ['', 'B', 'a', 'a1'],
  ],
  [
    ['x1y10', 'x1y9', 'x02y1'],
    ['x1y9', 'x1y10', 'x02y1'],
  ],
  [
    ['n99999999999999999999', 'n100000000000000000000', 'n9'],
    ['n9', 'n99999999999999999999', 'n100000000000000000000'],
  ],
  [
    ['a1', 'a01', 'a001'],
    ['a001', 'a01', 'a1'],
  ],
  [
    ['1', 'a', '-'],
    ['-', '1', 'a'],
  ],
])('%j are put in order', (names, expected) => {
  expect(names.toSorted(compareNaturally)).toEqual(expected);
});

test('every shuffle of random names gives the same order', () => {
  const random = randomNumbers(3);
  const name = () => Array.from({ length: 1 + random(5) }, () => 'a0129-é'[random(7)]).join('');
  for (let run = 0; run < 200; run++) {
    const names = Array.from({ length: 12 }, name);
    const sorted = names.toSorted(compareNaturally);
    const shuffled = names
      .map((n) => [random(1000), n] as const)
      .sort(([a], [b]) => a - b)
      .map(([, n]) => n);
    expect(shuffled.toSorted(compareNaturally)).toEqual(sorted);
    for (const a of names)
      for (const b of names) expect(Math.sign(compareNaturally(a, b)) + Math.sign(compareNaturally(b, a))).toBe(0);
  }
});
