import path from 'node:path';
import { cacheDir, root } from './paths.mjs';
import { isOnPath, isWindows } from './platform.mjs';

/** ccache, where it is installed; null otherwise, and then nothing is remembered between builds. */
export const compilerCache = !isWindows && isOnPath('ccache') ? 'ccache' : null;

/**
 * The environment for a build whose compiler is called by ccache: results are kept beside the other parts in the cache, for
 * every checkout alike, wherever it is. What the caller has set himself stays.
 * @returns {NodeJS.ProcessEnv}
 */
export function compilerCacheEnv() {
  if (!compilerCache) return process.env;
  return {
    CCACHE_DIR: path.join(cacheDir, 'ccache'),
    CCACHE_MAXSIZE: '3G',
    // Paths below the checkout count as relative ones, and the build's folder, which is in the debug information, not at all.
    CCACHE_BASEDIR: root,
    CCACHE_NOHASHDIR: '1',
    // Without these ccache passes by what uses a precompiled header.
    CCACHE_SLOPPINESS: 'pch_defines,time_macros',
    ...process.env,
  };
}

/** The compiler's command for builds that know no launcher. @param {string} compiler as in Tools */
export function cachedCompiler(compiler) {
  return compilerCache && !/(^|\/)ccache /.test(compiler) ? `${compilerCache} ${compiler}` : compiler;
}
