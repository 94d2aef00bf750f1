import { stat } from 'node:fs/promises';
import { hashOfKey } from '../plan/key.js';
import { verifyPlan } from '../plan/verify.js';
import { hashOfFile } from './derived-models.js';
import { type CacheEntry, listEntries, readModelReport } from './entries.js';
import type { CacheFolders } from './folders.js';

/** All entries, each read as a whole: whether it is this user's, whole and under its own key. */
export async function verifyEntries(folders: Partial<CacheFolders>, signal?: AbortSignal): Promise<CacheEntry[]> {
  const checked: CacheEntry[] = [];
  for (const entry of await listEntries(folders)) {
    signal?.throwIfAborted();
    const problem = entry.problem ?? (await problemOf(entry, signal));
    // One that was removed meanwhile is none.
    if (problem !== undefined && !(await isThere(entry.path))) continue;
    checked.push(problem === undefined ? entry : { ...entry, ok: false, problem });
  }
  return checked;
}

async function problemOf({ kind, key, path }: CacheEntry, signal?: AbortSignal): Promise<string | undefined> {
  try {
    if (kind === 'model') {
      const { sha256 } = await readModelReport(path);
      return (await hashOfFile(path)) === sha256
        ? undefined
        : `${path} is damaged: it is not the model that was written`;
    }
    const { header } = await verifyPlan(path, { ...(signal && { signal }) });
    const isOwn = header.key !== undefined && hashOfKey(header.key) === key;
    return isOwn ? undefined : `${path} is damaged: it is the plan of another key`;
  } catch (error) {
    signal?.throwIfAborted();
    return error instanceof Error ? error.message : String(error);
  }
}

function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
