// @ts-check
import { connectedComponents, meanOf } from './components.mjs';
import { joinPieces, unite } from './join-pieces.mjs';
import { convexHull, minAreaRect } from './min-area-rect.mjs';
import { shrinkToFit } from './picture.mjs';
import { growBox, marginOf, scaledBox } from './strip.mjs';
import { toDetectorPlanes } from './tensors.mjs';

/** @import { Clock } from './clock.mjs' */
/** @import { Component } from './components.mjs' */
/** @import { Network } from './network.mjs' */
/** @import { Box, Raster } from './types.mjs' */

/** The detector's time grows with the area; text of a whole A4 page is still read at this size. */
const MAX_SIDE = 1600;
/** A pixel belongs to text from here on, and a box is text if its pixels are this sure on average. */
const PIXEL_THRESHOLD = 0.3;
const BOX_THRESHOLD = 0.6;
/** The network marks the core of a line; the line is this much of area / perimeter wider on every side. */
const GROWTH = 2.4;
const MIN_SIDE = 3;
/**
 * Finds the lines of text.
 *
 * @param {Raster} picture
 * @param {{ detection: Network, clock: Clock, signal?: AbortSignal | undefined }} parts
 * @returns {Promise<Box[]>} in pixels of the picture, in no particular order
 */
export async function detectLines(picture, { detection, clock, signal }) {
  const { raster, input } = await clock.time('detect: preprocess', async () => {
    const raster = await shrinkToFit(picture, MAX_SIDE);
    return { raster, input: toDetectorPlanes(raster) };
  });
  const { data, width, height } = input;
  const output = await clock.time('detect: inference', () => detection.run(data, [1, 3, height, width], signal));
  return clock.time('detect: postprocess', () => {
    const boxes = boxesOf(output.data, { width: raster.width, height: raster.height, stride: width });
    return boxes.map((box) => scaledBox(box, picture.width / raster.width));
  });
}

/**
 * The boxes of a probability map.
 *
 * @param {Float32Array} map
 * @param {{ width: number, height: number, stride: number }} size
 * @returns {Box[]}
 */
export function boxesOf(map, { width, height, stride }) {
  const size = { width, height, stride, threshold: PIXEL_THRESHOLD, minArea: MIN_SIDE * MIN_SIDE };
  const pieces = connectedComponents(map, size)
    .filter((component) => meanOf(map, stride, component) >= BOX_THRESHOLD)
    .map((component) => ({ component, rect: rectAround(component) }))
    .filter(({ rect }) => Math.min(rect.width, rect.height) >= MIN_SIDE)
    .map((piece) => ({ ...piece, margin: marginOf(piece.rect, GROWTH) }));
  return joinPieces(pieces).map((components) => {
    const line = unite(components);
    return growBox(rectAround(line), line, GROWTH);
  });
}

/** @param {Component} component */
function rectAround({ points }) {
  const rect = minAreaRect(convexHull(points));
  // The hull goes through pixel centres: half a pixel on every side makes it the pixels' outline.
  const { cx, cy, width, height } = rect;
  return { ...rect, cx: cx + 0.5, cy: cy + 0.5, width: width + 1, height: height + 1 };
}
