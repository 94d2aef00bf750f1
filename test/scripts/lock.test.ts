import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { withLock } from '../../scripts/lib/lock.mjs';

let dir: string;
let lock: string;
beforeEach(() => {
  dir = mkdtempSync(path.join(os.tmpdir(), 'lock-test-'));
  lock = path.join(dir, 'lock');
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

test('withLock lets one at a time in and tells the others whom they wait for', async () => {
  const events: string[] = [];
  let finishFirst = () => {};
  const gate = new Promise<void>((resolve) => {
    finishFirst = resolve;
  });
  const first = withLock(lock, async () => {
    events.push('first starts');
    await gate;
    events.push('first ends');
  });
  const onWait = (owner: number) => {
    events.push(owner === process.pid ? 'second waits' : 'waits for somebody else');
    finishFirst();
  };
  await withLock(lock, async () => void events.push('second'), { onWait, pollMs: 1 });
  await first;
  expect(events).toEqual(['first starts', 'second waits', 'first ends', 'second']);
  expect(existsSync(lock)).toBe(false);
});

test('withLock is released when the work fails', async () => {
  await expect(withLock(lock, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await withLock(lock, async () => 'again')).toBe('again');
});

test('withLock takes over the lock of a process that is gone', async () => {
  const { pid } = spawnSync(process.execPath, ['--version']);
  writeFileSync(lock, String(pid));
  expect(await withLock(lock, async () => 'taken over')).toBe('taken over');
});
