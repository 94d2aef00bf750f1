import { rectToQuad, scaled, turned } from './quad.mjs';
import { fitSpine, spineAt } from './spine.mjs';

/** @import { Component } from './components.mjs' */
/** @import { Rect } from './min-area-rect.mjs' */
/** @import { Frame } from './spine.mjs' */
/** @import { Box, Point, Quad, Strip } from './types.mjs' */

/** A line bends if its rectangle is this many times as high as the line itself. */
const BENT = 1.3;
/** Shorter things than this many heights are never taken for bent lines. */
const MIN_ASPECT = 3;
/** Pieces that a bent strip consists of. */
const PIECES = 16;

/**
 * The box of a line whose core the detector has marked. The line is larger than its core by `growth` × area / perimeter
 * on every side.
 *
 * @param {Rect} rect around the core
 * @param {Component} component its pixels
 * @param {number} growth
 * @returns {Box}
 */
export function growBox(rect, component, growth) {
  const core = rectToQuad(rect);
  const frame = frameOf(core);
  const spine = frame.width > MIN_ASPECT * frame.height ? fitSpine(component, frame) : undefined;
  const height = spine && spine.height * BENT < frame.height ? spine.height : frame.height;
  const margin = marginOf({ width: frame.width, height }, growth);
  const quad = rectToQuad({ ...rect, width: rect.width + 2 * margin, height: rect.height + 2 * margin });
  if (!spine || height === frame.height) return { quad, strip: straightStrip(quad) };
  const end = 1 + (2 * margin) / frame.width;
  const half = height / 2 + margin;
  /** @type {Point[]} */
  const top = [];
  /** @type {Point[]} */
  const bottom = [];
  for (let i = 0; i <= PIECES; i++) {
    const t = ((2 * i) / PIECES - 1) * end;
    const v = spineAt(spine.coefficients, t);
    top.push(inFrame(frame, t, v - half));
    bottom.push(inFrame(frame, t, v + half));
  }
  return { quad, strip: { top, bottom } };
}

/**
 * What a line is larger than its core on every side.
 *
 * @param {{ width: number, height: number }} core
 * @param {number} growth
 */
export function marginOf({ width, height }, growth) {
  return (growth * width * height) / (width + height) / 2;
}

/**
 * @param {Quad} quad
 * @returns {Strip}
 */
export function straightStrip([a, b, c, d]) {
  return { top: [a, b], bottom: [d, c] };
}

/**
 * @param {Box} box
 * @param {number} factor
 * @returns {Box}
 */
export function scaledBox({ quad, strip }, factor) {
  /** @param {Point} point @returns {Point} */
  const scale = ([x, y]) => [x * factor, y * factor];
  return { quad: scaled(quad, factor), strip: { top: strip.top.map(scale), bottom: strip.bottom.map(scale) } };
}

/** @param {Point[]} edge */
export function lengthOf(edge) {
  let length = 0;
  for (let i = 1; i < edge.length; i++) length += Math.hypot(edge[i][0] - edge[i - 1][0], edge[i][1] - edge[i - 1][1]);
  return length;
}

/**
 * Where it begins.
 *
 * @param {Strip} strip
 */
export function heightOf({ top, bottom }) {
  return Math.hypot(bottom[0][0] - top[0][0], bottom[0][1] - top[0][1]);
}

/**
 * The same box, read the other way round.
 *
 * @param {Box} box
 * @returns {Box}
 */
export function upsideDownBox({ quad, strip }) {
  return { quad: turned(quad, 2), strip: { top: strip.bottom.toReversed(), bottom: strip.top.toReversed() } };
}

/**
 * @param {Quad} quad
 * @returns {Frame}
 */
function frameOf([a, b, c, d]) {
  const width = Math.hypot(b[0] - a[0], b[1] - a[1]);
  const height = Math.hypot(d[0] - a[0], d[1] - a[1]);
  const ux = (b[0] - a[0]) / width;
  const uy = (b[1] - a[1]) / width;
  return { cx: (a[0] + c[0]) / 2, cy: (a[1] + c[1]) / 2, ux, uy, vx: -uy, vy: ux, width, height };
}

/**
 * @param {Frame} frame
 * @param {number} t -1 to 1 along the width
 * @param {number} v pixels from the middle, along the height
 * @returns {Point}
 */
function inFrame({ cx, cy, ux, uy, vx, vy, width }, t, v) {
  const u = (t * width) / 2;
  return [cx + u * ux + v * vx, cy + u * uy + v * vy];
}
