// @ts-check
import { LINE_HEIGHT } from './buckets.mjs';
import { toSignedPlanes } from './tensors.mjs';

/** @import { Network } from './network.mjs' */
/** @import { Raster } from './types.mjs' */

/** The classifier looks at the first 192 pixels of a line. */
const WIDTH = 192;

/**
 * Which lines were probably cut out upside down.
 *
 * @param {readonly Raster[]} crops at the line height
 * @param {Network} network
 * @param {AbortSignal | undefined} signal
 */
export async function upsideDownAmong(crops, network, signal) {
  const planes = toSignedPlanes(crops, LINE_HEIGHT, WIDTH);
  const { data } = await network.run(planes, [crops.length, 3, LINE_HEIGHT, WIDTH], signal);
  return crops.filter((_, index) => Number(data[index * 2 + 1]) > 0.5);
}
