import { argumentError } from '../errors.js';

/** Largest rank that crosses to native code (`kMaxRank`). */
export const MAX_RANK = 32;

/** The product of `dims`. Throws INVALID_ARGUMENT or OUT_OF_RANGE; `what` names them in the error. */
export function elementCount(what: string, dims: unknown): number {
  if (!Array.isArray(dims) && !isNumberList(dims)) throw argumentError(what, 'an array of integers', dims);
  if (dims.length > MAX_RANK) throw argumentError(what, `at most ${MAX_RANK} dimensions`, dims.length, 'OUT_OF_RANGE');
  let count = 1;
  for (let i = 0; i < dims.length; i++) {
    const dim: unknown = dims[i];
    if (typeof dim !== 'number' || !Number.isSafeInteger(dim)) {
      throw argumentError(`${what}[${i}]`, 'an integer of 0 or more', dim);
    }
    if (dim < 0) throw argumentError(`${what}[${i}]`, 'an integer of 0 or more', dim, 'OUT_OF_RANGE');
    count *= dim;
  }
  if (!Number.isSafeInteger(count)) {
    throw argumentError(what, 'at most 2^53 elements', count, 'OUT_OF_RANGE');
  }
  return count;
}

/** Typed arrays of numbers serve as dims as well: other libraries hand them out. */
function isNumberList(dims: unknown): dims is ArrayLike<unknown> {
  return ArrayBuffer.isView(dims) && 'length' in dims;
}
