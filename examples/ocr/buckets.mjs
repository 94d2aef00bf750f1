// @ts-check
import { heightOf, lengthOf } from './strip.mjs';

/** @import { Strip } from './types.mjs' */

/** The recogniser's line height. */
export const LINE_HEIGHT = 48;

/**
 * The widths that lines are resized to. Few enough that lines meet in a batch and that an engine meets few shapes, and so
 * close together that a line is stretched by 9 % at most, a single word by 15 %. Resized, never padded: the recogniser mixes the whole
 * line, and padding changes what it reads.
 */
export const WIDTHS = widths(48, 3200, 1.14);

/**
 * @param {number} first
 * @param {number} last
 * @param {number} growth
 */
function widths(first, last, growth) {
  const list = [first];
  for (let width = first; width < last; list.push(width)) width = Math.ceil((width * growth) / 16) * 16;
  return list;
}

/**
 * The bucket that stretches a line of this width, at the line height, least.
 *
 * @param {number} width
 */
export function bucketWidth(width) {
  let best = WIDTHS[0] ?? LINE_HEIGHT;
  for (const bucket of WIDTHS) if (stretch(bucket, width) < stretch(best, width)) best = bucket;
  return best;
}

/**
 * @param {number} a
 * @param {number} b
 */
function stretch(a, b) {
  return Math.max(a / b, b / a);
}

/**
 * The width at which a strip is cut out.
 *
 * @param {Strip} strip
 */
export function bucketOf(strip) {
  return bucketWidth((lengthOf(strip.top) / Math.max(1, heightOf(strip))) * LINE_HEIGHT);
}
