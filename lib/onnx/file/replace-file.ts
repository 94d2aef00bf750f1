import { randomBytes } from 'node:crypto';
import { rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { NodeTensorRTError } from '../../errors.js';

/**
 * Lets `write` make a file beside `path`, and then puts it in its place: nobody sees half of it, and what was there stays
 * if it fails, with INVALID_ARGUMENT and `details.reason` 'unwritable' where the system does not let it. The name of the file beside begins with a dot, so readers of the folder leave it out.
 */
export async function replaceFile(path: string, write: (beside: string) => Promise<void>): Promise<void> {
  const beside = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    await write(beside);
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true }).catch(() => undefined);
    throw asUnwritable(path, error);
  }
}

/** INVALID_ARGUMENT with `details.reason` 'unwritable' of what the system refused; any other error as it is. */
export function asUnwritable(path: string, error: unknown): unknown {
  const { code, syscall, message } = error as NodeJS.ErrnoException;
  // Of the system; what else `write` throws stays what it is.
  if (error instanceof NodeTensorRTError || code === undefined || syscall === undefined) return error;
  const text = `${path} cannot be written: ${message}`;
  return new NodeTensorRTError(
    'INVALID_ARGUMENT',
    text,
    { reason: 'unwritable', path, system: code },
    { cause: error },
  );
}
