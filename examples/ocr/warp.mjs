import { heightOf, lengthOf } from './strip.mjs';

/** @import { Point, Raster, Strip } from './types.mjs' */

/** Samples per output pixel and axis at most; enough for letters of 300 pixels at a height of 48. */
const MAX_SAMPLES = 6;

/**
 * Cuts a strip at any angle out of a picture and lays it straight and level into a rectangle. What sticks out of the
 * picture repeats its edge.
 *
 * @param {Raster} picture
 * @param {Strip} strip
 * @param {number} width
 * @param {number} height
 * @returns {Raster}
 */
export function cutOut(picture, strip, width, height) {
  const { top, bottom } = strip;
  const samplesX = samplesFor(lengthOf(top) / width);
  const samplesY = samplesFor(heightOf(strip) / height);
  const upper = pointsAlong(top, width * samplesX);
  const lower = pointsAlong(bottom, width * samplesX);
  const rows = height * samplesY;
  const sums = new Float32Array(width * 3);
  const data = new Uint8Array(width * height * 3);
  for (let row = 0; row < height; row++) {
    sums.fill(0);
    for (let sample = 0; sample < samplesY; sample++) {
      addRow(picture, upper, lower, (row * samplesY + sample + 0.5) / rows, samplesX, sums);
    }
    const share = 1 / (samplesX * samplesY);
    for (let i = 0, to = row * width * 3; i < sums.length; i++, to++) data[to] = sums[i] * share + 0.5;
  }
  return { data, width, height };
}

/**
 * Adds bilinear samples from a line between the edges, `samples` neighbours to one pixel of `sums`.
 *
 * @param {Raster} picture
 * @param {Float64Array} upper
 * @param {Float64Array} lower
 * @param {number} depth 0 at the upper edge, 1 at the lower
 * @param {number} samples
 * @param {Float32Array} sums
 */
function addRow({ data, width, height }, upper, lower, depth, samples, sums) {
  const limitX = width - 1;
  const limitY = height - 1;
  const rowBytes = width * 3;
  const count = upper.length / 2;
  for (let column = 0; column < count; column++) {
    const ax = upper[column * 2];
    const ay = upper[column * 2 + 1];
    // Between the centres of four pixels; the first pixel's centre is at 0.5.
    const x = Math.min(limitX, Math.max(0, ax + depth * (lower[column * 2] - ax) - 0.5));
    const y = Math.min(limitY, Math.max(0, ay + depth * (lower[column * 2 + 1] - ay) - 0.5));
    const left = Math.floor(x);
    const above = Math.floor(y);
    const fx = x - left;
    const fy = y - above;
    const a = above * rowBytes + left * 3;
    const b = left < limitX ? a + 3 : a;
    const down = above < limitY ? rowBytes : 0;
    const to = Math.floor(column / samples) * 3;
    for (let channel = 0; channel < 3; channel++) {
      const i = a + channel;
      const j = b + channel;
      const high = data[i] + fx * (data[j] - data[i]);
      const low = data[i + down] + fx * (data[j + down] - data[i + down]);
      sums[to + channel] += high + fy * (low - high);
    }
  }
}

/**
 * `count` points in the middles of as many equal parts of an edge: x0, y0, x1, y1, …
 *
 * @param {Point[]} edge
 * @param {number} count
 */
function pointsAlong(edge, count) {
  const points = new Float64Array(count * 2);
  const pieces = edge.length - 1;
  for (let i = 0; i < count; i++) {
    const position = ((i + 0.5) / count) * pieces;
    const piece = Math.min(pieces - 1, Math.floor(position));
    const part = position - piece;
    for (let axis = 0; axis < 2; axis++) {
      points[i * 2 + axis] = edge[piece][axis] + part * (edge[piece + 1][axis] - edge[piece][axis]);
    }
  }
  return points;
}

/**
 * The raster turned by 180°.
 *
 * @param {Raster} raster
 * @returns {Raster}
 */
export function upsideDown({ data, width, height }) {
  const flipped = new Uint8Array(data.length);
  for (let from = 0, to = data.length - 3; to >= 0; from += 3, to -= 3) {
    flipped[to] = data[from];
    flipped[to + 1] = data[from + 1];
    flipped[to + 2] = data[from + 2];
  }
  return { data: flipped, width, height };
}

/**
 * One bilinear sample covers about one and a half pixels.
 *
 * @param {number} step in picture pixels per output pixel
 */
function samplesFor(step) {
  return Math.min(MAX_SAMPLES, Math.max(1, Math.round(step)));
}
