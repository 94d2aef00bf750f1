import { createHash, type Hash } from 'node:crypto';
import { ModelFile } from '../onnx/file/model-file.js';
import { Pauses } from '../onnx/file/pauses.js';
import type { Model } from '../onnx/graph/model.js';
import type { Tensor } from '../onnx/graph/tensor.js';
import { constantPlaces } from '../onnx/lint/constant-places.js';
import { addSlices } from '../plan/slices.js';

/** Tensors whose values are in other files than the model's. */
export function externalTensors(model: Model): Tensor[] {
  return [...constantPlaces(model)]
    .map(({ tensor }) => tensor)
    .filter(({ payload }) => payload.stored?.kind === 'external');
}

/** Hash of everything that a model reads from: its graph, and all weights, wherever they are. */
export async function hashOfModel(source: string | Uint8Array, model: Model, extra: unknown): Promise<string> {
  const external = externalTensors(model);
  return (await startModelHash(source, extra))(external);
}

/**
 * The same in two steps, for who reads the model at the same time: first its file, or bytes; then what the returned function
 * is given of other files.
 */
export async function startModelHash(
  source: string | Uint8Array,
  extra: unknown,
): Promise<(external: readonly Tensor[]) => Promise<string>> {
  const hash = createHash('sha256').update(JSON.stringify(extra)).update('\0');
  const pauses = new Pauses();
  if (typeof source === 'string') await addFile(hash, source, pauses);
  else await addSlices(hash, source, pauses);
  return async (external) => {
    for (const { payload } of external) {
      for await (const chunk of payload.chunks()) await addSlices(hash, chunk, pauses);
    }
    return hash.digest('hex');
  };
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
