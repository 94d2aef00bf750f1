import { NodeTensorRTError } from '../errors.js';
import type { NativeArray } from '../native/contract.js';

/** Regions of memory that a run in flight will write its results into. */
const leased = new WeakMap<ArrayBufferLike, { start: number; end: number }[]>();

/** Leases the arrays, or throws BUSY when one overlaps a region that is leased. Returns what gives them back. */
export function leaseArrays(arrays: readonly (NativeArray | undefined)[]): () => void {
  const taken: (() => void)[] = [];
  const release = () => {
    for (const give of taken) give();
  };
  try {
    for (const array of arrays) if (ArrayBuffer.isView(array)) taken.push(lease(array));
  } catch (error) {
    release();
    throw error;
  }
  return release;
}

function lease({ buffer, byteOffset, byteLength }: ArrayBufferView): () => void {
  const regions = leased.get(buffer) ?? [];
  const region = { start: byteOffset, end: byteOffset + byteLength };
  if (regions.some((other) => region.start < other.end && other.start < region.end)) {
    throw new NodeTensorRTError('BUSY', 'another run in flight writes into the same memory (options.into)', {
      option: 'options.into',
    });
  }
  regions.push(region);
  leased.set(buffer, regions);
  return () => void regions.splice(regions.indexOf(region), 1);
}
