import { pins } from './pins.mjs';
import { venvProgram } from './platform.mjs';
import { ensurePythonEnvironment } from './python-environment.mjs';

/**
 * The Python that has numpy and ml_dtypes, made once in the cache. Needs Python 3.11 or newer.
 * @param {string} python
 * @returns {Promise<{ python: string, fresh: boolean, note: string }>}
 */
export async function ensureNumpy(python) {
  const { venv, fresh, note } = await ensurePythonEnvironment(python, 'numpy', pins.numpy, { programs: [] });
  return { python: venvProgram(venv, 'python'), fresh, note };
}
