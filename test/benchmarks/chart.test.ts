import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { drawChart, escapeXml } from '../../benchmarks/lib/chart.mjs';

type Bar = Parameters<typeof drawChart>[0]['bars'][number];
const bar = (label: string, kind: Bar['kind'], value: number, spread = 0): Bar => ({
  label,
  kind,
  value,
  min: value - spread,
  max: value + spread,
});
const bars = [bar('raw C API', 'raw', 3), bar('ours', 'ours', 8, 1), bar('peer', 'peer', 30, 5)];
const chart = { name: 'x', title: 'Time', unit: 'ms', bars };

/** Every tag that opens must close, in order. Enough for what drawChart writes: no comments, no CDATA. */
function unclosedTags(svg: string): string[] {
  const open: string[] = [];
  for (const [, slash, name, selfClosing] of svg.matchAll(/<(\/?)([a-z]+)(?:\s+[\w:-]+="[^"<]*")*\s*(\/?)>/g)) {
    if (slash) expect(open.pop()).toBe(name);
    else if (!selfClosing) open.push(name as string);
  }
  return open;
}

describe('drawChart', () => {
  it.each([false, true])('writes well-formed SVG that a renderer accepts (log: %s)', async (log) => {
    const svg = drawChart({ ...chart, log });
    expect(unclosedTags(svg)).toEqual([]);
    expect(svg.match(/</g)?.length).toBe(svg.match(/>/g)?.length);
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
    const { width, height, format } = await sharp(Buffer.from(svg)).metadata();
    expect({ width, format }).toEqual({ width: 760, format: 'svg' });
    expect(height).toBeGreaterThan(bars.length * 20);
  });

  it('draws bars in proportion to their values', () => {
    const widths = [
      ...drawChart(chart).matchAll(/<rect class="(?:raw|ours|peer)" x="230" y="\d+" width="([\d.]+)" height="16"/g),
    ];
    const [raw, , peer] = widths.map(([, width]) => Number(width));
    expect((peer as number) / (raw as number)).toBeCloseTo(10, 1);
  });

  it('has colours for light and for dark', () => {
    expect(drawChart(chart)).toContain('@media (prefers-color-scheme: dark)');
  });

  it('escapes text', () => {
    expect(escapeXml('a < b & "c"')).toBe('a &lt; b &amp; &quot;c&quot;');
    expect(unclosedTags(drawChart({ ...chart, title: '<b> & c', bars: [bar('<i>', 'ours', 1)] }))).toEqual([]);
  });

  it('stands values of zero, also on a logarithmic scale', () => {
    for (const log of [false, true]) {
      expect(drawChart({ ...chart, log, bars: [bar('a', 'ours', 0), bar('b', 'peer', 5)] })).not.toMatch(
        /NaN|Infinity/,
      );
    }
    expect(drawChart({ ...chart, bars: [bar('a', 'ours', 0)] })).not.toMatch(/NaN|Infinity/);
    expect(drawChart({ ...chart, log: true, bars: [bar('a', 'ours', 0)] })).not.toMatch(/NaN|Infinity/);
  });

  it('keeps everything inside of the picture', () => {
    for (const log of [false, true]) {
      const svg = drawChart({ ...chart, log, bars: [bar('a', 'ours', 999, 0), bar('b', 'peer', 99_999, 0)] });
      for (const [, x] of svg.matchAll(/ (?:x|x1|x2|cx)="([\d.-]+)"/g)) {
        expect(Number(x)).toBeGreaterThanOrEqual(0);
        expect(Number(x)).toBeLessThanOrEqual(744);
      }
    }
  });
});
