import { createHash, type Hash } from 'node:crypto';
import { ModelFile } from '../onnx/file/model-file.js';
import { Pauses } from '../onnx/file/pauses.js';
import type { ExternalSpan, GivenModel } from '../onnx/given-model.js';
import { MemoryPayload } from '../onnx/graph/payload.js';
import { PLAN_FORMAT } from '../plan/header.js';
import { addSlices } from '../plan/slices.js';

/** What the hash of a model covers beside it, where a plan has it: `PlanModel.sha256`. */
export const HASHED_FOR_PLAN = { plan: PLAN_FORMAT };

/** Hash of everything that a model reads from: its file or bytes, and all weights, wherever they are. Throws `signal.reason`. */
export async function hashOfModel(model: GivenModel, extra: unknown, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(extra)).update('\0');
  const pauses = new Pauses();
  const { source } = model;
  const own = typeof source === 'string' ? await fileChunks(source) : new MemoryPayload(source).chunks();
  await addChunks(hash, own, pauses, signal);
  for (const { payload } of inOrder(await model.external())) await addChunks(hash, payload.chunks(), pauses, signal);
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
  await addChunks(hash, await fileChunks(path), new Pauses());
  return hash.digest('hex');
}

async function fileChunks(path: string): Promise<AsyncIterable<Uint8Array>> {
  const file = await ModelFile.open(path);
  return file.payload(0, file.byteLength).chunks();
}

async function addChunks(hash: Hash, chunks: AsyncIterable<Uint8Array>, pauses: Pauses, signal?: AbortSignal) {
  for await (const chunk of chunks) {
    await addSlices(hash, chunk, pauses);
    signal?.throwIfAborted();
  }
}
