// A long one: NODE_TENSORRT_TEST_MODEL_STORM=1000 npx vitest run test/process/model-cache-storm.test.ts (npm run test:storm)

import { expect, it } from 'vitest';
import { expectEnding, numberFromEnv, runChild } from './harness/child.js';
import { useModels } from './harness/models.js';

const env = useModels('scaled2', 'scaled3', 'scaled5', 'scaled7');
const each = numberFromEnv('NODE_TENSORRT_TEST_MODEL_STORM', 60);
const deadlineMs = 90_000 + each * 600;

it(`${each} loads, unloads and uses by each of eight threads end as the last request for each model wanted`, {
  timeout: deadlineMs + 5000,
}, async () => {
  const child = await runChild('model-cache-storm.mjs', { args: [each, 1], env, deadlineMs });
  expectEnding(child);
  const [outcome] = child.reports as Record<string, number>[];
  if (each > 100) process.stdout.write(`${JSON.stringify(outcome)}\n`);
  expect(outcome).toMatchObject({ wrong: 0, otherErrors: 0, otherwise: 0, booked: 0, sent: each * 8 });
  for (const count of ['right', 'loaded', 'unloaded', 'loads']) expect(outcome?.[count], count).toBeGreaterThan(0);
});

it('threads that are terminated in the middle of it leave nothing behind, and the others get what they asked for', {
  timeout: deadlineMs + 5000,
}, async () => {
  const child = await runChild('model-cache-storm.mjs', { args: [each, 2, 'terminate'], env, deadlineMs });
  expectEnding(child);
  const [outcome] = child.reports as Record<string, number>[];
  if (each > 100) process.stdout.write(`${JSON.stringify(outcome)}\n`);
  expect(outcome).toMatchObject({ wrong: 0, otherErrors: 0, booked: 0 });
  for (const count of ['right', 'evictions', 'terminated']) expect(outcome?.[count], count).toBeGreaterThan(0);
});

it('notices an answer of another model', { timeout: deadlineMs + 5000 }, async () => {
  const child = await runChild('model-cache-storm.mjs', { args: [40, 3, 'mixed'], env, deadlineMs });
  expectEnding(child);
  expect((child.reports[0] as Record<string, number>)['wrong']).toBeGreaterThan(0);
});
