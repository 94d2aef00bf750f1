import { expect, it } from 'vitest';
import { expectEnding, runChild } from './harness/child.js';
import { useModels } from './harness/models.js';

const env = useModels('matmul16', 'slow');

it('stays in memory after the only threads that loaded it have ended with work in flight', async () => {
  const child = await runChild('worker-only.mjs', { args: [12], env });
  expectEnding(child);
  expect(child.reports).toEqual([{ workers: 12, mapped: true }]);
});
