import { SLICE_BYTES, slicedCopy } from '../../native/sliced-copy.js';

/** One element that is looked at costs about as much as copying so many bytes. */
const BYTES_PER_ELEMENT = 32;

/**
 * Calls `work(from, to)` for pieces of 0 to `count`, so that timers and sockets are served in between. All such work of
 * this thread takes turns with the engine's copies. Little of it is done at once.
 */
export async function inTurns(count: number, work: (from: number, to: number) => void): Promise<void> {
  const cost = count * BYTES_PER_ELEMENT;
  if (cost <= SLICE_BYTES) {
    work(0, count);
    return;
  }
  await slicedCopy(cost, (offset, maxBytes) => {
    const from = offset / BYTES_PER_ELEMENT;
    const to = Math.min(count, from + Math.max(1, Math.floor(maxBytes / BYTES_PER_ELEMENT)));
    work(from, to);
    return to * BYTES_PER_ELEMENT;
  });
}
