import { describe, expect, it } from 'vitest';
import { turned } from '../../../examples/ocr/quad.mjs';
import { sortForReading } from '../../../examples/ocr/reading-order.mjs';

type Point = [number, number];
type Quad = [Point, Point, Point, Point];
type Named = { name: string; quad: Quad };

function box(name: string, x: number, y: number, width: number, height = 20): Named {
  const right = x + width;
  const below = y + height;
  return {
    name,
    quad: [
      [x, y],
      [right, y],
      [right, below],
      [x, below],
    ],
  };
}

/** The whole page turned clockwise around (200, 200). */
function turnedPage(lines: Named[], degrees: number): Named[] {
  const cos = Math.cos((degrees * Math.PI) / 180);
  const sin = Math.sin((degrees * Math.PI) / 180);
  const place = ([x, y]: Point): Point => [
    200 + (x - 200) * cos - (y - 200) * sin,
    200 + (x - 200) * sin + (y - 200) * cos,
  ];
  return lines.map(({ name, quad }) => ({ name, quad: quad.map(place) as Quad }));
}

const names = (lines: Named[]) =>
  sortForReading(lines)
    .map(({ name }) => name)
    .join(' ');

const PAGE = [
  box('title', 100, 10, 200),
  box('a', 20, 50, 300),
  box('b1', 20, 80, 120),
  box('b2', 160, 84, 200),
  box('c', 20, 110, 280),
];

const COLUMNS = [
  box('head', 20, 10, 360),
  ...[0, 1, 2, 3].flatMap((i) => [box(`l${i}`, 20, 60 + i * 30, 160), box(`r${i}`, 220, 67 + i * 30, 160)]),
  box('foot', 20, 200, 360),
];

describe('sortForReading', () => {
  it.each([0, 7, -15, 30, 90, -90, 173, 180])(
    'reads rows from the top and from the left, on a page at %i°',
    (degrees) => {
      expect(names(turnedPage(PAGE.toReversed(), degrees))).toBe('title a b1 b2 c');
    },
  );

  it.each([0, -7, 180])('reads columns one after the other, between headline and footer, at %i°', (degrees) => {
    const shuffled = [...COLUMNS.slice(5), ...COLUMNS.slice(0, 5)];
    expect(names(turnedPage(shuffled, degrees))).toBe('head l0 l1 l2 l3 r0 r1 r2 r3 foot');
  });

  it('reads a table row by row', () => {
    const table = [0, 1, 2, 3].flatMap((i) => [
      box(`price${i}`, 300, 20 + i * 40, 50),
      box(`item${i}`, 20, 20 + i * 40, 180),
    ]);
    expect(names(table)).toBe('item0 price0 item1 price1 item2 price2 item3 price3');
  });

  it('reads three columns', () => {
    const page = [0, 1, 2].flatMap((i) =>
      ['x', 'y', 'z'].map((c, k) => box(`${c}${i}`, 20 + k * 160, 20 + i * 30, 130)),
    );
    expect(names(page)).toBe('x0 x1 x2 y0 y1 y2 z0 z1 z2');
  });

  it('goes by the long lines when a short one is turned wrong', () => {
    const page = [box('first', 20, 20, 300), box('second', 20, 60, 300), box('third', 20, 100, 300)];
    const odd = box('no.', 340, 60, 30);
    expect(names([...page.toReversed(), { ...odd, quad: turned(odd.quad, 2) }])).toBe('first second no. third');
  });

  it('leaves nothing of an empty page', () => {
    expect(sortForReading([])).toEqual([]);
  });
});
