import { stat } from 'node:fs/promises';
import { NodeTensorRTError } from '../errors.js';
import { hashOfKey } from '../plan/key.js';
import { verifyPlan } from '../plan/verify.js';
import { type CacheEntry, listEntries, readModelReport } from './entries.js';
import type { CacheFolders } from './folders.js';
import { hashOfFile } from './model-hash.js';

/** All entries, each read as a whole: whether it is this user's, whole and under its own key. */
export async function verifyEntries(folders: Partial<CacheFolders>, signal?: AbortSignal): Promise<CacheEntry[]> {
  const checked: CacheEntry[] = [];
  for (const entry of await listEntries(folders)) {
    signal?.throwIfAborted();
    const found = entry.problem === undefined ? await problemOf(entry, signal) : { problem: entry.problem };
    // One that was removed meanwhile is none.
    if (found !== undefined && !(await isThere(entry.path))) continue;
    checked.push(found === undefined ? entry : { ...entry, ok: false, ...found });
  }
  return checked;
}

type Problem = Pick<CacheEntry, 'problem' | 'reason'>;

async function problemOf({ kind, key, path }: CacheEntry, signal?: AbortSignal): Promise<Problem | undefined> {
  try {
    if (kind === 'model') {
      const { sha256 } = await readModelReport(path);
      return (await hashOfFile(path)) === sha256
        ? undefined
        : { problem: `${path} is damaged: it is not the model that was written` };
    }
    const { header } = await verifyPlan(path, { ...(signal && { signal }) });
    const isOwn = header.key !== undefined && hashOfKey(header.key) === key;
    return isOwn ? undefined : { problem: `${path} is damaged: it is the plan of another key` };
  } catch (error) {
    signal?.throwIfAborted();
    return problemIn(error);
  }
}

function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** Throws what is wrong with the machine, or with this user's key: nothing that an entry could be removed for. */
function problemIn(error: unknown): Problem {
  const { message, code } = error as NodeJS.ErrnoException;
  if (error instanceof NodeTensorRTError) {
    const reason = String(error.details['reason']);
    if (error.code === 'ENGINE_INCOMPATIBLE') return { problem: message, reason };
    if (error.code === 'MODEL_INVALID' && reason === 'not-found') return { problem: message };
    throw error;
  }
  if (code !== undefined && code !== 'ENOENT') throw error;
  return { problem: message };
}
