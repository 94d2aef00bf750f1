import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { expectEnding, runChild } from './harness/child.js';
import { useModels } from './harness/models.js';

const env = useModels('matmul16');

it.skipIf(process.platform === 'win32')(
  "loads from bytes, runs on lanes and closes while libuv's only pool thread is blocked",
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'node-tensorrt-fifo-'));
    try {
      const fifo = join(folder, 'fifo');
      execFileSync('mkfifo', [fifo]);
      const child = await runChild('pool-blocked.mjs', {
        args: [fifo],
        env: { ...env, UV_THREADPOOL_SIZE: '1' },
        deadlineMs: 20_000,
      });
      expectEnding(child);
      expect(child.reports).toEqual([{ completed: 200, inPlace: 0, poolWasBlocked: true }]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
);
