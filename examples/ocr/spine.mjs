/** @import { Component } from './components.mjs' */

/** Of the polynomial: lines on a page that curls bend to both sides. */
const DEGREE = 3;

/**
 * A rectangle that a region is seen from: its middle, the unit vectors along its width and its height.
 *
 * @typedef {{ cx: number, cy: number, ux: number, uy: number, vx: number, vy: number, width: number, height: number }} Frame
 */

/**
 * The curve through the middle of a component, `v` as a polynomial of `t`, and the component's height across it.
 * Least squares over all pixels; of an even band of height h the squared distances have the mean h² / 12.
 *
 * @param {Component} component
 * @param {Frame} frame
 */
export function fitSpine({ points, area }, { cx, cy, ux, uy, vx, vy, width }) {
  const powers = new Float64Array(2 * DEGREE + 1);
  const products = new Float64Array(DEGREE + 1);
  let squares = 0;
  for (let i = 0; i < points.length; i += 4) {
    const dy = points[i + 1] + 0.5 - cy;
    for (let x = points[i]; x <= points[i + 2]; x++) {
      const dx = x + 0.5 - cx;
      const t = ((dx * ux + dy * uy) * 2) / width;
      const v = dx * vx + dy * vy;
      squares += v * v;
      let power = 1;
      for (let k = 0; k <= 2 * DEGREE; k++, power *= t) {
        powers[k] += power;
        if (k <= DEGREE) products[k] += power * v;
      }
    }
  }
  const coefficients = solve(powers, products);
  let explained = 0;
  for (let k = 0; k <= DEGREE; k++) explained += coefficients[k] * products[k];
  return { coefficients, height: Math.sqrt((12 * Math.max(0, squares - explained)) / area) };
}

/**
 * Solves the normal equations: row i, column j is `powers[i + j]`.
 *
 * @param {Float64Array} powers
 * @param {Float64Array} products
 */
function solve(powers, products) {
  const size = products.length;
  const rows = Array.from(products, (value, i) => Float64Array.of(...powers.subarray(i, i + size), value));
  // The matrix is symmetric and positive definite: no pivot is needed.
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      if (j === i) continue;
      const factor = rows[j][i] / rows[i][i];
      for (let k = i; k <= size; k++) rows[j][k] -= factor * rows[i][k];
    }
  }
  return Float64Array.from(rows, (row, i) => row[size] / row[i]);
}

/**
 * How far the middle of the line lies from the middle of the frame.
 *
 * @param {Float64Array} coefficients
 * @param {number} t -1 to 1 along the width
 */
export function spineAt(coefficients, t) {
  let value = 0;
  for (let k = coefficients.length - 1; k >= 0; k--) value = value * t + coefficients[k];
  return value;
}
