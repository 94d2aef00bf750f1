import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const UNREADABLE_GRACE_MS = 10_000;

/**
 * Runs `work` while holding a lock file that names this process. A lock whose process is gone is taken over.
 * @template T
 * @param {string} file
 * @param {() => Promise<T>} work
 * @param {{ onWait?: (owner: number) => void, pollMs?: number }} [options] onWait is called once, when waiting starts
 * @returns {Promise<T>}
 */
export async function withLock(file, work, { onWait, pollMs = 200 } = {}) {
  mkdirSync(path.dirname(file), { recursive: true });
  let waited = false;
  while (!tryTake(file)) {
    const owner = readOwner(file);
    if (owner === 'gone') {
      rmSync(file, { force: true });
      continue;
    }
    if (!waited && typeof owner === 'number') onWait?.(owner);
    waited = true;
    await sleep(pollMs);
  }
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

/** @param {string} file */
function tryTake(file) {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

/** @param {string} file @returns {number | 'gone' | 'unknown'} */
function readOwner(file) {
  let pid;
  try {
    pid = Number.parseInt(readFileSync(file, 'utf8'), 10);
    // Between its creation and its first byte a lock is empty: only an old empty one is a leftover.
    if (Number.isNaN(pid)) return Date.now() - statSync(file).mtimeMs > UNREADABLE_GRACE_MS ? 'gone' : 'unknown';
  } catch (error) {
    if (error.code === 'ENOENT') return 'unknown';
    throw error;
  }
  try {
    process.kill(pid, 0);
    return pid;
  } catch (error) {
    return error.code === 'EPERM' ? pid : 'gone';
  }
}
