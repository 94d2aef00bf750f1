import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

/** Where the cache keeps what. */
export interface CacheFolders {
  /** Models that were made of others. */
  models: string;
  /** Built plans. */
  plans: string;
}

/** The folders of a cache that was asked for, or of this user's: NODE_TENSORRT_CACHE_DIR, or as the system wants it. */
export function cacheFolders(cacheDir?: string, env: NodeJS.ProcessEnv = process.env): CacheFolders {
  const given = cacheDir ?? env['NODE_TENSORRT_CACHE_DIR'];
  const models = given ? resolve(given) : defaultCacheFolder(env);
  return { models, plans: join(given ? models : dirname(models), 'plans') };
}

/** The folder for what is made of models, of this user: as the system wants it. */
export function defaultCacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  if (env['NODE_TENSORRT_CACHE_DIR']) return resolve(env['NODE_TENSORRT_CACHE_DIR']);
  if (process.platform === 'win32') {
    return join(env['LOCALAPPDATA'] ?? join(homedir(), 'AppData', 'Local'), 'node-tensorrt', 'models');
  }
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'node-tensorrt', 'models');
  return join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'node-tensorrt', 'models');
}
