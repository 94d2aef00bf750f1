import { NodeTensorRTError } from '../errors.js';
import { hasMagic } from '../plan/format.js';
import { incompatible } from '../plan/incompatible.js';
import { openRegular } from '../plan/open-plan.js';

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

async function firstBytes(path: string): Promise<Buffer> {
  const file = await openRegular(path).catch(() => undefined);
  try {
    const read = await file?.read(Buffer.alloc(LOOKED_AT), 0, LOOKED_AT, 0);
    return read ? read.buffer.subarray(0, read.bytesRead) : Buffer.alloc(0);
  } catch {
    return Buffer.alloc(0);
  } finally {
    await file?.close();
  }
}
