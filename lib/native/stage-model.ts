import type { NativeStaging } from './contract.js';
import type { Port } from './port.js';
import { slicedCopy } from './sliced-copy.js';

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
