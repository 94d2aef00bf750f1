import { createHash, type Hash } from 'node:crypto';
import { ModelFile } from '../onnx/file/model-file.js';
import { Pauses } from '../onnx/file/pauses.js';
import type { ExternalSpan, GivenModel } from '../onnx/given-model.js';
import { addSlices } from '../plan/slices.js';

/** Hash of everything that a model reads from: its file or bytes, and all weights, wherever they are. */
export async function hashOfModel(model: GivenModel, extra: unknown): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(extra)).update('\0');
  const pauses = new Pauses();
  if (typeof model.source === 'string') await addFile(hash, model.source, pauses);
  else await addSlices(hash, model.source, pauses);
  for (const { payload } of inOrder(await model.external())) {
    for await (const chunk of payload.chunks()) await addSlices(hash, chunk, pauses);
  }
  return hash.digest('hex');
}

/** Each span once, in the same order whoever found them. */
function inOrder(spans: readonly ExternalSpan[]): ExternalSpan[] {
  const byPlace = new Map(
    spans.map((span) => [JSON.stringify([span.location, span.offset, span.payload.byteLength]), span]),
  );
  return [...byPlace].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, span]) => span);
}

/** SHA-256 of a file, in hexadecimal. */
export async function hashOfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  await addFile(hash, path, new Pauses());
  return hash.digest('hex');
}

async function addFile(hash: Hash, path: string, pauses: Pauses): Promise<void> {
  const file = await ModelFile.open(path);
  for await (const chunk of file.payload(0, file.byteLength).chunks()) await addSlices(hash, chunk, pauses);
}
