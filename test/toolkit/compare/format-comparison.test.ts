import { describe, expect, test } from 'vitest';
import { formatComparison } from '../../../dist/esm/toolkit/compare/format-comparison.js';
import { comparisonJson, parseComparison } from '../../../dist/esm/toolkit/compare/report.js';
import { describeCount, describeNumber, describeShare } from '../../../dist/esm/toolkit/compare/words.js';
import { failure } from '../../support/failure.js';
import { comparison, innerValue, outputReport } from './reports.js';

const { POSITIVE_INFINITY: inf } = Number;

describe('formatComparison()', () => {
  test('says who was compared, whether it passed and why not, and every output', () => {
    const text = formatComparison(comparison([outputReport('y', 12.5), outputReport('same', inf)]));
    const lines = text.split('\n');
    expect(lines[0]).toBe('a  model.onnx (cpu)');
    expect(lines[1]).toBe('b  half.onnx (cpu; bf16; bfloat16 emulated in float32)');
    expect(lines[2]).toBe('10 samples: not within tolerance: one reason');
    expect(lines[3]).toMatch(/^ {2}- output 'y': the signal to noise in dB is 12.5, expected at least 40$/);
    expect(text).toMatch(/^y +float32 \/ float16 +12\.5 +0\.9999\d* +0\.5 +0\.25 +0\.3 +2 +100 % +90\.0 % +0$/m);
    expect(text).toMatch(/^same +float32 \/ float16 +∞ +1 /m);
    expect(text).toMatch(/^top-1 +0\.95 +0 +1 +10$/m);
    expect(text).toContain('not compared, only in b: extra');
  });

  test('has columns that are flush', () => {
    const text = formatComparison(comparison([outputReport('y', 12.5), outputReport('a-long-name', inf)]));
    const rows = text.split('\n').filter((line) => /^(output|y|a-long-name) /.test(line));
    expect(rows).toHaveLength(3);
    expect(new Set(rows.map((row) => [...row].length)).size).toBe(1);
  });

  test('names the first divergence with its inputs, and where most is lost', () => {
    const values = [innerValue(0, 80), innerValue(1, 50), innerValue(2, 12), innerValue(3, 11), innerValue(4, 60)];
    const text = formatComparison(comparison([outputReport('y', 11)], values), { values: 2 });
    expect(text).toContain('5 inner values compared with 2 samples, 1 not comparable; 2 diverge (SNR at least 30)');
    expect(text).toMatch(/first divergence:\n {2}Mul 'n2'\n {4}gives 'v2': SNR 12 dB.*\n {4}takes 'v1': SNR 50 dB/);
    const worst = text.slice(text.indexOf('where most is lost'));
    expect(worst.match(/^n\d+/gm)).toEqual(['n2', 'n3']);
  });

  test('writes names on one line, without characters that steer a terminal', () => {
    const report = comparison(
      [outputReport('\u001b[2J\n\u202eevil', 12)],
      [innerValue(0, 5, { node: 'a\u001b]0;x\u0007', value: 'v0' })],
    );
    report.b.name = 'b\r\nc';
    const text = formatComparison(report);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
    expect(text).toContain('\uFFFD[2J\uFFFD\uFFFDevil');
  });
});

describe('comparisonJson()', () => {
  test('carries everything, what JSON has no number for too, and parseComparison reads it back', () => {
    const report = comparison(
      [outputReport('y', Number.NEGATIVE_INFINITY), outputReport('z', inf)],
      [innerValue(0, inf, { node: 'Infinity', value: 'NaN' })],
    );
    report.metrics.none = { mean: Number.NaN, min: Number.NaN, max: Number.NaN, samples: 0 };
    const json = comparisonJson(report);
    expect(json).toContain('"format":"node-tensorrt-comparison-1"');
    expect(parseComparison(json)).toEqual(report);
    expect(comparisonJson(report, 2).split('\n').length).toBeGreaterThan(50);
  });

  test.each(['{', '5', '{"format":"node-tensorrt-comparison-0"}'])('refuses %s', (json) => {
    expect(() => parseComparison(json)).toThrow(failure('INVALID_ARGUMENT') as Error);
  });
});

describe('numbers in words', () => {
  test.each([
    [0, '0'],
    [12, '12'],
    [0.123456, '0.1235'],
    [1.5e-7, '1.50e-7'],
    [2_500_000, '2.50e6'],
    [inf, '∞'],
    [-inf, '−∞'],
    [Number.NaN, 'NaN'],
    [null, '–'],
  ])('%d is %s', (value, text) => {
    expect(describeNumber(value)).toBe(text);
  });

  test('never shows a part as the whole', () => {
    expect(describeShare(9999, 10_000)).toBe('99.9 %');
    expect(describeShare(1, 1)).toBe('100 %');
    expect(describeShare(1, 10_000)).toBe('<0.1 %');
    expect(describeShare(0, 0)).toBe('–');
    expect(describeCount(1_234_567)).toBe('1 234 567');
  });
});
