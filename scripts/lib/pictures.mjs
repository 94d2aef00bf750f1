import path from 'node:path';
import { pins } from './pins.mjs';
import { ensureWheelFiles, wheelFilesDir } from './wheel-file.mjs';

/** A scanned page and photographs (page.png, astronaut.png …), once ensurePictures() has run. */
export const picturesDir = wheelFilesDir('pictures', pins.pictures);

/** The scanned page, which the OCR example reads by default. */
export const picturePath = path.join(picturesDir, 'page.png');

/**
 * Fetches the pictures unless the cache has them unharmed.
 * @param {string} python
 */
export function ensurePictures(python) {
  return ensureWheelFiles(python, 'pictures', pins.pictures);
}
