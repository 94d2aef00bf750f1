import { describe, expect, it } from 'vitest';
import { connectedComponents, meanOf } from '../../../examples/ocr/components.mjs';
import { randomNumbers } from './support.js';

function mapOf(rows: string[]): { map: Float32Array; width: number; height: number } {
  const map = Float32Array.from(rows.join(''), (pixel) => (pixel === '#' ? 0.9 : 0.1));
  return { map, width: rows[0]?.length ?? 0, height: rows.length };
}

function find(rows: string[], minArea = 1) {
  const { map, ...size } = mapOf(rows);
  return connectedComponents(map, { ...size, threshold: 0.5, minArea });
}

/** Areas by flood fill, to compare with. */
function areasByFlood(map: Float32Array, width: number, height: number): number[] {
  const seen = new Set<number>();
  const areas: number[] = [];
  for (let start = 0; start < map.length; start++) {
    if ((map[start] ?? 0) < 0.5 || seen.has(start)) continue;
    const open = [start];
    seen.add(start);
    let area = 0;
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      area++;
      const x = at % width;
      const y = Math.floor(at / width);
      for (let ny = Math.max(0, y - 1); ny <= Math.min(height - 1, y + 1); ny++) {
        for (let nx = Math.max(0, x - 1); nx <= Math.min(width - 1, x + 1); nx++) {
          const next = ny * width + nx;
          if ((map[next] ?? 0) < 0.5 || seen.has(next)) continue;
          seen.add(next);
          open.push(next);
        }
      }
    }
    areas.push(area);
  }
  return areas.toSorted((a, b) => a - b);
}

describe('connectedComponents', () => {
  it('gives the runs of a region, rows from the top', () => {
    expect(find(['....', '.##.', '.#..'])).toEqual([{ area: 3, points: Int32Array.of(1, 1, 2, 1, 1, 2, 1, 2) }]);
  });

  it('joins pixels that touch at a corner', () => {
    expect(find(['#..', '.#.', '..#']).map(({ area }) => area)).toEqual([3]);
  });

  it('does not join pixels with a column between', () => {
    expect(find(['#.#', '#.#'])).toHaveLength(2);
  });

  it('does not join the end of a row with the start of the next', () => {
    expect(find(['...#', '....', '#...'])).toHaveLength(2);
    expect(find(['..##', '##..'])).toHaveLength(1);
    expect(find(['...#', '#...'])).toHaveLength(2);
  });

  it('joins the arms of a U only where they meet', () => {
    expect(find(['#.#', '#.#', '###']).map(({ area }) => area)).toEqual([7]);
  });

  it('leaves out regions below the smallest area', () => {
    expect(find(['##..#', '##...'], 2).map(({ area }) => area)).toEqual([4]);
  });

  it('finds nothing in an empty map', () => {
    expect(find(['...', '...'])).toEqual([]);
  });

  it('ignores what lies beyond the width of a wider map', () => {
    const { map } = mapOf(['#..#', '...#']);
    const found = connectedComponents(map, { width: 3, height: 2, stride: 4, threshold: 0.5 });
    expect(found.map(({ area }) => area)).toEqual([1]);
  });

  it('agrees with a flood fill on random maps', () => {
    const random = randomNumbers(4);
    for (let round = 0; round < 40; round++) {
      const width = 1 + Math.floor(random() * 40);
      const height = 1 + Math.floor(random() * 40);
      const map = Float32Array.from({ length: width * height }, () => (random() < 0.45 ? 1 : 0));
      const areas = connectedComponents(map, { width, height, threshold: 0.5 }).map(({ area }) => area);
      expect(areas.toSorted((a, b) => a - b)).toEqual(areasByFlood(map, width, height));
    }
  });

  it('holds more runs than its first buffer', () => {
    const map = Float32Array.from({ length: 200 * 100 }, (_, i) => i % 2);
    const found = connectedComponents(map, { width: 200, height: 100, threshold: 0.5 });
    expect(found.map(({ area }) => area)).toEqual(new Array(100).fill(100));
  });
});

describe('meanOf', () => {
  it('is the mean over the pixels of the region alone', () => {
    const map = Float32Array.of(0.5, 1, 0, 0.9);
    const [first, second] = connectedComponents(map, { width: 4, height: 1, threshold: 0.3 });
    expect(first && meanOf(map, 4, first)).toBeCloseTo(0.75);
    expect(second && meanOf(map, 4, second)).toBeCloseTo(0.9);
  });
});
