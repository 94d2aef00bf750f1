import { describe, expect, it } from 'vitest';
import { Clock } from '../../../examples/ocr/clock.mjs';
import { jsonReport, textReport } from '../../../examples/ocr/report.mjs';
import { straightStrip } from '../../../examples/ocr/strip.mjs';

const QUAD: Parameters<typeof straightStrip>[0] = [
  [0, 0],
  [10, 10],
  [8, 12],
  [-2, 2],
];
const RESULT = {
  file: 'a.png',
  picture: { raster: { data: new Uint8Array(3), width: 1, height: 1 }, width: 640, height: 480, scale: 1 },
  lines: [{ text: 'Hello', confidence: 0.98765, quad: QUAD, strip: straightStrip(QUAD) }],
  timesMs: { load: 12.345, total: 20 },
  annotated: 'out/a-annotated.png',
};

describe('textReport', () => {
  it('gives the lines, the times and where the picture is', () => {
    const report = textReport(RESULT);
    expect(report).toContain('a.png, 640 × 480');
    expect(report).toMatch(/1 {3}98\.8 % {2}Hello/);
    expect(report).toMatch(/load +12\.3 ms/);
    expect(report).toContain('out/a-annotated.png');
  });

  it('says in how many runs the lines were recognised, where that is known', () => {
    const of = (lines: number, runs: number) =>
      textReport({ ...RESULT, recognition: { lines, runs, linesPerRun: lines / (runs || 1) } });
    expect(of(7, 5)).toContain('recognised 7 lines in 5 runs, 1.4 lines a run\n');
    expect(of(1, 1)).toContain('recognised 1 line in 1 run, 1.0 lines a run\n');
    expect(of(0, 0)).toContain('recognised 0 lines in 0 runs\n');
    expect(textReport(RESULT)).not.toContain('recognised');
  });

  it('colours only on request', () => {
    expect(textReport(RESULT)).not.toContain('\x1b');
    expect(textReport(RESULT, { colour: true })).toContain('\x1b[32m 98.8 %\x1b[39m');
  });

  it('says when there was no text', () => {
    expect(textReport({ ...RESULT, lines: [] })).toContain('no text found');
  });
});

describe('jsonReport', () => {
  it('has no pixels in it, and rounded numbers', () => {
    expect(jsonReport(RESULT)).toEqual({
      file: 'a.png',
      width: 640,
      height: 480,
      lines: [{ text: 'Hello', confidence: 0.9877, angle: 45, quad: QUAD }],
      timesMs: { load: 12.35, total: 20 },
      annotated: 'out/a-annotated.png',
    });
  });

  it('has the runs of the recogniser, where they are known', () => {
    const { recognition } = jsonReport({ ...RESULT, recognition: { lines: 7, runs: 3, linesPerRun: 7 / 3 } });
    expect(recognition).toEqual({ lines: 7, runs: 3, linesPerRun: 2.33 });
  });
});

describe('Clock', () => {
  it('adds up, in the order given first, and leaves out what never ran', () => {
    const clock = new Clock(['b', 'a', 'never']);
    clock.add('a', 1);
    clock.add('other', 5);
    clock.add('b', 2);
    clock.add('a', 3);
    expect(Object.entries(clock.times())).toEqual([
      ['b', 2],
      ['a', 4],
      ['other', 5],
    ]);
  });

  it('times async work, and passes on results and failures', async () => {
    const clock = new Clock();
    expect(await clock.time('a', async () => 7)).toBe(7);
    expect(clock.time('b', () => 8)).toBe(8);
    await expect(clock.time('c', () => Promise.reject(new Error('x')))).rejects.toThrow('x');
    expect(Object.keys(clock.times())).toEqual(['b', 'a'].toSorted());
  });
});
