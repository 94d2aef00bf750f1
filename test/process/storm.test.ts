// A long one: NODE_TENSORRT_TEST_STORM=1000000 npx vitest run test/process/storm.test.ts (npm run test:storm)

import { expect, it } from 'vitest';
import { expectEnding, numberFromEnv, runChild } from './harness/child.js';
import { useModels } from './harness/models.js';

const env = useModels('rowsOfAnyLength', 'mixesRows');

const requests = numberFromEnv('NODE_TENSORRT_TEST_STORM', 20_000);
const deadlineMs = 60_000 + requests;

it(
  `answers ${requests} random requests of four threads, three of which are terminated again and again, each with its own rows`,
  async () => {
    const child = await runChild('storm.mjs', { args: [requests, 1], env, deadlineMs });
    expectEnding(child);
    const [outcome] = child.reports as Record<string, number>[];
    if (requests > 100_000) process.stdout.write(`${JSON.stringify(outcome)}\n`);
    expect(outcome).toMatchObject({ wrong: 0, otherErrors: 0, unsettled: 0, unaccounted: 0, failed: 0 });
    for (const count of ['answered', 'refused', 'aborted', 'terminated', 'survived']) {
      expect(outcome?.[count], count).toBeGreaterThan(0);
    }
    expect(outcome?.['items']).toBeGreaterThan(outcome?.['batches'] as number);
  },
  2 * deadlineMs,
);

it('notices rows that get into each other', async () => {
  const child = await runChild('storm.mjs', { args: [2000, 2, 'mixed'], env, deadlineMs });
  expectEnding(child);
  expect((child.reports[0] as Record<string, number>)['wrong']).toBeGreaterThan(0);
});
