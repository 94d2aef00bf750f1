import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type ChildResult, expectEnding, runChild } from './harness/child.js';
import { useModels } from './harness/models.js';

const env = useModels('matmul16');

const hasStrace = spawnSync('strace', ['-V']).status === 0;
const isLinux = process.platform === 'linux';

/** Calls that leave the machine or could: anything about sockets that is not local to it. */
const outgoing = /\bAF_(?!UNIX\b|LOCAL\b|UNSPEC\b)\w+/;

async function trace(fixture: string): Promise<{ child: ChildResult; calls: string[] }> {
  const folder = mkdtempSync(join(tmpdir(), 'node-tensorrt-strace-'));
  try {
    const file = join(folder, 'trace');
    const child = await runChild(fixture, { env, wrapper: ['strace', '-f', '-qq', '-e', 'trace=network', '-o', file] });
    return { child, calls: readFileSync(file, 'utf8').split('\n').filter(Boolean) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe.skipIf(!isLinux || (!hasStrace && process.env['CI'] !== 'true'))('under strace', () => {
  it('opens no network connection while it loads, runs and closes', async () => {
    const { child, calls } = await trace('whole-life.mjs');
    expectEnding(child);
    expect(child.reports).toEqual([{ completed: 23 }]);
    expect(calls.filter((call) => outgoing.test(call))).toEqual([]);
  });

  it('finds a connection that was put in', async () => {
    const { child, calls } = await trace('connects.mjs');
    expectEnding(child);
    expect(calls.filter((call) => outgoing.test(call)).join('\n')).toMatch(/connect\(.*AF_INET/);
  });
});
