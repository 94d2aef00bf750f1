// @ts-check
import { quadHeight, quadWidth } from './quad.mjs';

/** @import { Quad } from './types.mjs' */

/** Boxes are in one row if they overlap by this share of the lower one. */
const SAME_ROW = 0.5;
/** Columns: at least so many lines on each side, of at least so many heights in width, and a gap of a height between. */
const COLUMN_LINES = 3;
const COLUMN_ASPECT = 5;

/**
 * A box in the page's own frame, where reading goes along x and then along y.
 *
 * @template [T=unknown]
 * @typedef {{ line: T, left: number, right: number, top: number, bottom: number }} Item
 */

/**
 * Lines in reading order: rows from the top, rows from the left, and columns of running text one after the other. Also
 * for a page that lies aslant, on its side or upside down.
 *
 * @template {{ quad: Quad }} T
 * @param {readonly T[]} lines
 * @returns {T[]}
 */
export function sortForReading(lines) {
  return ordered(inPageFrame(lines)).map(({ line }) => line);
}

/**
 * @template {{ quad: Quad }} T
 * @param {readonly T[]} lines
 * @returns {Item<T>[]}
 */
function inPageFrame(lines) {
  // Every line pulls the page's direction towards its own, by its length; short ones hardly know theirs.
  let ux = 0;
  let uy = 0;
  for (const {
    quad: [a, b],
  } of lines) {
    ux += b[0] - a[0];
    uy += b[1] - a[1];
  }
  const length = Math.hypot(ux, uy) || 1;
  ux /= length;
  uy /= length;
  return lines.map((line) => {
    const { quad } = line;
    const cx = (quad[0][0] + quad[2][0]) / 2;
    const cy = (quad[0][1] + quad[2][1]) / 2;
    const x = cx * ux + cy * uy;
    const y = cy * ux - cx * uy;
    const across = Math.abs((quad[1][0] - quad[0][0]) * ux + (quad[1][1] - quad[0][1]) * uy) >= quadWidth(quad) / 2;
    const halfWidth = (across ? quadWidth(quad) : quadHeight(quad)) / 2;
    const halfHeight = (across ? quadHeight(quad) : quadWidth(quad)) / 2;
    return { line, left: x - halfWidth, right: x + halfWidth, top: y - halfHeight, bottom: y + halfHeight };
  });
}

/**
 * @template T
 * @param {Item<T>[]} items
 * @returns {Item<T>[]}
 */
function ordered(items) {
  const rows = toRows(items);
  for (let from = 0; from < rows.length; from++) {
    for (let to = rows.length; to - from >= COLUMN_LINES; to--) {
      const columns = splitColumns(rows.slice(from, to).flat());
      if (!columns) continue;
      return [rows.slice(0, from).flat(), ...columns.map(ordered), ordered(rows.slice(to).flat())].flat();
    }
  }
  return rows.flat();
}

/**
 * Rows from the top, each from the left.
 *
 * @template T
 * @param {Item<T>[]} items
 */
function toRows(items) {
  /** @type {Item<T>[][]} */
  const rows = [];
  for (const item of items.toSorted((a, b) => a.top + a.bottom - b.top - b.bottom)) {
    const row = rows.at(-1);
    const last = row?.at(-1);
    if (row && last && overlap(last, item) > SAME_ROW) row.push(item);
    else rows.push([item]);
  }
  for (const row of rows) row.sort((a, b) => a.left - b.left);
  return rows;
}

/**
 * @param {Item} a
 * @param {Item} b
 */
function overlap(a, b) {
  const common = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
  return common / Math.min(a.bottom - a.top, b.bottom - b.top);
}

/**
 * The left and the right part, if a gap runs through from top to bottom with running text on both sides.
 *
 * @template T
 * @param {Item<T>[]} items
 */
function splitColumns(items) {
  const height = median(items.map(({ top, bottom }) => bottom - top));
  const sorted = items.toSorted((a, b) => a.left - b.left);
  let end = -Infinity;
  for (const [i, item] of sorted.entries()) {
    if (item.left - end >= height) {
      const sides = [sorted.slice(0, i), sorted.slice(i)];
      if (sides.every((side) => isColumn(side, height))) return sides;
    }
    end = Math.max(end, item.right);
  }
  return undefined;
}

/**
 * @param {Item[]} items
 * @param {number} height
 */
function isColumn(items, height) {
  if (items.length < COLUMN_LINES) return false;
  return median(items.map(({ left, right }) => right - left)) >= COLUMN_ASPECT * height;
}

/** @param {number[]} values */
function median(values) {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
}
