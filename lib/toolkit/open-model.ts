import { type ReadOptions, readModel } from '../onnx/file/read-model.js';
import { cloneModel } from '../onnx/graph/clone.js';
import { Model } from '../onnx/graph/model.js';

/** What the tools take as a model: a path, file URL, bytes, or one that was read. */
export type ModelInput = string | URL | Uint8Array | Model;

/** A model that may be changed: read from where it is, or a copy of the one given. */
export async function openModel(input: ModelInput, options?: ReadOptions): Promise<Model> {
  return input instanceof Model ? cloneModel(input) : readModel(input, options);
}
