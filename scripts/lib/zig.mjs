import path from 'node:path';
import { cacheDir } from './paths.mjs';
import { pins } from './pins.mjs';
import { venvProgram } from './platform.mjs';
import { ensurePythonEnvironment } from './python-environment.mjs';
import { runOrFail } from './run.mjs';

/** @typedef {{ dir: string, program: string, env: NodeJS.ProcessEnv }} Zig its folder, its program, and the environment to run it in */

/**
 * Installs the pinned Zig, a C++ compiler that carries the C libraries of other systems, into the cache, once.
 * @param {string} python
 * @returns {Promise<Zig & { fresh: boolean, note: string }>}
 */
export async function ensureZig(python) {
  const { venv, fresh, note } = await ensurePythonEnvironment(python, 'zig', pins.zig, {
    programs: ['python-zig'],
    check: false, // it knows no --version
  });
  const ask = ['-c', 'import os, ziglang; print(os.path.dirname(ziglang.__file__))'];
  const { stdout } = await runOrFail('Looking for Zig', venvProgram(venv, 'python'), ask);
  const dir = stdout.trim();
  const cache = path.join(cacheDir, 'zig-cache');
  const env = { ...process.env, ZIG_GLOBAL_CACHE_DIR: cache, ZIG_LOCAL_CACHE_DIR: cache };
  return { dir, program: path.join(dir, 'zig'), env, fresh, note };
}
