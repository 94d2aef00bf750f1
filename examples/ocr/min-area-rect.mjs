/**
 * A rectangle at any angle. `ux, uy` is the unit vector along its width; its height runs along `-uy, ux`.
 *
 * @typedef {{ cx: number, cy: number, ux: number, uy: number, width: number, height: number }} Rect
 */

/**
 * The convex hull of points that are sorted by y and then by x, by two monotone chains.
 *
 * @param {ArrayLike<number>} points x0, y0, x1, y1, …
 * @returns {Float64Array} corners, each once, the turn from one to the next always to the same side
 */
export function convexHull(points) {
  const count = points.length / 2;
  const hull = new Float64Array(points.length * 2 + 2);
  let size = chain(points, 0, count, 1, hull, 0);
  size = chain(points, count - 1, -1, -1, hull, Math.max(0, size - 1));
  return hull.slice(0, Math.max(1, size - 1) * 2);
}

/**
 * Appends one chain to `hull` from index `start` and returns the new size.
 *
 * @param {ArrayLike<number>} points
 * @param {number} from
 * @param {number} to
 * @param {1 | -1} step
 * @param {Float64Array} hull
 * @param {number} start
 */
function chain(points, from, to, step, hull, start) {
  let size = start;
  for (let i = from; i !== to; i += step) {
    const x = points[i * 2];
    const y = points[i * 2 + 1];
    while (size - start >= 2) {
      const ax = hull[size * 2 - 4];
      const ay = hull[size * 2 - 3];
      const bx = hull[size * 2 - 2];
      const by = hull[size * 2 - 1];
      if ((bx - ax) * (y - ay) - (by - ay) * (x - ax) < 0) break;
      size--;
    }
    if (size > start && hull[size * 2 - 2] === x && hull[size * 2 - 1] === y) continue;
    hull[size * 2] = x;
    hull[size * 2 + 1] = y;
    size++;
  }
  return size;
}

/**
 * The smallest rectangle around a convex hull. One of its sides lies on a side of the hull, so every side is tried while
 * three calipers walk round with it.
 *
 * @param {Float64Array} hull from {@link convexHull}
 * @returns {Rect}
 */
export function minAreaRect(hull) {
  const count = hull.length / 2;
  if (count < 3) return segmentRect(hull);
  let best = /** @type {Rect | undefined} */ (undefined);
  let ahead = 1;
  let across = 1;
  let behind = 1;
  for (let i = 0; i < count; i++) {
    const next = (i + 1) % count;
    const dx = hull[next * 2] - hull[i * 2];
    const dy = hull[next * 2 + 1] - hull[i * 2 + 1];
    const length = Math.hypot(dx, dy);
    const ux = dx / length;
    const uy = dy / length;
    // The hull turns so that its inside lies along (uy, -ux).
    ahead = climb(hull, count, Math.max(ahead, i + 1), ux, uy);
    across = climb(hull, count, Math.max(across, ahead), uy, -ux);
    behind = climb(hull, count, Math.max(behind, across), -ux, -uy);
    const left = along(hull, behind % count, ux, uy);
    const right = along(hull, ahead % count, ux, uy);
    const near = along(hull, i, uy, -ux);
    const far = along(hull, across % count, uy, -ux);
    const width = right - left;
    const height = far - near;
    if (best && width * height >= best.width * best.height) continue;
    const a = (left + right) / 2;
    const b = (near + far) / 2;
    best = { cx: a * ux + b * uy, cy: a * uy - b * ux, ux, uy, width, height };
  }
  return /** @type {Rect} */ (best);
}

/**
 * The corner from `start` on after which the hull no longer rises in a direction.
 *
 * @param {Float64Array} hull
 * @param {number} count
 * @param {number} start
 * @param {number} dx
 * @param {number} dy
 */
function climb(hull, count, start, dx, dy) {
  let at = start;
  while (at < start + count && along(hull, (at + 1) % count, dx, dy) > along(hull, at % count, dx, dy)) at++;
  return at;
}

/**
 * @param {Float64Array} hull
 * @param {number} corner
 * @param {number} dx
 * @param {number} dy
 */
function along(hull, corner, dx, dy) {
  return hull[corner * 2] * dx + hull[corner * 2 + 1] * dy;
}

/**
 * @param {Float64Array} hull one or two points
 * @returns {Rect}
 */
function segmentRect(hull) {
  const [ax, ay] = hull;
  const bx = hull[hull.length - 2];
  const by = hull[hull.length - 1];
  const width = Math.hypot(bx - ax, by - ay);
  const ux = width > 0 ? (bx - ax) / width : 1;
  const uy = width > 0 ? (by - ay) / width : 0;
  return { cx: (ax + bx) / 2, cy: (ay + by) / 2, ux, uy, width, height: 0 };
}
