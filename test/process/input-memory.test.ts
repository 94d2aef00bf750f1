import { expect, it } from 'vitest';
import { expectEnding, numberFromEnv, runChild } from './harness/child.js';
import { useModels } from './harness/models.js';

const env = useModels('identity');
const rounds = 60;

it('answers right or refuses when inputs are transferred, resized or written while a run takes them in', async () => {
  const args = [rounds, numberFromEnv('NODE_TENSORRT_TEST_SEED', 1)];
  const child = await runChild('input-memory.mjs', { args, env, deadlineMs: 60_000 });
  expectEnding(child);
  const { right, refused, shared } = child.reports[0] as Record<string, number>;
  expect((right ?? 0) + (refused ?? 0)).toBe(rounds);
  expect(right, 'small inputs are never refused').toBeGreaterThanOrEqual(rounds / 2);
  expect(refused, 'some large ones were caught in the middle').toBeGreaterThan(0);
  expect(shared).toBe(10);
}, 90_000);
