// @ts-check

/** @import { Point, Quad } from './types.mjs' */
/** @import { Rect } from './min-area-rect.mjs' */

/** A box this many times taller than wide holds a line that was turned by 90°. */
const VERTICAL = 1.5;

/**
 * The corners of a rectangle in reading order, as far as its shape tells: of the four ways to hold it the most upright,
 * and for a tall one the way that is read from top to bottom.
 *
 * @param {Rect} rect
 * @returns {Quad}
 */
export function rectToQuad(rect) {
  let { ux, uy, width, height } = rect;
  if (Math.abs(ux) < Math.abs(uy)) {
    [ux, uy] = [-uy, ux];
    [width, height] = [height, width];
  }
  if (ux < 0) [ux, uy] = [-ux, -uy];
  const ax = (ux * width) / 2;
  const ay = (uy * width) / 2;
  const bx = (-uy * height) / 2;
  const by = (ux * height) / 2;
  const { cx, cy } = rect;
  /** @type {Quad} */
  const quad = [
    [cx - ax - bx, cy - ay - by],
    [cx + ax - bx, cy + ay - by],
    [cx + ax + bx, cy + ay + by],
    [cx - ax + bx, cy - ay + by],
  ];
  return height > VERTICAL * width ? turned(quad, 1) : quad;
}

/**
 * The same corners, reading turned by so many quarters clockwise.
 *
 * @param {Quad} quad
 * @param {number} quarters
 * @returns {Quad}
 */
export function turned(quad, quarters) {
  return /** @type {Quad} */ (quad.map((_, i) => quad[(i + quarters) % 4]));
}

/**
 * @param {Quad} quad
 * @param {number} factor
 * @returns {Quad}
 */
export function scaled(quad, factor) {
  return /** @type {Quad} */ (quad.map(([x, y]) => [x * factor, y * factor]));
}

/** @param {Quad} quad */
export function quadWidth([a, b]) {
  return distance(a, b);
}

/** @param {Quad} quad */
export function quadHeight([a, , , d]) {
  return distance(a, d);
}

/**
 * Degrees from level, clockwise, over -180 to 180.
 *
 * @param {Quad} quad
 */
export function quadAngle([a, b]) {
  return (Math.atan2(b[1] - a[1], b[0] - a[0]) * 180) / Math.PI;
}

/**
 * @param {Point} a
 * @param {Point} b
 */
function distance(a, b) {
  return Math.hypot(b[0] - a[0], b[1] - a[1]);
}
