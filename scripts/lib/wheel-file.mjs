import { existsSync } from 'node:fs';
import path from 'node:path';
import { ensureCachedFolder } from './cached-folder.mjs';
import { SetupError } from './errors.mjs';
import { cacheDir } from './paths.mjs';
import { sha256 } from './stamp.mjs';
import { extractFromWheel } from './wheel.mjs';

/** @typedef {{ package: string, version: string, wheelTags: string[], member: string, sha256: string }} FilePin */

/**
 * Where a file of a Python package lies in the cache, once ensureWheelFile() has run.
 * @param {string} name of its folder
 * @param {FilePin} pin
 */
export function wheelFilePath(name, pin) {
  return path.join(cacheDir, `${name}-${pin.sha256.slice(0, 12)}`, path.posix.basename(pin.member));
}

/**
 * Fetches the file unless the cache has it unharmed.
 * @param {string} python
 * @param {string} name of its folder
 * @param {FilePin} pin
 */
export async function ensureWheelFile(python, name, pin) {
  const target = wheelFilePath(name, pin);
  const fresh = await ensureCachedFolder(path.dirname(target), {
    isValid: () => existsSync(target) && sha256(target) === pin.sha256,
    fill: async (temporary) => {
      const filled = path.join(temporary, name);
      const file = path.join(filled, path.basename(target));
      await extractFromWheel(python, pin, temporary, filled);
      if (sha256(file) !== pin.sha256)
        throw new SetupError(`${pin.member} has hash ${sha256(file)}, expected ${pin.sha256}`);
      return filled;
    },
  });
  return { fresh, note: fresh ? 'in the cache' : 'fetched' };
}
