import { expect, it } from 'vitest';
import { expectEnding, runChild } from './harness/child.js';
import { useModels } from './harness/models.js';
import { slope } from './harness/slope.js';

const env = useModels('weights');

const CYCLES = 30;
/** Cycles that may still grow: caches fill, the heap finds its size. */
const WARM = 10;
const MODEL_BYTES = 32 * 2 ** 20;
const LIMIT = 0.05;

/** Growth of the resident size per cycle after the first ten, as a part of the model's size. */
async function growth(mode: 'close' | 'leak'): Promise<{ growth: number; allocated: unknown }> {
  const child = await runChild('cycles.mjs', {
    args: [CYCLES, mode],
    execArgv: ['--expose-gc'],
    env,
    deadlineMs: 60_000,
  });
  expectEnding(child);
  const { rss, allocated } = child.reports[0] as { rss: number[]; allocated: number };
  expect(rss).toHaveLength(CYCLES);
  return { growth: slope(rss.slice(WARM)) / MODEL_BYTES, allocated };
}

it(`keeps the resident size over ${CYCLES} loads and closes of a 32 MB model`, { timeout: 70_000 }, async () => {
  const { growth: perCycle, allocated } = await growth('close');
  expect(allocated).toBe(0);
  expect(perCycle).toBeLessThan(LIMIT);
});

it('finds a leak that was put in: engines that are never closed', { timeout: 70_000 }, async () => {
  const { growth: perCycle } = await growth('leak');
  expect(perCycle).toBeGreaterThan(LIMIT * 10);
});
