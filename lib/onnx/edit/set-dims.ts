import { argumentError } from '../../errors.js';
import type { Model } from '../graph/model.js';
import { modelArgument } from '../graph/model-argument.js';
import type { Dim } from '../graph/value-type.js';
import { inferShapes, type ShapeConflict } from '../infer/infer-shapes.js';
import { inputDimsOption } from '../infer/input-dims.js';

/** What `setDims` found. */
export interface SetDimsReport {
  /** Values whose stated shapes the new sizes contradict; they have the inferred ones now. */
  readonly conflicts: readonly ShapeConflict[];
}

/**
 * Gives inputs of a model other sizes: numbers, names, or null for "any". Shapes of outputs and of what lies between, as
 * far as the file states them, become those that follow; what does not follow any more is unknown. Constants that hold old
 * sizes, as in Reshape, are not looked for: see `setBatchDimension`. Changes the model in place.
 *
 * Throws INVALID_ARGUMENT for names that are not inputs, SHAPE_MISMATCH for another rank.
 */
export async function setDims(model: Model, dims: Readonly<Record<string, readonly Dim[]>>): Promise<SetDimsReport> {
  modelArgument(model);
  const given = inputDimsOption(model, 'dims', dims);
  if (given.size === 0) throw argumentError('dims', 'sizes of at least one input', dims);
  const { conflicts } = await inferShapes(model, { inputDims: dims });
  return { conflicts };
}
