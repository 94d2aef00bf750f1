/**
 * Work on large arrays, in slices on the JavaScript thread, with a turn of the event loop between two.
 * `native/binding/numeric.h` says why no other thread does it; the slowest slice takes about half a millisecond.
 */

import { argumentError } from '../../errors.js';

/** A quarter of a MiB of float32. */
const SLICE_ELEMENTS = 2 ** 16;

/** An array that is worked on, by its name in errors. */
export interface SlicedArray {
  what: string;
  bytes: Uint8Array;
  bytesPerElement: number;
}

/**
 * Calls `step` with the same elements of each array, again and again until `count` are done. Rejects with what it throws,
 * and with INVALID_ARGUMENT once an array was detached or resized.
 */
export async function inSlices(
  count: number,
  arrays: readonly SlicedArray[],
  step: (...slices: Uint8Array[]) => void,
): Promise<void> {
  const sizes = arrays.map(({ bytes }) => bytes.byteLength);
  for (let done = 0; done < count; done += SLICE_ELEMENTS) {
    if (done > 0) await new Promise<void>((resolve) => setImmediate(resolve));
    const end = Math.min(count, done + SLICE_ELEMENTS);
    const slices = arrays.map(({ what, bytes, bytesPerElement }, i) => {
      if (bytes.byteLength !== sizes[i]) throw moved(what, sizes[i] as number, bytes.byteLength);
      return bytes.subarray(done * bytesPerElement, end * bytesPerElement);
    });
    step(...slices);
  }
}

function moved(what: string, expected: number, received: number) {
  return argumentError(
    what,
    `${expected} bytes that stay where they are until the promise settles`,
    `${received} bytes`,
    'INVALID_ARGUMENT',
    { reason: 'detached-or-resized' },
  );
}
