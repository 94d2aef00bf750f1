import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serializeModel, writeModel } from '../../onnx/file/write-model.js';
import type { Model } from '../../onnx/graph/model.js';
import type { LoadRunner, Runner } from '../../onnx/runner.js';

/** Larger models go through a file, so that their weights are not held twice. */
const IN_MEMORY_BYTES = 64 << 20;

/** Loads a model that is in memory: as bytes, or through a file that is there while it is loaded. */
export async function loadModel(model: Model, load: LoadRunner, optimize: boolean): Promise<Runner> {
  if (weightBytes(model) <= IN_MEMORY_BYTES) return load(await serializeModel(model), { optimize });
  const folder = await mkdtemp(join(tmpdir(), 'node-tensorrt-compare-'));
  try {
    const path = join(folder, 'model.onnx');
    await writeModel(model, path);
    const runner = await load(path, { optimize });
    // A runner may go on reading weights from the file.
    return { ...runner, close: () => runner.close().finally(() => rm(folder, { recursive: true, force: true })) };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

function weightBytes(model: Model): number {
  let bytes = 0;
  for (const graph of model.graphs()) {
    for (const { initializer } of graph.initializers) bytes += initializer?.byteLength ?? 0;
    for (const node of graph.nodes) bytes += node.constantOutput?.byteLength ?? 0;
  }
  return bytes;
}
