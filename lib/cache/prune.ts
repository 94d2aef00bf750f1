import { dirname } from 'node:path';
import { type CacheEntry, filesOf, listEntries } from './entries.js';
import type { CacheFolders } from './folders.js';
import { removeLeftovers } from './leftovers.js';
import { removeFiles } from './plan-entry.js';
import { isLocked } from './plan-lock.js';
import { pruneRuntimeCaches } from './runtime-caches.js';

/** What is to go. */
export interface PruneRules {
  /** What all entries may take together; those not used for longest go first. @default no limit */
  maxBytes?: number;
  /** Entries that were not used for longer, in milliseconds. @default none for that */
  olderThanMs?: number;
  /** Everything. @default false */
  all?: boolean;
  /** The key of an entry that stays. @default none */
  keep?: string;
}

/** What went, and what is there still. */
export interface CachePruneReport {
  removed: CacheEntry[];
  removedBytes: number;
  /** Number of entries that stay. */
  kept: number;
  keptBytes: number;
}

/** What TensorRT-RTX compiled and has not added to for so long. */
const UNUSED_MS = 90 * 24 * 60 * 60 * 1000;

/** Removes entries by these rules, but none that somebody works on, and what processes that died have left. */
export async function prune(folders: Partial<CacheFolders>, rules: PruneRules): Promise<CachePruneReport> {
  const { maxBytes = Number.POSITIVE_INFINITY, olderThanMs = Number.POSITIVE_INFINITY, all = false, keep } = rules;
  const entries = await listEntries(folders);
  let bytes = entries.reduce((sum, entry) => sum + entry.bytes, 0);
  const removed: CacheEntry[] = [];
  for (const entry of entries.reverse()) {
    const isOld = Date.now() - Date.parse(entry.usedAt) > olderThanMs;
    if (!(all || isOld || bytes > maxBytes) || entry.key === keep) continue;
    if (!(await removeEntry(entry))) continue;
    bytes -= entry.bytes;
    removed.push(entry);
  }
  await removeLeftovers(Object.values(folders));
  if (folders.plans !== undefined) await pruneRuntimeCaches(folders.plans, all ? 0 : Math.min(olderThanMs, UNUSED_MS));
  const removedBytes = removed.reduce((sum, entry) => sum + entry.bytes, 0);
  return { removed, removedBytes, kept: entries.length - removed.length, keptBytes: bytes };
}

/** Returns false for one that somebody works on, or that the system does not let go. */
export async function removeEntry(entry: CacheEntry): Promise<boolean> {
  const folder = dirname(entry.path);
  // A lock that cannot be read is somebody's.
  if (entry.kind === 'plan' && (await isLocked(folder, entry.key).catch(() => true))) return false;
  return removeFiles(filesOf(folder, entry));
}
