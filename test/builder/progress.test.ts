import { afterEach, describe, expect, test, vi } from 'vitest';
import { type Progress, ProgressReporter } from '../../dist/esm/builder/progress.js';

afterEach(() => {
  vi.useRealTimers();
});

function reporter() {
  vi.useFakeTimers();
  const told: Progress[] = [];
  const progress = new ProgressReporter((state) => told.push(state));
  const last = () => told.at(-1) as Progress;
  return { progress, told, last };
}

describe('progress of a build', () => {
  test('never falls, and is whole at the end', () => {
    const { progress, told, last } = reporter();
    for (const stage of ['reading', 'casting', 'parsing', 'building', 'writing', 'done'] as const)
      progress.enter(stage);
    const fractions = told.map(({ fraction }) => fraction);
    expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
    expect(last()).toMatchObject({ stage: 'done', fraction: 1, etaMs: 0 });
    progress.close();
  });

  test('follows phases in phases, and what is left from how much is done', () => {
    const { progress, last } = reporter();
    progress.enter('parsing');
    progress.follow({ event: 'phase', name: 'outer', parent: '', steps: 2 });
    progress.follow({ event: 'phase', name: 'inner', parent: 'outer', steps: 4 });
    vi.advanceTimersByTime(1000);
    expect(last()).toMatchObject({ stage: 'building', phase: 'inner', step: 0, steps: 4, etaMs: null });
    progress.follow({ event: 'step', name: 'inner', done: 2 });
    vi.advanceTimersByTime(1000);
    // A quarter of what the builder does.
    expect(last().fraction).toBeCloseTo(0.1 + 0.87 / 4);
    expect(last().etaMs).toBeCloseTo((2000 * (1 - last().fraction)) / last().fraction, -2);
    progress.follow({ event: 'phase-end', name: 'inner' });
    progress.follow({ event: 'step', name: 'outer', done: 1 });
    vi.advanceTimersByTime(1000);
    expect(last()).toMatchObject({ phase: 'outer', step: 1, steps: 2 });
    progress.close();
  });

  test('says what is left from how long the model took before', () => {
    const { progress, last } = reporter();
    progress.expectedMs = 10_000;
    progress.enter('building');
    expect(last().etaMs).toBeCloseTo(10_000, -1);
    vi.advanceTimersByTime(4000);
    expect(last().etaMs).toBeCloseTo(6000, -1);
    vi.advanceTimersByTime(20_000);
    expect(last().etaMs).toBe(0);
    progress.close();
  });

  test('is told every second where nothing happens, and 20 times a second where much does', () => {
    const { progress, told } = reporter();
    progress.enter('building');
    vi.advanceTimersByTime(5000);
    expect(told).toHaveLength(6);
    progress.follow({ event: 'phase', name: 'many', parent: '', steps: 1000 });
    told.length = 0;
    for (let done = 1; done <= 1000; done++) {
      progress.follow({ event: 'step', name: 'many', done });
      vi.advanceTimersByTime(1);
    }
    expect(told.length).toBeGreaterThan(10);
    expect(told.length).toBeLessThanOrEqual(21);
    progress.close();
    told.length = 0;
    vi.advanceTimersByTime(5000);
    expect(told).toHaveLength(0);
  });

  test('takes steps and ends of phases that it does not know', () => {
    const { progress, told } = reporter();
    progress.enter('building');
    progress.follow({ event: 'step', name: 'none', done: 1 });
    progress.follow({ event: 'phase-end', name: 'none' });
    progress.follow({ event: 'checked', seconds: 1 });
    expect(told.every(({ phase }) => phase === '')).toBe(true);
    progress.close();
  });
});
