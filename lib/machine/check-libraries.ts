import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { argumentError } from '../errors.js';

/**
 * Compares each library of an option with the hash that was given for it. Whoever can write to the file can still change it between
 * this and its opening, as with any library of the process. Throws INVALID_ARGUMENT.
 */
export async function checkLibraries(
  name: string,
  libraries: readonly { path: string; sha256: string }[],
  signal?: AbortSignal,
): Promise<void> {
  for (const [i, { path, sha256 }] of libraries.entries()) {
    const option = `${name}[${i}]`;
    const hash = createHash('sha256');
    try {
      await pipeline(createReadStream(path), hash, { signal });
    } catch (error) {
      signal?.throwIfAborted();
      const system = error instanceof Error ? error.message : String(error);
      throw argumentError(`${option}.path`, 'a file that can be read', path, 'INVALID_ARGUMENT', { system });
    }
    const found = hash.digest('hex');
    if (found !== sha256) {
      throw argumentError(`${option}.sha256`, `${found}, the hash of ${path}`, sha256, 'INVALID_ARGUMENT', { path });
    }
  }
}
