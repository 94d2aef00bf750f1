import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { Pauses } from '../onnx/file/pauses.js';
import { damaged } from './format.js';
import type { PlanFile } from './header.js';
import { addSlices, pieces } from './slices.js';

/** Reads the payload of a plan and holds it against its hash. Throws ENGINE_INCOMPATIBLE with reason 'damaged'. */
export async function checkPayload(
  file: FileHandle,
  path: string,
  { header, payload }: PlanFile,
  signal: AbortSignal | undefined,
): Promise<void> {
  const hash = createHash('sha256');
  const pauses = new Pauses();
  for await (const piece of pieces(file, path, payload.offset, payload.bytes)) {
    await addSlices(hash, piece, pauses);
    signal?.throwIfAborted();
  }
  if (hash.digest('hex') !== header.payload.sha256) throw notThePayload(path);
}

export function notThePayload(path: string) {
  return damaged(path, 'its payload is not the one that was written');
}
