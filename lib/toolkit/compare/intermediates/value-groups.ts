import { dataTypes } from '../../../tensor/data-types.js';
import type { TensorMap, TensorSpec } from '../../../tensor/types.js';

/** Values that are fetched in one run, at most. */
const MAX_VALUES = 256;
/** Assumed of a value whose size nothing is known of, before any was seen. */
const UNKNOWN_BYTES = 1 << 20;
/** Strings: an average. */
const STRING_BYTES = 32;

/** What sizes symbolic dimensions have in these samples: the largest. */
export function symbolSizes(inputs: readonly TensorSpec[], samples: readonly TensorMap[]): Map<string, number> {
  const sizes = new Map<string, number>();
  for (const sample of samples) {
    for (const { name, dims } of inputs) {
      dims.forEach((dim, i) => {
        const size = sample[name]?.dims[i];
        if (typeof dim === 'string' && dim !== '' && size !== undefined)
          sizes.set(dim, Math.max(size, sizes.get(dim) ?? 0));
      });
    }
  }
  return sizes;
}

/** Bytes of a tensor; undefined where a dimension is not known. */
export function specBytes({ type, dims }: TensorSpec, sizes: ReadonlyMap<string, number>): number | undefined {
  let bytes = dataTypes[type].bytesPerElement || STRING_BYTES;
  for (const dim of dims) {
    const size = typeof dim === 'number' ? dim : sizes.get(dim);
    if (size === undefined) return undefined;
    bytes *= size;
  }
  return bytes;
}

/** Cuts a list of values into groups, one after the other, as sizes become known. */
export class ValueGroups<T> {
  #at = 0;
  /** Of the values of the last group whose size was not known before. */
  #unknownBytes = UNKNOWN_BYTES;

  constructor(
    readonly values: readonly T[],
    readonly bytesOf: (value: T) => number | undefined,
    readonly maxBytes: number,
  ) {}

  /** The values that come next, in their order; undefined at the end. */
  next(): T[] | undefined {
    const group: T[] = [];
    let bytes = 0;
    while (this.#at < this.values.length && group.length < MAX_VALUES) {
      const value = this.values[this.#at] as T;
      const size = this.bytesOf(value) ?? this.#unknownBytes;
      if (group.length > 0 && bytes + size > this.maxBytes) break;
      group.push(value);
      bytes += size;
      this.#at++;
    }
    return group.length > 0 ? group : undefined;
  }

  /** Tells how large a value was whose size was not known. */
  learn(sizes: readonly number[]): void {
    if (sizes.length > 0) this.#unknownBytes = Math.max(1, ...sizes);
  }
}
