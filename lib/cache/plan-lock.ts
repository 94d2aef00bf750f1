import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { makeFolder } from '../onnx/file/make-folder.js';
import { asUnwritable } from '../onnx/file/replace-file.js';
import { hashOfKey, type PlanKey } from '../plan/key.js';
import { isLeft, LockFile, readLock, removeLock, SILENT_MS } from './lock-file.js';

/** Options of `withPlanLock`. */
export interface PlanLockOptions {
  /** Stops waiting: rejects with `signal.reason`. Work that has begun is not stopped by it. */
  signal?: AbortSignal;
  /** Called once if somebody else has the lock. */
  onWait?: () => void;
  /** How long an owner may give no sign of life before the lock is taken from it; a dead one is found out sooner. @default 60000 */
  silentMs?: number;
}

const POLL_MS = 100;

/** What waits in this copy of the library, which saves looking at files; other copies and threads meet at the file. */
const tails = new Map<string, Promise<void>>();

/**
 * Does work that only one at a time may do for a key, of all that use this folder: threads, processes, machines. The lock of
 * a process that died is free.
 * @param folder of the plans; made where it is not there
 * @param key a PlanKey, or its hash
 * @throws NodeTensorRTError INVALID_ARGUMENT with `details.reason` 'unwritable'; what `work` throws; `signal.reason`
 */
export async function withPlanLock<T>(
  folder: string,
  key: PlanKey | string,
  work: () => Promise<T>,
  options: PlanLockOptions = {},
): Promise<T> {
  const { signal } = options;
  signal?.throwIfAborted();
  const path = lockPath(folder, typeof key === 'string' ? key : hashOfKey(key));
  let isTold = false;
  const onWait = () => {
    if (!isTold) options.onWait?.();
    isTold = true;
  };
  const before = tails.get(path);
  let done = () => {};
  const mine = new Promise<void>((resolve) => {
    done = resolve;
  });
  const tail = Promise.all([before, mine]).then(() => {
    if (tails.get(path) === tail) tails.delete(path);
  });
  tails.set(path, tail);
  try {
    if (before) {
      onWait();
      await settled(before, signal);
    }
    const lock = await take(path, { ...options, onWait }).catch((error: unknown) => {
      throw asUnwritable(path, error);
    });
    try {
      return await work();
    } finally {
      await lock.release().catch(() => undefined);
    }
  } finally {
    done();
  }
}

export function lockPath(folder: string, hash: string): string {
  return join(folder, `${hash}.lock`);
}

/** Whether somebody works on a key now. */
export async function isLocked(folder: string, hash: string): Promise<boolean> {
  const state = await readLock(lockPath(folder, hash));
  return state !== undefined && !(await isLeft(state, Date.now() - state.renewedMs));
}

async function take(path: string, { signal, onWait, silentMs = SILENT_MS }: PlanLockOptions): Promise<LockFile> {
  await makeFolder(dirname(path));
  let watched: { token: string; renewedMs: number; since: number } | undefined;
  for (;;) {
    const lock = await LockFile.take(path);
    if (lock) return lock;
    const state = await readLock(path);
    if (state === undefined) continue;
    // By this process's own clock: that of another machine may differ, and none runs while a machine sleeps.
    if (watched?.token !== state.token || watched.renewedMs !== state.renewedMs) {
      watched = { ...state, since: performance.now() };
    }
    const isFree = await isLeft(state, performance.now() - watched.since, silentMs);
    if (isFree && (await removeLock(path, state.token))) continue;
    onWait?.();
    await setTimeout(POLL_MS * (0.5 + Math.random()), undefined, { ...(signal && { signal }) }).catch(() => undefined);
    signal?.throwIfAborted();
  }
}

/** Waits for a promise that does not reject. */
async function settled(promise: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  let stop = () => {};
  const aborted = new Promise<void>((resolve) => {
    stop = resolve;
    signal?.addEventListener('abort', stop);
  });
  await Promise.race([promise, aborted]);
  signal?.removeEventListener('abort', stop);
  signal?.throwIfAborted();
}
