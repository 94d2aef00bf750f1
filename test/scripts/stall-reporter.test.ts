import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { programs, root } from '../../scripts/lib/paths.mjs';
import { run } from '../../scripts/lib/run.mjs';

test('a test file that holds its thread for ever is ended, and the others are counted', async () => {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'node-tensorrt-stall-'));
  try {
    writeFileSync(path.join(dir, 'hangs.test.mjs'), "test('hangs', () => { for (;;); });");
    writeFileSync(path.join(dir, 'ends.test.mjs'), "test('ends', () => {});");
    const reporter = path.join(root, 'scripts', 'lib', 'stall-reporter.mjs');
    const args = ['run', '--root', dir, '--globals', '--pool=forks', '--reporter=default', `--reporter=${reporter}`];
    const env = { ...process.env, NODE_TENSORRT_TEST_STALL_MS: '3000' };
    const { code, output } = await run(process.execPath, [programs.vitest, ...args], { env });
    expect(code).toBe(1);
    expect(output).toContain('hangs.test.mjs has not ended for 3 s');
    expect(output).toMatch(/Tests.*1 passed/);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});
