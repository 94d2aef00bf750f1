import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { asUnwritable } from '../onnx/file/replace-file.js';

/** Also of folders beside a user's files, where nobody else's may be removed. */
const PREFIX = '.node-tensorrt-build-';

/** Whether a name is that of a folder made here. */
export function isTemporaryFolder(name: string): boolean {
  return name.startsWith(PREFIX);
}

/**
 * A new folder in another, on the disk where what is made will stay. Whoever makes it removes it. Throws INVALID_ARGUMENT
 * with `details.reason` 'unwritable'.
 */
export async function temporaryFolder(parent: string): Promise<string> {
  try {
    return await mkdtemp(join(parent, PREFIX));
  } catch (error) {
    throw asUnwritable(parent, error);
  }
}
