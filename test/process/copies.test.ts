import { expect, it } from 'vitest';
import { expectEnding, runChild } from './harness/child.js';
import { useModels } from './harness/models.js';

const env = useModels('matmul16', 'mlp');

it('works as ES module and as CommonJS in one process and in its workers, with one set of native pools', async () => {
  const child = await runChild('copies.mjs', { env });
  expectEnding(child);
  expect(child.reports).toEqual([{ copies: 2, workers: 2 }]);
});
