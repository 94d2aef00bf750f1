import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ensureCachedFolder } from './cached-folder.mjs';
import { SetupError } from './errors.mjs';
import { packTarball } from './npm.mjs';
import { cacheDir } from './paths.mjs';
import { pins } from './pins.mjs';
import { hashTree } from './stamp.mjs';
import { readTarball } from './tar.mjs';

const pin = pins.onnxruntimeHeaders;

/** Where the C headers of ONNX Runtime are once ensureHeaders() has run. */
export const headersDir = path.join(cacheDir, `onnxruntime-headers-${pin.version}`);

/**
 * Fetches the headers unless the cache has them unharmed.
 * @param {object} [how] replaced in tests
 * @param {string} [how.dir]
 * @param {string} [how.treeSha256]
 * @param {(temporary: string) => Promise<string>} [how.fetchTarball]
 */
export async function ensureHeaders({
  dir = headersDir,
  treeSha256 = pin.treeSha256,
  fetchTarball = fetchPinned,
} = {}) {
  const fresh = await ensureCachedFolder(dir, {
    isValid: () => hashTree(dir) === treeSha256,
    fill: async (temporary) => {
      const filled = path.join(temporary, 'headers');
      await extractHeaders(await fetchTarball(temporary), filled);
      const actual = hashTree(filled);
      if (actual !== treeSha256) {
        throw new SetupError(`The ONNX Runtime headers have hash ${actual}, expected ${treeSha256}`);
      }
      return filled;
    },
  });
  return { fresh, note: `ONNX Runtime headers ${fresh ? 'in the cache' : 'fetched'}` };
}

/** @param {string} temporary */
function fetchPinned(temporary) {
  return packTarball(`${pin.package}@${pin.version}`, path.join(temporary, 'pack'), { integrity: pin.integrity });
}

/** @param {string} tarball @param {string} dir */
async function extractHeaders(tarball, dir) {
  mkdirSync(dir, { recursive: true });
  for await (const { name, content } of readTarball(tarball, (file) => file.startsWith(pin.folder))) {
    writeFileSync(path.join(dir, path.posix.basename(name)), content);
  }
}
