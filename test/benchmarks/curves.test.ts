import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { drawCurves } from '../../benchmarks/lib/curves.mjs';

const points = (...ys: number[]) => ys.map((y, i) => ({ x: 2 ** i, y }));
const chart = {
  name: 'x',
  title: 'Latency <p50>',
  xLabel: 'clients',
  unit: 'ms',
  curves: [
    { label: 'ours', kind: 'ours' as const, points: points(1, 10, 100) },
    { label: 'piscina', kind: 'pool' as const, dashed: true, points: points(2, 20, 1000) },
  ],
};
/** Vertical places of the dots, by curve. */
const dots = (svg: string, kind: string) =>
  [...svg.matchAll(new RegExp(`<circle class="${kind}" cx="[\\d.]+" cy="([\\d.]+)"`, 'g'))].map(([, y]) => Number(y));

describe('drawCurves', () => {
  it.each([false, true])('writes SVG that a renderer accepts (log: %s)', async (log) => {
    const svg = drawCurves({ ...chart, log });
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
    expect(await sharp(Buffer.from(svg)).metadata()).toMatchObject({ width: 760, format: 'svg' });
    expect(svg).toContain('Latency &lt;p50&gt;');
  });

  it('puts equal factors at equal distances on a logarithmic scale, which it names', () => {
    const svg = drawCurves({ ...chart, log: true });
    const [one = 0, ten = 0, hundred = 0] = dots(svg, 'ours');
    expect(one - ten).toBeGreaterThan(10);
    expect(one - ten).toBeCloseTo(ten - hundred, 0);
    expect(svg).toContain('logarithmic scale');
    expect(drawCurves(chart)).not.toContain('logarithmic scale');
  });

  it('puts equal differences at equal distances otherwise', () => {
    const [one = 0, two = 0, three = 0] = dots(
      drawCurves({ ...chart, curves: [{ label: 'a', kind: 'peer', points: points(10, 20, 30) }] }),
      'peer',
    );
    expect(one - two).toBeGreaterThan(10);
    expect(one - two).toBeCloseTo(two - three, 0);
  });

  it('has equal steps from left to right, and no dots, with linearX', () => {
    const curve = { label: 'a', kind: 'ours' as const, points: [0, 1, 2, 10].map((x) => ({ x, y: 1 })) };
    const svg = drawCurves({ ...chart, linearX: true, curves: [curve] });
    const xs =
      /points="([^"]*)"/
        .exec(svg)?.[1]
        ?.split(' ')
        .map((point) => Number(point.split(',')[0])) ?? [];
    const [zero = 0, one = 0, two = 0, ten = 0] = xs;
    expect(one - zero).toBeGreaterThan(10);
    expect(two - zero).toBeCloseTo(2 * (one - zero), 0);
    expect(ten - zero).toBeCloseTo(10 * (one - zero), 0);
    expect(svg).not.toContain('<circle');
  });

  it('stands values of zero, and one value', () => {
    for (const log of [false, true])
      for (const curve of [points(0, 5), points(0), points(7)]) {
        const svg = drawCurves({ ...chart, log, curves: [{ label: 'a', kind: 'raw', points: curve }] });
        expect(svg).not.toMatch(/NaN|undefined|Infinity/);
      }
  });
});
