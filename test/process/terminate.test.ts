import { describe, expect, it } from 'vitest';
import { expectEnding, numberFromEnv, runChild } from './harness/child.js';
import { useModels } from './harness/models.js';

const env = useModels('matmul16', 'slow', 'mlp', 'identity', 'addTwo', 'rows');

const terminations = numberFromEnv('NODE_TENSORRT_TEST_TERMINATIONS', 50);
const seed = numberFromEnv('NODE_TENSORRT_TEST_SEED', 1);

const operations: [doing: string, operation: string][] = [
  ['starts and opens the addon', 'starting'],
  ['loads a model', 'load'],
  ['starts loads that fail', 'failing loads'],
  ['runs on a lane', 'lane'],
  ['runs in place in a loop', 'in place'],
  ['is refused with SHAPE_MISMATCH in a tight loop', 'throwing'],
  ['is thrown at by native code in a tight loop', 'throwing natively'],
  ['copies 20 MB of inputs in slices', 'staging'],
  ['gets 20 MB of outputs from the copying thread', 'output'],
  ['has pooled tensors that runs in flight use', 'pooled tensors'],
  ['closes an engine with work in it', 'close'],
  ['has 64 runs in flight', 'storm'],
];

describe(`worker.terminate(), ${terminations} times at random moments (seed ${seed})`, () => {
  it.each(operations)(
    'leaves the process whole and nothing behind while the worker %s',
    {
      timeout: 30_000 + terminations * 1000,
    },
    async (_, operation) => {
      const child = await runChild('terminate.mjs', {
        args: [operation, terminations, seed],
        env,
        deadlineMs: 25_000 + terminations * 900,
      });
      expectEnding(child);
      expect(child.reports).toEqual([{ terminations, left: 'nothing' }]);
    },
  );
});
