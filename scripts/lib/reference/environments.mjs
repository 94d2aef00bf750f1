import { SetupError } from '../errors.mjs';
import { pins } from '../pins.mjs';
import { venvProgram } from '../platform.mjs';
import { ensurePythonEnvironment } from '../python-environment.mjs';
import { run } from '../run.mjs';

/** @typedef {{ python: string, fresh: boolean, note: string }} PythonEnvironment `python` is the interpreter that has the packages */

/**
 * The Python that has onnx, onnxruntime and numpy: what the tests of the ONNX tools are compared with. Made once in the
 * cache, in some 20 s. Needs Python 3.11 or newer.
 * @param {string} python
 * @returns {Promise<PythonEnvironment>}
 */
export function ensureOnnxReference(python) {
  return environment(python, 'onnx-reference', pins.onnxReference);
}

/**
 * The same with PyTorch and NVIDIA's AutoCast. Large and slow to make (minutes), so no test uses it.
 * @param {string} python
 * @returns {Promise<PythonEnvironment>}
 */
export function ensureTorchReference(python) {
  return environment(python, 'torch-reference', { ...pins.onnxReference, ...pins.torchReference });
}

const VERSION = 'import sys; print(sys.version_info >= (3, 11), sys.version.split()[0])';

/** @param {string} python @param {string} name @param {Record<string, string>} packages */
async function environment(python, name, packages) {
  const [isNewEnough, found] = (await run(python, ['-c', VERSION])).stdout.trim().split(' ');
  if (isNewEnough !== 'True') {
    throw new SetupError(
      `onnxruntime ${packages.onnxruntime} for Python needs Python 3.11 or newer; ${python} is ${found ?? 'no Python'}`,
    );
  }
  const { venv, fresh, note } = await ensurePythonEnvironment(python, name, packages, { programs: [] });
  return { python: venvProgram(venv, 'python'), fresh, note };
}
