import { stat } from 'node:fs/promises';
import { argumentError } from '../errors.js';
import { booleanOption, knownKeys, objectOption, pathOption, signalOption } from '../options.js';
import { type CacheEntry, listEntries } from './entries.js';
import { type CacheFolders, cacheFolders } from './folders.js';
import { type CachePruneReport, type PruneRules, prune, removeEntry } from './prune.js';
import { sizeLimit } from './size-limit.js';
import { verifyEntries } from './verify-entries.js';

/** Which cache. */
export interface CacheOptions {
  /** What `cacheDir` was when it was filled. @default NODE_TENSORRT_CACHE_DIR, or the cache folder of this user */
  dir?: string | URL;
}

/** Options of `cache.prune`. */
export interface CachePruneOptions extends CacheOptions {
  /**
   * What all entries may take together, in bytes; those not used for longest go first. 0 to 2^53 − 1.
   * @default NODE_TENSORRT_CACHE_BYTES, or 10 GiB; without limit where `olderThanMs` is given
   */
  maxBytes?: number;
  /** Removes entries that were not used for longer, in milliseconds. 0 or more. @default none for that */
  olderThanMs?: number;
  /** Removes everything. @default false */
  all?: boolean;
}

/** Options of `cache.verify`. */
export interface CacheVerifyOptions extends CacheOptions {
  /** Removes what is not as it must be. @default false */
  remove?: boolean;
  /** Gives up: rejects with `signal.reason`. */
  signal?: AbortSignal;
}

/** What is kept between processes: built plans, and models that were made of others. */
export const cache = Object.freeze({
  /**
   * All entries, those used last first. Reads what they say of themselves, not their content.
   * @throws NodeTensorRTError INVALID_ARGUMENT
   */
  async list(options: CacheOptions = {}): Promise<CacheEntry[]> {
    return listEntries(await foldersOption(options, []));
  },

  /**
   * Removes entries, but none that somebody works on. What an engine has loaded stays usable for it.
   * @throws NodeTensorRTError INVALID_ARGUMENT, OUT_OF_RANGE
   */
  async prune(options: CachePruneOptions = {}): Promise<CachePruneReport> {
    const folders = await foldersOption(options, ['maxBytes', 'olderThanMs', 'all']);
    return prune(folders, pruneRules(options));
  },

  /**
   * Reads every entry as a whole: whether it is whole, of this user, and under its own key. `ok` and `problem` of each say
   * what was found; with `remove` those with a problem are removed, unless somebody works on them, or they are only of
   * another user.
   * @throws NodeTensorRTError INVALID_ARGUMENT; `signal.reason`
   */
  async verify(options: CacheVerifyOptions = {}): Promise<CacheEntry[]> {
    const folders = await foldersOption(options, ['remove', 'signal']);
    const { remove = false, signal } = options;
    const isRemoving = booleanOption('options.remove', remove);
    if (signal !== undefined) signalOption('options.signal', signal).throwIfAborted();
    const entries = await verifyEntries(folders, signal);
    for (const entry of isRemoving ? entries : []) {
      // One of another user, or from before the key was lost, is whole.
      if (!entry.ok && entry.reason !== 'untrusted') await removeEntry(entry);
    }
    return entries;
  },
});

async function foldersOption(options: CacheOptions, others: readonly string[]): Promise<CacheFolders> {
  const { dir } = objectOption<CacheOptions>('options', options);
  knownKeys('options', options, ['dir', ...others]);
  if (dir === undefined) return cacheFolders();
  const path = pathOption('options.dir', dir);
  const isFolder = await stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
  if (!isFolder) throw argumentError('options.dir', 'a folder that is there', path);
  return cacheFolders(path);
}

function pruneRules({ maxBytes, olderThanMs, all = false }: CachePruneOptions): PruneRules {
  if (olderThanMs !== undefined && (typeof olderThanMs !== 'number' || !(olderThanMs >= 0))) {
    throw argumentError('options.olderThanMs', 'a number of milliseconds, 0 or more', olderThanMs);
  }
  if (all === true && (maxBytes !== undefined || olderThanMs !== undefined)) {
    throw argumentError('options.all', 'no maxBytes and no olderThanMs beside it, since everything goes', all);
  }
  const hasLimit = maxBytes !== undefined || olderThanMs === undefined;
  return {
    all: booleanOption('options.all', all),
    ...(olderThanMs !== undefined && { olderThanMs }),
    ...(hasLimit && { maxBytes: sizeLimit('options.maxBytes', maxBytes) }),
  };
}
