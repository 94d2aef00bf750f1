import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isLeft, readLock, removeLock } from './lock-file.js';
import { removeFiles } from './plan-entry.js';
import { isTemporaryFolder } from './temporary-folder.js';

/** A file that was not changed for so long is no longer being written. */
const LEFT_MS = 60 * 60 * 1000;
const LEFT_FOLDER_MS = 24 * LEFT_MS;

/** A file on its way, the claim of a lock, and the note of a use, each with its key. */
const TEMPORARY = /^\.[0-9a-f]{64}\.\S+\.tmp$/;
const CLAIM = /^[0-9a-f]{64}\.lock\.\S+$/;
const NOTE = /^([0-9a-f]{64})\.used$/;
const LOCK = /^[0-9a-f]{64}\.lock$/;

/** Removes what processes that died have left in folders of the cache. */
export async function removeLeftovers(folders: readonly string[]): Promise<void> {
  for (const folder of folders) {
    const files = await readdir(folder).catch(() => []);
    const there = new Set(files);
    for (const file of files) {
      const path = join(folder, file);
      const note = NOTE.exec(file)?.[1];
      const isOrphan = note !== undefined && !there.has(`${note}.plan`) && !there.has(`${note}.onnx`);
      if (isTemporaryFolder(file)) await removeLeftFolder(path);
      else if (LOCK.test(file)) await removeLeftLock(path);
      else if ((TEMPORARY.test(file) || CLAIM.test(file) || isOrphan) && (await isOld(path))) await removeFiles([path]);
    }
  }
}

/** Removes what builds that died have left beside their outputs. */
export async function removeLeftBuilds(folder: string): Promise<void> {
  for (const file of await readdir(folder).catch(() => [])) {
    if (isTemporaryFolder(file)) await removeLeftFolder(join(folder, file));
  }
}

/** Of a build: nothing in it was changed for a day, which no build takes. */
async function removeLeftFolder(path: string): Promise<void> {
  const files = await readdir(path).catch(() => []);
  const times = await Promise.all([path, ...files.map((file) => join(path, file))].map(modifiedMs));
  if (Date.now() - Math.max(...times) > LEFT_FOLDER_MS)
    await rm(path, { recursive: true, force: true }).catch(() => undefined);
}

async function modifiedMs(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.mtimeMs ?? 0;
}

async function removeLeftLock(path: string): Promise<void> {
  const state = await readLock(path).catch(() => undefined);
  if (state === undefined || !(await isLeft(state, Date.now() - state.renewedMs, LEFT_MS))) return;
  await removeLock(path, state.token).catch(() => undefined);
}

async function isOld(path: string): Promise<boolean> {
  const stats = await stat(path).catch(() => undefined);
  return stats !== undefined && Date.now() - stats.mtimeMs > LEFT_MS;
}
