import { fileURLToPath } from 'node:url';
import { argumentError } from '../errors.js';
import type { NativeStaging } from '../native/contract.js';
import type { Port } from '../native/port.js';
import { isBytes } from '../tensor/data-types.js';
import { slicedCopy } from './sliced-copy.js';

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

/** What native code takes for a model and the files that one in memory refers to: paths, or copies in native memory. */
export async function stageModel(
  port: Port,
  source: string | Uint8Array,
  files: readonly { path: string; data: Uint8Array }[],
): Promise<{ model: string | NativeStaging; externalData: { path: string; data: NativeStaging }[] }> {
  const model = typeof source === 'string' ? source : await stageBytes(port, source);
  const externalData: { path: string; data: NativeStaging }[] = [];
  for (const { path, data } of files) externalData.push({ path, data: await stageBytes(port, data) });
  return { model, externalData };
}

/** Copies bytes of the user's to native memory, in slices: the event loop goes on. */
async function stageBytes(port: Port, bytes: Uint8Array): Promise<NativeStaging> {
  const staging = port.staging(bytes.byteLength);
  await slicedCopy(bytes.byteLength, (offset, max) => staging.copy(bytes, offset, max));
  return staging;
}
