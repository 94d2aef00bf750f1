import { createHash } from 'node:crypto';
import { Script } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { comparisonPage } from '../../../dist/esm/toolkit/compare/page/comparison-page.js';
import { comparison, innerValue, outputReport } from './reports.js';

const HOSTILE = `</script><script>alert(1)</script>"'><img src=x onerror=alert(1)>&amp;`;
const { POSITIVE_INFINITY: inf } = Number;

const values = [
  innerValue(0, inf),
  innerValue(1, 50),
  innerValue(2, 20),
  innerValue(3, -5),
  innerValue(4, 12, { nonFinite: 3 }),
];
const page = () => comparisonPage(comparison([outputReport('y', 12.5), outputReport('z', inf)], values));

function texts(text: string, tag: 'script' | 'style'): string[] {
  return [...text.matchAll(new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`, 'g'))].map(([, content]) => content as string);
}

function dataOf(text: string) {
  const [, json] = /<script type="application\/json" id="data">([^<]*)<\/script>/.exec(text) ?? [];
  return JSON.parse(json as string);
}

describe('comparisonPage()', () => {
  test('is one page that loads nothing, and lets nothing run but its own script, by hash', () => {
    const text = page();
    expect(text).toMatch(/^<!doctype html>/);
    expect(text).not.toMatch(/https?:|<link|@import|\bsrc=|url\(/);
    expect(text).not.toMatch(/<[^>]+\s(style|on\w+)=/);
    const [, policy] = /Content-Security-Policy" content="([^"]*)"/.exec(text) ?? [];
    expect(policy).toContain('default-src &#39;none&#39;');
    for (const tag of ['script', 'style'] as const) {
      const [content, ...more] = texts(text, tag);
      expect(more).toEqual([]);
      expect(policy).toContain(
        `sha256-${createHash('sha256')
          .update(content as string)
          .digest('base64')}`,
      );
    }
    expect(() => new Script(texts(text, 'script')[0] as string)).not.toThrow();
  });

  test('escapes every name', () => {
    const report = comparison(
      [outputReport(HOSTILE, 12)],
      [innerValue(0, 5, { node: HOSTILE, opType: HOSTILE, value: HOSTILE })],
    );
    report.a.name = report.b.name = HOSTILE;
    report.onlyInA = [HOSTILE];
    report.metrics = { [HOSTILE]: { mean: 1, min: 1, max: 1, samples: 1 } };
    report.tolerances = { [HOSTILE]: { snr: 1 } };
    report.reasons = [{ output: HOSTILE, what: 'snr', limit: 1, measured: 0, text: HOSTILE }];
    if (report.intermediates) report.intermediates.skipped = [{ value: HOSTILE, reason: HOSTILE }];
    const text = comparisonPage(report);
    expect(text).not.toContain('<img');
    expect(text.match(/<script/g)).toHaveLength(2);
    expect(text.match(/<\/script>/g)).toHaveLength(2);
    expect(dataOf(text).plot.operators[0]).toMatch(/^<\/script>/);
  });

  test('draws a dot per value: errors on the axis, equal ones below it, broken ones above', () => {
    const { plot } = dataOf(page());
    expect(plot.x).toHaveLength(5);
    expect([...plot.x].sort((a, b) => a - b)).toEqual(plot.x);
    const [equal, fifty, twenty, minus, broken] = plot.y;
    expect(broken).toBeLessThan(minus);
    expect(minus).toBeLessThan(twenty);
    expect(twenty).toBeLessThan(fifty);
    expect(fifty).toBeLessThan(equal);
    // 20 dB are a decade.
    const decade = (fifty - twenty) / 1.5;
    expect((twenty - minus) / decade).toBeCloseTo(1.25, 1);
    const dots = [...page().matchAll(/class="dots( bad)?" d="([^"]*)"/g)].map(([, bad, d]) => [
      bad,
      (d?.match(/M/g) ?? []).length,
    ]);
    expect(dots).toEqual([
      [undefined, 2],
      [' bad', 3],
    ]);
    expect(page()).toContain('first: Mul n2');
  });

  test('has a bar per bin of samples, with how many there are', () => {
    const text = page();
    expect(text).toContain('Samples by signal to noise in dB: 1 at -Infinity, 7 at 20, 2 at Infinity');
    expect(text.match(/<rect class="bar/g)?.length).toBe(2 * (1 + 5 + 1));
  });

  test('sorts tables by numbers that are in the page, infinite ones too', () => {
    const text = page();
    expect(text).toContain('data-by="Infinity"');
    expect(text).toContain('data-by="12.5"');
  });

  test('does without inner values, outputs of numbers, or a reason', () => {
    const strings = outputReport('text', inf, { percentiles: null, argMax: null, snrHistogram: [], worst: [] });
    strings.all = { ...strings.all, snr: null, maxAbs: null, meanAbs: null, maxRel: null, cosine: null };
    const report = { ...comparison([strings]), passed: true, reasons: [], metrics: {}, onlyInB: [] };
    const text = comparisonPage(report);
    expect(text).toContain('Within tolerance');
    expect(text).not.toContain('Error along the graph');
    expect(dataOf(text)).toEqual({ plot: null });
    const empty = comparisonPage(comparison([strings], []));
    expect(empty).toContain('There is no value that both models compute.');
  });

  test('stays small, and quick, with 50 000 values', () => {
    const many = Array.from({ length: 50_000 }, (_, i) => innerValue(i, 90 - i / 1000));
    const start = performance.now();
    const text = comparisonPage(comparison([outputReport('y', 40)], many));
    expect(performance.now() - start).toBeLessThan(5000);
    expect(text.length).toBeLessThan(12e6);
    expect(text.match(/<tr/g)?.length).toBeLessThan(2100);
  });
});
