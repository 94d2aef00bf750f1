import { rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Where the plan of a key is. */
export function planPath(folder: string, hash: string): string {
  return join(folder, `${hash}.plan`);
}

/** The file whose time says when an entry of the cache was used last. */
export function usedPath(folder: string, hash: string): string {
  return join(folder, `${hash}.used`);
}

/** Notes that an entry is used now; in a cache that cannot be written nothing is noted. */
export async function noteUse(folder: string, hash: string): Promise<void> {
  const path = usedPath(folder, hash);
  const now = new Date();
  await utimes(path, now, now).catch(() => writeFile(path, '').catch(() => undefined));
}

/** When an entry was used last: by its note, or else when it was written. */
export async function lastUse(folder: string, hash: string, writtenMs: number): Promise<number> {
  const note = await stat(usedPath(folder, hash)).catch(() => undefined);
  return Math.max(writtenMs, note?.mtimeMs ?? 0);
}

/** Removes files of an entry, in this order. What the system does not let go stays; returns whether all went. */
export async function removeFiles(paths: readonly string[]): Promise<boolean> {
  try {
    for (const path of paths) await rm(path, { force: true });
    return true;
  } catch {
    return false;
  }
}
