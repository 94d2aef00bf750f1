// @ts-check
import { LINE_HEIGHT } from './buckets.mjs';
import { toSignedPlanes } from './tensors.mjs';

/** @import { Floats, Raster } from './types.mjs' */

/** The classifier looks at the first 192 pixels of a line. */
const WIDTH = 192;

/**
 * What the classifier is given: one run for all lines.
 *
 * @param {readonly Raster[]} crops at the line height
 * @returns {Floats}
 */
export function classifierInput(crops) {
  return { data: toSignedPlanes(crops, LINE_HEIGHT, WIDTH), dims: [crops.length, 3, LINE_HEIGHT, WIDTH] };
}

/**
 * Which lines were probably cut out upside down.
 *
 * @template T
 * @param {Floats} output
 * @param {readonly T[]} lines in the order of the input
 */
export function upsideDownAmong({ data }, lines) {
  return lines.filter((_, index) => Number(data[index * 2 + 1]) > 0.5);
}
