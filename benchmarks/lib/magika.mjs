// @ts-check
import { pins } from '../../scripts/lib/pins.mjs';
import { ensureWheelFile, wheelFilePath } from '../../scripts/lib/wheel-file.mjs';

/** Google's model that tells the type of a file, once ensureMagika() has run. */
export const magikaPath = wheelFilePath('magika', pins.magika);

/**
 * Fetches the model unless the cache has it unharmed.
 *
 * @param {string} python
 */
export function ensureMagika(python) {
  return ensureWheelFile(python, 'magika', pins.magika);
}
