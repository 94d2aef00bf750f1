import { expect, it } from 'vitest';
import { expectEnding, numberFromEnv, runChild } from './harness/child.js';
import { useModels } from './harness/models.js';

const env = useModels('matmul16', 'quick');

const iterations = numberFromEnv('NODE_TENSORRT_TEST_SETTLES', 4000);

it.each([1, 2, 3])(
  `settles ${iterations} runs once each when aborts and time-outs race with results (seed %i)`,
  async (seed) => {
    const child = await runChild('settle.mjs', { args: [iterations, seed], env });
    expectEnding(child);
    const [outcome] = child.reports;
    expect(outcome).toMatchObject({ settled: iterations, failed: 0, twice: [] });
    // The races were there: some runs were answered, some aborted, some too late.
    expect(outcome?.['kinds']).toBeGreaterThanOrEqual(3);
  },
);

it('lets timers fire while runs in place are awaited in an endless loop', async () => {
  const child = await runChild('timers.mjs', { env });
  expectEnding(child);
  const { fired, inPlace, completed } = child.reports[0] as Record<string, number>;
  expect(fired).toBeGreaterThanOrEqual(25);
  // The loop did run in place, or the question would not have been asked.
  expect((inPlace ?? 0) / (completed ?? 0)).toBeGreaterThan(0.5);
});
