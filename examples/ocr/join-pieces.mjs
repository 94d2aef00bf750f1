/** @import { Component } from './components.mjs' */
/** @import { Rect } from './min-area-rect.mjs' */

/** Pieces of one line differ in height by this factor at most, and lie so many heights off each other's axis. */
const SIMILAR = 1.7;
const OFF_AXIS = 0.5;

/** @typedef {{ component: Component, rect: Rect, margin: number }} Piece `margin`: what its box gets on every side */

/**
 * The detector parts a line where it has a wide space. Where the grown boxes of two pieces would overlap, both would read
 * the letters between them: such pieces become one component.
 *
 * @param {readonly Piece[]} pieces
 * @returns {Component[][]} the components of each line
 */
export function joinPieces(pieces) {
  const group = pieces.map((_, i) => i);
  for (let i = 0; i < pieces.length; i++) {
    for (let j = i + 1; j < pieces.length; j++) {
      if (group[i] === group[j] || !areOneLine(pieces[i], pieces[j])) continue;
      const [from, to] = [group[j], group[i]];
      for (let k = 0; k < group.length; k++) if (group[k] === from) group[k] = to;
    }
  }
  return pieces
    .map((_, i) => pieces.filter((_, j) => group[j] === i).map(({ component }) => component))
    .filter((components) => components.length > 0);
}

/**
 * One component of several, its runs in the order that a component has.
 *
 * @param {readonly Component[]} components
 * @returns {Component}
 */
export function unite(components) {
  const runs = components.flatMap(({ points }) =>
    Array.from({ length: points.length / 4 }, (_, i) => points.subarray(i * 4, i * 4 + 4)),
  );
  runs.sort((a, b) => a[1] - b[1] || a[0] - b[0]);
  const points = new Int32Array(runs.length * 4);
  for (const [i, run] of runs.entries()) points.set(run, i * 4);
  return { points, area: components.reduce((sum, { area }) => sum + area, 0) };
}

/**
 * @param {Piece} a
 * @param {Piece} b
 */
function areOneLine(a, b) {
  const reach = a.rect.width + a.rect.height + b.rect.width + b.rect.height + 2 * (a.margin + b.margin);
  const dx = b.rect.cx - a.rect.cx;
  const dy = b.rect.cy - a.rect.cy;
  if (Math.abs(dx) + Math.abs(dy) > reach) return false;
  // The longer piece knows the direction of the line better.
  const longer = Math.max(a.rect.width, a.rect.height) >= Math.max(b.rect.width, b.rect.height) ? a.rect : b.rect;
  const level = longer.width >= longer.height;
  const ux = level ? longer.ux : -longer.uy;
  const uy = level ? longer.uy : longer.ux;
  const heightA = extent(a.rect, -uy, ux);
  const heightB = extent(b.rect, -uy, ux);
  const height = Math.max(heightA, heightB);
  if (height > SIMILAR * Math.min(heightA, heightB)) return false;
  if (Math.abs(dy * ux - dx * uy) > OFF_AXIS * height) return false;
  const gap = Math.abs(dx * ux + dy * uy) - (extent(a.rect, ux, uy) + extent(b.rect, ux, uy)) / 2;
  return gap < a.margin + b.margin;
}

/**
 * How long a rectangle is in a direction.
 *
 * @param {Rect} rect
 * @param {number} x
 * @param {number} y
 */
function extent({ ux, uy, width, height }, x, y) {
  return width * Math.abs(ux * x + uy * y) + height * Math.abs(ux * y - uy * x);
}
