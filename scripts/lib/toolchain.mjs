import { pins } from './pins.mjs';
import { venvProgram } from './platform.mjs';
import { ensurePythonEnvironment } from './python-environment.mjs';

/** @typedef {{ cmake: string, ctest: string, ninja: string, clangFormat: string, clangTidy: string, gcovr: string }} Toolchain paths of programs */

/**
 * Installs the pinned C++ tools into a Python environment in the cache, once.
 * @param {string} python
 * @returns {Promise<Toolchain & { fresh: boolean, note: string }>}
 */
export async function ensureToolchain(python) {
  const programs = ['cmake', 'ctest', 'ninja', 'clang-format', 'clang-tidy', 'gcovr'];
  const { venv, fresh, note } = await ensurePythonEnvironment(python, 'toolchain', pins.toolchain, { programs });
  const [cmake, ctest, ninja, clangFormat, clangTidy, gcovr] = programs.map((name) => venvProgram(venv, name));
  return { cmake, ctest, ninja, clangFormat, clangTidy, gcovr, fresh, note };
}
