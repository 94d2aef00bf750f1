import path from 'node:path';
import { ensureCachedFolder } from './cached-folder.mjs';
import { SetupError } from './errors.mjs';
import { cacheDir } from './paths.mjs';
import { pins } from './pins.mjs';
import { hashTree } from './stamp.mjs';
import { extractFromWheel } from './wheel.mjs';

const pin = pins.onnxCases;

/** ONNX's own operator cases once ensureOnnxCases() has run: folders with model.onnx and test_data_set_0/*.pb. */
export const onnxCasesDir = path.join(cacheDir, `onnx-cases-${pin.treeSha256.slice(0, 12)}`);

/**
 * Fetches the cases unless the cache has them unharmed.
 * @param {string} python
 */
export async function ensureOnnxCases(python) {
  const fresh = await ensureCachedFolder(onnxCasesDir, {
    isValid: () => hashTree(onnxCasesDir) === pin.treeSha256,
    fill: async (temporary) => {
      const filled = path.join(temporary, 'cases');
      await extractFromWheel(python, pin, temporary, filled);
      const actual = hashTree(filled);
      if (actual !== pin.treeSha256) {
        throw new SetupError(`ONNX's operator cases have hash ${actual}, expected ${pin.treeSha256}`);
      }
      return filled;
    },
  });
  return { fresh, note: `ONNX ${pin.version} ${fresh ? 'in the cache' : 'fetched'}` };
}
