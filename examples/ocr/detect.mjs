// @ts-check
import { connectedComponents, meanOf } from './components.mjs';
import { joinPieces, unite } from './join-pieces.mjs';
import { convexHull, minAreaRect } from './min-area-rect.mjs';
import { shrinkToFit } from './picture.mjs';
import { growBox, marginOf, scaledBox } from './strip.mjs';
import { toDetectorPlanes } from './tensors.mjs';

/** @import { Clock } from './clock.mjs' */
/** @import { Component } from './components.mjs' */
/** @import { PipelineBuilder } from 'node-tensorrt' */
/** @import { Box, FloatEngine, Raster } from './types.mjs' */

/**
 * @typedef {object} Page What the stages are given.
 * @property {Raster} raster
 * @property {Clock} clock
 *
 * @typedef {Page & { boxes: Box[] }} PageWithBoxes
 */

/** The detector's time grows with the area; text of a whole A4 page is still read at this size. */
export const MAX_SIDE = 1600;
/** A pixel belongs to text from here on, and a box is text if its pixels are this sure on average. */
const PIXEL_THRESHOLD = 0.3;
const BOX_THRESHOLD = 0.6;
/** The network marks the core of a line; the line is this much of area / perimeter wider on every side. */
const GROWTH = 2.4;
const MIN_SIDE = 3;

/**
 * The stages that find the lines of text; the boxes are in pixels of the raster, in no particular order.
 *
 * @template In
 * @param {PipelineBuilder<In, Page>} pipeline
 * @param {FloatEngine} detection
 * @returns {PipelineBuilder<In, PageWithBoxes>}
 */
export function addDetection(pipeline, detection) {
  return pipeline
    .step('shrink', async ({ raster, clock }) => ({ raster, clock, shrunk: await shrink(raster, clock), start: 0 }))
    .stage('detect', detection, {
      // Planes of a large page are 20 MB: one page is in the engine, and one is ready for it.
      concurrency: 2,
      maxQueue: 0,
      inputs: (page) => {
        page.start = performance.now();
        const { data, width, height } = page.shrunk.input;
        return { data, dims: [1, 3, height, width] };
      },
      result: ({ data }, { raster, clock, shrunk, start }) => {
        clock.add('detect: inference', performance.now() - start);
        const boxes = clock.time('detect: postprocess', () => {
          const { width, height } = shrunk.raster;
          const boxes = boxesOf(data, { width, height, stride: shrunk.input.width });
          return boxes.map((box) => scaledBox(box, raster.width / width));
        });
        return { raster, clock, boxes };
      },
    });
}

/**
 * @param {Raster} picture
 * @param {Clock} clock
 */
function shrink(picture, clock) {
  return clock.time('detect: preprocess', async () => {
    const raster = await shrinkToFit(picture, MAX_SIDE);
    return { raster, input: toDetectorPlanes(raster) };
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
