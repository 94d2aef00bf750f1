import { argumentError } from '../../errors.js';
import { objectOption, stringOption } from '../../options.js';
import { isBytes } from '../../tensor/data-types.js';

/** A file of external data that is given along with a model, under the location that the model writes. */
export interface ExternalDataFile {
  path: string;
  data: Uint8Array;
}

/** Checks `options.externalData`. Throws INVALID_ARGUMENT. */
export function externalDataOption(files: unknown): readonly ExternalDataFile[] {
  if (!Array.isArray(files)) throw argumentError('options.externalData', 'an array of { path, data }', files);
  files.forEach((file, i) => {
    const entry = objectOption<{ path?: unknown; data?: unknown }>(`options.externalData[${i}]`, file);
    stringOption(`options.externalData[${i}].path`, entry.path);
    if (!isBytes(entry.data)) {
      throw argumentError(`options.externalData[${i}].data`, 'a Uint8Array', entry.data);
    }
  });
  return files;
}
