import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { compareWithExpected, relativeDifference } from '../../scripts/lib/gpu/models.mjs';
import { resultsPage, waitingPage } from '../../scripts/lib/gpu/page.mjs';
import { tempFolder } from '../support/temp-folder.js';

const machine = {
  ...{ standin: false, gpu: 'GPU X', uuid: 'GPU-1', computeCapability: '9.0', memoryBytes: 80 * 2 ** 30 },
  ...{ driver: '580.1', cuda: '13.0' },
};
const run = { machine, date: '2026-01-02', source: '0.1.0, commit abc', node: '22.0.0' };

describe('resultsPage()', () => {
  const page = resultsPage({
    ...run,
    results: [
      { item: 'driver/version', result: 'passed', detail: 'CUDA 13.0', seconds: 0.1 },
      { item: 'memory/pool', result: 'skipped', detail: 'the device has no pools', seconds: 0 },
      { item: 'graphs/launch', result: 'failed', detail: 'first | line\n  second', seconds: 1.234 },
      { item: 'tensorrt/version', result: 'passed', detail: '11.2.1.2, /lib/libnvinfer.so.11', seconds: 0 },
    ],
  });

  test('tells date, commit, GPU, driver and the version of TensorRT', () => {
    for (const line of [
      '| date | 2026-01-02 |',
      '| node-tensorrt | 0.1.0, commit abc |',
      '| GPU | GPU X, compute capability 9.0, 80.0 GiB |',
      '| UUID | GPU-1 |',
      '| driver | 580.1, CUDA 13.0 |',
      '| TensorRT | 11.2.1.2 |',
      '| Node | 22.0.0 |',
    ])
      expect(page.split('\n')).toContain(line);
  });

  test('has a line for each item, in one line each', () => {
    expect(page).toContain(
      '| graphs/launch | captured copies are launched 1000 times, each result compared | **failed** | first \\| line / second | 1.23 |',
    );
    expect(page).toContain('2 passed, 1 failed, 1 skipped');
  });

  test('lists what was skipped and what failed, with the reason', () => {
    expect(page).toContain('## Skipped\n- memory/pool: the device has no pools\n');
    expect(page).toContain('## Failed\n- graphs/launch: first | line / second\n');
    expect(resultsPage({ ...run, results: [] })).toContain('## Skipped\nNothing.\n');
  });

  test('no longer says that nothing has met a GPU', () => {
    expect(waitingPage()).toContain('**Nothing of this library has met a GPU.**');
    expect(page).not.toContain('has met a GPU');
  });
});

describe('relativeDifference()', () => {
  const of = (actual: number[], expected: number[]) =>
    relativeDifference(Float32Array.from(actual), Float32Array.from(expected));

  test('is a part of the largest expected number', () => {
    expect(of([1.5, -100], [1, -100])).toBeCloseTo(0.005, 9);
    expect(of([0, 0], [0, 0])).toBe(0);
  });

  test.each([
    [[Number.NaN], [1]],
    [[1], [1, 2]],
    [[], []],
    [[1], [0]],
  ])('of %j to %j is infinite', (actual, expected) => {
    expect(of(actual, expected)).toBe(Number.POSITIVE_INFINITY);
  });

  test('that is too large is an error', () => {
    const dir = tempFolder();
    writeFileSync(path.join(dir, 'mlp.expected.f32'), new Uint8Array(Float32Array.from([1, 2]).buffer));
    expect(compareWithExpected(dir, Float32Array.from([1, 2.0001]))).toBeGreaterThan(0);
    expect(() => compareWithExpected(dir, Float32Array.from([1, 2.001]))).toThrow('allowed is 0.0001');
  });
});
