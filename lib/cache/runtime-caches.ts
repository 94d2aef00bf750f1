import { lstat, mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { PlanHeader } from '../plan/header.js';
import { cacheFolders } from './folders.js';

/**
 * Where TensorRT-RTX keeps what it has compiled of a plan for a GPU: `runtime` in the folder of plans. What is in there runs on
 * the GPU, so the folder is this user's alone, and is not used where it is open to others. '' where there is none.
 * @param device index or UUID; '': the first
 */
export async function runtimeCacheFile(
  { backend, payload }: Pick<PlanHeader, 'backend' | 'payload'>,
  cacheDir: string | false | undefined,
  device: string,
): Promise<string> {
  if (backend !== 'tensorrt-rtx' || cacheDir === false) return '';
  const folder = runtimeFolder(cacheFolders(cacheDir).plans);
  if (!(await isPrivate(folder))) return '';
  return join(folder, `${payload.sha256}-${(device || '0').replace(/[^\w-]/g, '_')}.cache`);
}

/** Removes those that nobody has written for so long, in milliseconds. 0: all. */
export async function pruneRuntimeCaches(plans: string, olderThanMs: number): Promise<void> {
  const folder = runtimeFolder(plans);
  for (const file of await readdir(folder).catch(() => [])) {
    const path = join(folder, file);
    const written = await stat(path).catch(() => undefined);
    if (written && Date.now() - written.mtimeMs >= olderThanMs) await rm(path, { force: true }).catch(() => undefined);
  }
}

function runtimeFolder(plans: string): string {
  return join(plans, 'runtime');
}

const OTHERS = 0o077;

/** Makes it where it is not there. */
async function isPrivate(folder: string): Promise<boolean> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const stats = await lstat(folder);
    if (!stats.isDirectory()) return false;
    // Windows has no such bits; there the user's folder is closed to others.
    const uid = process.getuid?.();
    return uid === undefined || (stats.uid === uid && (stats.mode & OTHERS) === 0);
  } catch {
    // It is only a cache.
    return false;
  }
}
