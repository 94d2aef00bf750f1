import { argumentError } from '../errors.js';
import type { NativePadOptions } from '../native/contract.js';
import { integerOption, knownKeys, objectOption } from '../options.js';

/** How an input is made longer, so that requests of different lengths meet. */
export interface PadOptions {
  /** The dimension that is padded, from 1: the first one is that of the rows. The model leaves it open. */
  axis: number;
  /**
   * Lengths to pad to, each request to the next one: 2 to 2^31 - 1, ascending, at most 64. A longer request is not
   * padded. All padded inputs have the same.
   */
  buckets: readonly number[];
  /** What it is padded with, at the end. The type of the input must have it, else OUT_OF_RANGE. @default 0 */
  value?: number | bigint;
  /** For outputs that get longer with this input: the dimension that does. @default found out when the engine loads */
  outputs?: Record<string, { axis: number }>;
}

const MAX_BUCKETS = 64;
const MAX_LENGTH = 2 ** 31 - 1;
const MAX_AXIS = 31;

/** Checks `options.batching.pad`. Throws INVALID_ARGUMENT or OUT_OF_RANGE; whether it fits the model is seen at load. */
export function resolvePad(given: unknown): NativePadOptions {
  const inputs: NativePadOptions['inputs'] = [];
  let buckets: readonly number[] | undefined;
  for (const [name, entry] of Object.entries(objectOption<Record<string, unknown>>('options.batching.pad', given))) {
    const option = `options.batching.pad.${name}`;
    const { axis, buckets: own, value, outputs } = objectOption<Partial<PadOptions>>(option, entry);
    knownKeys(option, entry as object, ['axis', 'buckets', 'value', 'outputs']);
    const ownBuckets = bucketsOption(`${option}.buckets`, own);
    if (buckets !== undefined && String(buckets) !== String(ownBuckets)) {
      throw argumentError(`${option}.buckets`, `the same as for other inputs, ${JSON.stringify(buckets)}`, own);
    }
    buckets = ownBuckets;
    inputs.push({
      name,
      axis: integerOption(`${option}.axis`, axis, 1, MAX_AXIS),
      value: valueOption(`${option}.value`, value ?? 0),
      outputs: outputAxes(`${option}.outputs`, outputs ?? {}),
    });
  }
  return { buckets: buckets ?? [], inputs };
}

function bucketsOption(option: string, given: unknown): number[] {
  if (!Array.isArray(given) || given.length === 0 || given.length > MAX_BUCKETS) {
    throw argumentError(option, `an array of 1 to ${MAX_BUCKETS} lengths`, given);
  }
  for (const [i, bucket] of given.entries()) {
    integerOption(option, bucket, 2, MAX_LENGTH);
    if (i > 0 && bucket <= given[i - 1]) throw argumentError(option, 'ascending lengths', given);
  }
  return [...given];
}

function valueOption(option: string, value: unknown): number | bigint {
  if (typeof value === 'bigint') {
    if (BigInt.asIntN(64, value) === value) return value;
    throw argumentError(option, '-2^63 to 2^63 - 1', value, 'OUT_OF_RANGE');
  }
  if (typeof value !== 'number') throw argumentError(option, 'a number or a bigint', value);
  return value;
}

function outputAxes(option: string, given: unknown): { name: string; axis: number }[] {
  return Object.entries(objectOption<Record<string, unknown>>(option, given)).map(([name, entry]) => {
    const { axis } = objectOption<{ axis?: unknown }>(`${option}.${name}`, entry);
    knownKeys(`${option}.${name}`, entry as object, ['axis']);
    return { name, axis: integerOption(`${option}.${name}.axis`, axis, 1, MAX_AXIS) };
  });
}
