import { describe, expect, it } from 'vitest';
import { formatReadme, formatSection } from '../../benchmarks/lib/readme.mjs';
import { formatTable, formatTarget, number, row, target } from '../../benchmarks/lib/report.mjs';

const chart = { name: 'picture', title: 'A picture', unit: 'ms', bars: [] };
const result = {
  name: 'speed',
  title: 'How fast',
  about: 'A sentence.',
  date: '2026-01-02T03:04:05.000Z',
  machine: { cpu: 'CPU', cores: 2, memoryGb: 16, system: 'Linux 1 x64', loadAverage: 0.1 },
  versions: { node: '20.0.0', 'node-tensorrt': '0.1.0' },
  rounds: 5,
  quick: false,
  report: {
    tables: [{ columns: ['', 'ms'], rows: [['ours', 1.5]] }],
    targets: [target('time', 1.5, { atMost: 2, unit: 'ms' })],
    charts: [chart],
    notes: ['A note.'],
  },
  raw: [],
};

describe('number', () => {
  it('has three significant digits and no exponent', () => {
    expect([0, 0.01234, 0.1234, 1.234, 12.34, 123.4, 1234.5, 123456].map(number)).toEqual([
      '0',
      '0.0123',
      '0.123',
      '1.23',
      '12.3',
      '123',
      '1235',
      '123456',
    ]);
    expect(number(-1.234)).toBe('-1.23');
    expect(number(Number.NaN)).toBe('–');
  });
});

describe('target', () => {
  it('judges a summary by its median', () => {
    const summary = { median: 3, min: 1, max: 9 };
    expect(target('a', summary, { atMost: 3, unit: '×' }).pass).toBe(true);
    expect(target('a', summary, { atMost: 2.9, unit: '×' }).pass).toBe(false);
    expect(target('a', summary, { atLeast: 3.1, unit: '×' }).pass).toBe(false);
  });

  it('says what was measured, the limit and whether it holds', () => {
    const summary = { median: 3, min: 1, max: 9 };
    expect(formatTarget(target('delay', summary, { atMost: 2, unit: 'ms' }))).toBe(
      'FAIL: delay: 3.00 ms (rounds 1.00 – 9.00), at most 2.00 ms',
    );
    expect(formatTarget(target('rate', 5, { atLeast: 2, unit: '/s' }))).toBe('pass: rate: 5.00 /s, at least 2.00 /s');
  });
});

describe('formatTable', () => {
  it('makes a Markdown table and escapes what would break it', () => {
    const text = formatTable({
      title: 'T',
      columns: ['', 'µs', 'range'],
      rows: [row('a|b', { median: 2, min: 1, max: 3 })],
    });
    expect(text).toBe('**T**\n\n|  | µs | range |\n| --- | ---: | ---: |\n| a\\|b | 2.00 | 1.00 – 3.00 |');
  });
});

describe('formatReadme', () => {
  it('has a section per result, in order, with picture, table, targets, notes and source', () => {
    const text = formatReadme([result, { ...result, name: 'size', title: 'How large' }]);
    expect(text.indexOf('## How fast')).toBeGreaterThan(0);
    expect(text.indexOf('## How large')).toBeGreaterThan(text.indexOf('## How fast'));
    for (const part of [
      'A sentence.',
      '![A picture](picture.svg)',
      '| ours | 1.5 |',
      '- pass: time: 1.50 ms, at most 2.00 ms',
      'A note.',
      '2026-01-02 03:04 UTC, 5 rounds; CPU, 2 cores, 16 GB, Linux 1 x64, load 0.1 before the start; node 20.0.0',
      '[speed.json](speed.json)',
    ]) {
      expect(text).toContain(part);
    }
  });

  it('warns of quick numbers, and only of those', () => {
    expect(formatSection(result)).not.toContain('--quick');
    expect(formatSection({ ...result, quick: true })).toContain('--quick');
  });
});
