import { type LoadOptions, type ResolvedLoadOptions, resolveLoadOptions } from '../engine/load-options.js';
import { argumentError } from '../errors.js';
import { integerOption, objectOption } from '../options.js';

/** Options of `estimateModel`: those that the model would be loaded with, and the sizes that are asked about. */
export interface EstimateOptions extends LoadOptions {
  /**
   * Rows of a run, the first dimension of every input where that is free; activations are estimated for each.
   * 1 to 65536 each, 16 of them at most. @default [1, batching.maxSize], or [1] with batching: false
   */
  batchSizes?: readonly number[];
  /**
   * Shapes of inputs that the model leaves open, by name; the first dimension stands for the batch where it is free.
   * Symbolic dimensions can be given by `freeDimensionOverrides` as well. @default none
   */
  inputDims?: Readonly<Record<string, readonly number[]>>;
}

export interface ResolvedEstimateOptions {
  load: ResolvedLoadOptions;
  batchSizes: readonly number[];
  inputDims: Readonly<Record<string, readonly number[]>>;
}

const MAX_BATCHES = 16;
const MAX_BATCH = 65_536;
const MAX_RANK = 32;

/** Checks options and fills in defaults. Throws INVALID_ARGUMENT, OUT_OF_RANGE or UNSUPPORTED. */
export function resolveEstimateOptions(given: EstimateOptions = {}): ResolvedEstimateOptions {
  const { batchSizes, inputDims, ...rest } = objectOption<EstimateOptions>('options', given);
  const load = resolveLoadOptions(rest);
  const { proof, queue } = load.batching;
  const sizes = batchSizes === undefined ? [1, proof.enabled ? queue.maxSize : 1] : batchSizesOption(batchSizes);
  return {
    load,
    batchSizes: [...new Set(sizes)].sort((a, b) => a - b),
    inputDims: inputDimsOption(inputDims ?? {}),
  };
}

function batchSizesOption(value: unknown): number[] {
  const name = 'options.batchSizes';
  if (!Array.isArray(value) || value.length === 0) throw argumentError(name, 'an array of integers', value);
  if (value.length > MAX_BATCHES)
    throw argumentError(name, `${MAX_BATCHES} sizes at most`, value.length, 'OUT_OF_RANGE');
  return value.map((size, i) => integerOption(`${name}[${i}]`, size, 1, MAX_BATCH));
}

function inputDimsOption(value: unknown): Record<string, number[]> {
  const shapes = Object.entries(objectOption<Record<string, unknown>>('options.inputDims', value));
  return Object.fromEntries(
    shapes.map(([input, dims]) => {
      const name = `options.inputDims.${input}`;
      if (!Array.isArray(dims) || dims.length > MAX_RANK) throw argumentError(name, 'an array of dimensions', dims);
      return [input, dims.map((dim, i) => integerOption(`${name}[${i}]`, dim, 0, 2 ** 31 - 1))];
    }),
  );
}
