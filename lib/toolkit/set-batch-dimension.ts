import { type BatchDimensionOptions, setBatchDimension as change } from '../onnx/edit/set-batch-dimension.js';
import type { Model } from '../onnx/graph/model.js';
import { engineRunner } from './later-runner.js';
import { type ModelInput, openModel } from './open-model.js';

export type { BatchDimensionOptions } from '../onnx/edit/set-batch-dimension.js';

/** `setBatchDimension` of the graph tools, proved with engines on the CPU unless `options.loadRunner` says otherwise. */
export async function setBatchDimension(
  input: ModelInput,
  batch: number | string,
  options: Partial<BatchDimensionOptions> = {},
): Promise<Model> {
  return change(await openModel(input), batch, { loadRunner: engineRunner, ...options });
}
