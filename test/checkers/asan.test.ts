// In a Node.js with AddressSanitizer preloaded; `npm test -- sanitizers` sees to that.

import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { expectEnding, runChild } from '../process/harness/child.js';
import { useModels } from '../process/harness/models.js';

const env = useModels('slow', 'identity', 'matmul16');

/** This file is in build-asan/package/test/checkers. */
const seeded = fileURLToPath(new URL('../../../native/test/seeded_addon/seeded_addon.node', import.meta.url));

describe('AddressSanitizer in Node.js finds a bug that was put in:', () => {
  it.each([
    ['a write past the end of a block', 'overflow', /AddressSanitizer: heap-buffer-overflow/],
    ['a read from memory of JavaScript that was given back', 'use', /AddressSanitizer: heap-use-after-free/],
  ])('%s', async (_, bug, report) => {
    const child = await runChild('../../checkers/fixtures/seeded-memory-bug.mjs', { args: [seeded, bug] });
    expect(child.stderr).toMatch(report);
    expect(child.code).not.toBe(0);
  });
});

it.each(['transferred', 'resized', 'shared', 'dropped'])(
  'reads nothing that it no longer may when an input buffer is %s while its run is in flight',
  async (change) => {
    const child = await runChild('../../checkers/fixtures/changed-inputs.mjs', {
      args: [change],
      execArgv: ['--expose-gc'],
      env,
      deadlineMs: 100_000,
    });
    expectEnding(child);
    expect(child.reports).toEqual([{ change, rounds: 30, sanitized: true }]);
  },
);
