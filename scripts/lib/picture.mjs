import { pins } from './pins.mjs';
import { ensureWheelFile, wheelFilePath } from './wheel-file.mjs';

/** The scanned page that the OCR example reads by default, once ensurePicture() has run. */
export const picturePath = wheelFilePath('picture', pins.picture);

/**
 * Fetches the picture unless the cache has it unharmed.
 * @param {string} python
 */
export function ensurePicture(python) {
  return ensureWheelFile(python, 'picture', pins.picture);
}
