import { pins } from './pins.mjs';
import { venvProgram } from './platform.mjs';
import { ensurePythonEnvironment } from './python-environment.mjs';

/**
 * The Python that has onnx, onnxruntime and numpy: what the tests of the ONNX tools are compared with. Made once in the
 * cache. Needs Python 3.11 or newer.
 * @param {string} python
 * @returns {Promise<{ python: string, fresh: boolean, note: string }>}
 */
export async function ensureOnnxReference(python) {
  const { venv, fresh, note } = await ensurePythonEnvironment(python, 'onnx-reference', pins.onnxReference, {
    programs: [],
  });
  return { python: venvProgram(venv, 'python'), fresh, note };
}
