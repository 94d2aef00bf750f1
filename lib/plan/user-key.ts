import { createHash, randomBytes } from 'node:crypto';
import { type FileHandle, link, open, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { NodeTensorRTError } from '../errors.js';
import { makeFolder } from '../onnx/file/make-folder.js';

const KEY_BYTES = 32;
/** What others than the owner may do with a file. */
const OTHERS = 0o077;

/** Where the key is that signs and recognises the plans of this user: NODE_TENSORRT_KEY_FILE, or as the system wants it. */
export function userKeyPath(env: NodeJS.ProcessEnv = process.env): string {
  if (env['NODE_TENSORRT_KEY_FILE']) return resolve(env['NODE_TENSORRT_KEY_FILE']);
  return join(configFolder(env), 'node-tensorrt', 'plan.key');
}

function configFolder(env: NodeJS.ProcessEnv): string {
  if (process.platform === 'win32') return env['APPDATA'] || join(homedir(), 'AppData', 'Roaming');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support');
  return env['XDG_CONFIG_HOME'] || join(homedir(), '.config');
}

/** The key of this user, made where there is none. Throws INVALID_ARGUMENT for a file that is no safe key. */
export async function userKey(path = userKeyPath()): Promise<Buffer> {
  return (await readUserKey(path)) ?? (await makeUserKey(path));
}

/** undefined: there is none. Throws INVALID_ARGUMENT for a file that is no safe key. */
export async function readUserKey(path = userKeyPath()): Promise<Buffer | undefined> {
  let file: FileHandle;
  try {
    file = await open(path, 'r');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    throw refusal(path, `cannot be read: ${message}`);
  }
  try {
    return await checkedKey(file, path);
  } finally {
    await file.close();
  }
}

/** How signatures name a key. */
export function keyIdOf(key: Uint8Array): string {
  return createHash('sha256').update(key).digest('hex').slice(0, 16);
}

async function checkedKey(file: FileHandle, path: string): Promise<Buffer> {
  const stats = await file.stat();
  if (!stats.isFile()) throw refusal(path, 'is not a regular file');
  // Windows has no such bits; there the user's folder is closed to others.
  if (process.platform !== 'win32' && (stats.mode & OTHERS) !== 0) {
    const mode = (stats.mode & 0o777).toString(8).padStart(3, '0');
    throw refusal(
      path,
      `is open to other users (mode ${mode}), who could sign plans as you. Close it: chmod 600 '${path}'`,
    );
  }
  const uid = process.getuid?.();
  if (uid !== undefined && stats.uid !== uid) {
    throw refusal(
      path,
      `belongs to user ${stats.uid}, who could sign plans as you (user ${uid}). Name a file of your own in NODE_TENSORRT_KEY_FILE`,
    );
  }
  if (stats.size !== KEY_BYTES) {
    const text = `has ${stats.size} bytes, and a key has ${KEY_BYTES}. Remove it, and a new one is made; plans of the old one are then built again`;
    throw refusal(path, text);
  }
  const key = Buffer.alloc(KEY_BYTES);
  const { bytesRead } = await file.read(key, 0, KEY_BYTES, 0);
  if (bytesRead !== KEY_BYTES) throw refusal(path, 'changed while it was read');
  return key;
}

/** Whole or not at all; of several processes that make one at once, all take the first. */
async function makeUserKey(path: string): Promise<Buffer> {
  const key = randomBytes(KEY_BYTES);
  const beside = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    await makeFolder(dirname(path));
    await writeKey(beside, key);
    await link(beside, path);
    return key;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw unwritableKey(path, error);
    const other = await readUserKey(path);
    if (other === undefined) throw refusal(path, 'is a link to nothing, or goes and comes');
    return other;
  } finally {
    await rm(beside, { force: true }).catch(() => undefined);
  }
}

async function writeKey(path: string, key: Buffer): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(key);
    await file.sync();
  } finally {
    await file.close();
  }
}

function refusal(path: string, what: string): NodeTensorRTError {
  return new NodeTensorRTError('INVALID_ARGUMENT', `the key file ${path} ${what}.`, { reason: 'key-file', path });
}

/** Plans are of no use without a key: where it goes instead. */
function unwritableKey(path: string, error: unknown): unknown {
  const { message, code } = error as NodeJS.ErrnoException;
  if (code === undefined) return error;
  const text = `the key that your plans are signed with cannot be made: ${message}. Name a file that can be written in NODE_TENSORRT_KEY_FILE`;
  return new NodeTensorRTError('INVALID_ARGUMENT', text, {
    option: 'NODE_TENSORRT_KEY_FILE',
    path,
    reason: 'key-file',
  });
}
