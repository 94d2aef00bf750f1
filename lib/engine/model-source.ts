import { fileURLToPath } from 'node:url';
import { argumentError } from '../errors.js';
import { isBytes } from '../tensor/data-types.js';

/** The path of a file or model folder, or the bytes. The load thread looks at the disk, this one does not. */
export function modelSource(model: unknown, option = 'model'): string | Uint8Array {
  if (isBytes(model)) return model;
  const isUrl = model instanceof URL || (typeof model === 'string' && model.startsWith('file://'));
  const path = isUrl ? fromUrl(model, option) : model;
  if (typeof path !== 'string' || path === '') {
    throw argumentError(option, 'a path, a file: URL or a Uint8Array', model);
  }
  if (path.includes('\0')) throw argumentError(option, 'a path without NUL characters', model);
  return path;
}

function fromUrl(url: URL | string, option: string): string {
  try {
    return fileURLToPath(url);
  } catch (cause) {
    throw argumentError(option, 'a file: URL of a local path', String(url), 'INVALID_ARGUMENT', {
      cause: String(cause),
    });
  }
}
