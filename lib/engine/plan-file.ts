import { constants } from 'node:fs';
import { callbackFs } from '../callback-fs.js';
import { NodeTensorRTError } from '../errors.js';
import { hasMagic } from '../plan/format.js';
import { incompatible } from '../plan/incompatible.js';

/** TensorRT's own plans begin with one of these. */
const BARE = /^[a-z]trt\0\0\0\0/;
const LOOKED_AT = 64;

/**
 * The path, where what is loaded is a plan file. Throws UNSUPPORTED for a plan in memory, and ENGINE_INCOMPATIBLE for a plan
 * of TensorRT without the file around it. What cannot be opened is no plan: who loads it says why.
 */
export async function planFile(source: string | Uint8Array): Promise<string | undefined> {
  const isPath = typeof source === 'string';
  const first = isPath ? await firstBytes(source) : beginning(source);
  if (BARE.test(first.toString('latin1', 0, 8))) {
    const text =
      'is a plan as TensorRT has it, of which nothing is known and whom nobody answers for. Build the ONNX model with build() or node-tensorrt build.';
    throw incompatible('not-a-plan', isPath ? source : 'the model', text);
  }
  if (!hasMagic(first)) return undefined;
  if (isPath) return source;
  const text = 'a plan is loaded from its file, not from bytes: give its path';
  throw new NodeTensorRTError('UNSUPPORTED', text, { option: 'model' });
}

/** None of a buffer that was transferred away. */
function beginning(source: Uint8Array): Buffer {
  return source.byteLength === 0 ? Buffer.alloc(0) : Buffer.from(source.subarray(0, LOOKED_AT));
}

/** None of what cannot be read, or is no regular file. */
async function firstBytes(path: string): Promise<Buffer> {
  const { open, fstat, read, close } = callbackFs;
  // Not to wait for the writer of a pipe; without effect on files.
  const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)).catch(() => undefined);
  if (file === undefined) return Buffer.alloc(0);
  try {
    if (!(await fstat(file)).isFile()) return Buffer.alloc(0);
    const { buffer, bytesRead } = await read(file, Buffer.alloc(LOOKED_AT), 0, LOOKED_AT, 0);
    return buffer.subarray(0, bytesRead);
  } catch {
    return Buffer.alloc(0);
  } finally {
    await close(file);
  }
}
