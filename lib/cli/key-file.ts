import { readFile, stat } from 'node:fs/promises';
import { NodeTensorRTError } from '../index.js';
import { WrongUse } from './failure.js';

/** More than any key in PEM or DER has. */
const MAX_KEY_BYTES = 64 * 1024;

const MAKE_ONE = 'openssl genpkey -algorithm ed25519 -out FILE makes one';

/** The bytes of a file that should be a private key, whose content is told to nobody. */
export async function readKeyFile(option: string, path: string): Promise<Buffer> {
  try {
    const stats = await stat(path);
    if (!stats.isFile()) throw new Error('it is no regular file');
    if (stats.size > MAX_KEY_BYTES) throw new Error(`it has ${stats.size} bytes, more than a key has`);
    return await readFile(path);
  } catch (error) {
    const { message } = error as Error;
    throw new WrongUse(`${option}: the key '${path}' cannot be read: ${message}; ${MAKE_ONE}`);
  }
}

/** The error of the library for a key, with the option and the file that it came from. */
export function ofKeyFile(error: unknown, name: string, option: string, path: string): unknown {
  if (!(error instanceof NodeTensorRTError) || error.details['option'] !== name) return error;
  const text = `${option}: ${error.message.slice(name.length + 2)} in '${path}'; ${MAKE_ONE}`;
  return new NodeTensorRTError(error.code, text, { ...error.details, option, path }, { cause: error });
}
