import { modelPath } from '../../engine/model-path.js';
import { hasMagic } from '../../plan/format.js';
import { openRegular } from '../../plan/open-plan.js';

/** What there is to inspect: a file, which may be in a model folder. */
export interface InspectedFile {
  readonly path: string;
  readonly isPlan: boolean;
}

/** The file that a path means, and what kind of file it is. */
export async function inspectedFile(source: string): Promise<InspectedFile> {
  const path = await modelPath(source);
  return { path, isPlan: await isPlan(path) };
}

/** Of a plan as TensorRT and TensorRT-RTX write it. */
const RAW_PLAN = /^[a-z]trt/;
/** The first field of nearly every ONNX file. */
const ONNX_FIRST_BYTE = 0x08;

/**
 * Whether a file is one for the reader of plans, by its first bytes: a plan of this library, one of TensorRT itself, or what
 * is neither an ONNX model and yet called a plan. The reader says what is wrong with the latter two. What cannot be opened
 * is left to the reader of models.
 */
async function isPlan(path: string): Promise<boolean> {
  const first = await firstBytes(path);
  if (first === undefined) return false;
  if (hasMagic(first) || RAW_PLAN.test(first.toString('latin1'))) return true;
  return /\.(plan|engine|trt)$/i.test(path) && first[0] !== ONNX_FIRST_BYTE;
}

async function firstBytes(path: string): Promise<Buffer | undefined> {
  const file = await openRegular(path).catch(() => undefined);
  if (file === undefined) return undefined;
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(8), 0, 8, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
