import { NodeTensorRTError } from '../errors.js';

/** Regions of memory that a run in flight will write its results into. */
const leased = new WeakMap<ArrayBufferLike, Region[]>();

interface Region {
  start: number;
  end: number;
}

/** Leases the arrays, or throws BUSY when one overlaps a region that is leased. Returns what gives them back. */
export function leaseArrays(arrays: readonly unknown[]): () => void {
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

/** Throws BUSY when one of the arrays overlaps a region that is leased, or another of the arrays. */
export function checkFree(arrays: readonly unknown[]): void {
  if (arrays.length > 1) leaseArrays(arrays)();
  const [array] = arrays;
  if (ArrayBuffer.isView(array)) throwIfLeased(leased.get(array.buffer), array);
}

function throwIfLeased(regions: readonly Region[] | undefined, { byteOffset, byteLength }: ArrayBufferView): void {
  if (!regions?.some((region) => byteOffset < region.end && region.start < byteOffset + byteLength)) return;
  throw new NodeTensorRTError('BUSY', 'another run in flight, or another output, writes into the same memory', {
    option: 'options.into',
  });
}

function lease(array: ArrayBufferView): () => void {
  const { buffer, byteOffset, byteLength } = array;
  const regions = leased.get(buffer) ?? [];
  const region = { start: byteOffset, end: byteOffset + byteLength };
  throwIfLeased(regions, array);
  regions.push(region);
  leased.set(buffer, regions);
  return () => void regions.splice(regions.indexOf(region), 1);
}
