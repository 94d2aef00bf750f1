// @ts-check

/** @import { Summary } from './stats.mjs' */
/** @import { Bar, Chart } from './chart.mjs' */
/** @import { Curves } from './curves.mjs' */

/**
 * @typedef {object} Table
 * @property {string} [title]
 * @property {string[]} columns
 * @property {(string | number)[][]} rows
 *
 * @typedef {object} Target
 * @property {string} text
 * @property {number} value
 * @property {number} limit
 * @property {'at most' | 'at least'} sense
 * @property {string} unit
 * @property {Summary | null} spread over the rounds
 * @property {boolean} pass
 *
 * @typedef {object} Report
 * @property {Table[]} tables
 * @property {Target[]} targets
 * @property {Chart[]} charts
 * @property {Curves[]} [curves]
 * @property {string[]} [notes] sentences
 */

/** Three significant digits, no exponent: 0.0123, 1.23, 12.3, 123, 1234. @param {number} value */
export function number(value) {
  if (!Number.isFinite(value)) return '–';
  if (value === 0) return '0';
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value.toFixed(Math.min(digits, 4));
}

/** @param {Summary} summary */
export function range({ min, max }) {
  return `${number(min)} – ${number(max)}`;
}

/**
 * A table row: label, median, range, then whatever follows.
 *
 * @param {string} label
 * @param {Summary} summary
 * @param {...number} more
 */
export function row(label, summary, ...more) {
  return [label, number(summary.median), range(summary), ...more.map(number)];
}

/**
 * @param {string} label
 * @param {Bar['kind']} kind
 * @param {Summary} summary
 * @returns {Bar}
 */
export function bar(label, kind, { median, min, max }) {
  return { label, kind, value: median, min, max };
}

/**
 * A limit, and whether it holds. A summary is judged by its median.
 *
 * @param {string} text
 * @param {number | Summary} measured
 * @param {{ atMost?: number, atLeast?: number, unit: string }} limit
 * @returns {Target}
 */
export function target(text, measured, { atMost, atLeast, unit }) {
  const spread = typeof measured === 'number' ? null : measured;
  const value = spread === null ? /** @type {number} */ (measured) : spread.median;
  const limit = /** @type {number} */ (atMost ?? atLeast);
  const pass = atMost === undefined ? value >= limit : value <= limit;
  return { text, value, limit, sense: atMost === undefined ? 'at least' : 'at most', unit, spread, pass };
}

/** @param {Table} table */
export function formatTable({ title, columns, rows }) {
  const line = (/** @type {(string | number)[]} */ cells) =>
    `| ${columns.map((_, i) => escapeCell(cells[i] ?? '')).join(' | ')} |`;
  const rule = columns.map((_, i) => (i === 0 ? '---' : '---:'));
  const lines = [line(columns), `| ${rule.join(' | ')} |`, ...rows.map(line)];
  return (title ? [`**${title}**`, '', ...lines] : lines).join('\n');
}

/** @param {Target} target */
export function formatTarget({ text, value, limit, sense, unit, spread, pass }) {
  const rounds = spread === null ? '' : ` (rounds ${range(spread)})`;
  return `${pass ? 'pass' : 'FAIL'}: ${text}: ${number(value)} ${unit}${rounds}, ${sense} ${number(limit)} ${unit}`;
}

/** @param {string | number} cell */
function escapeCell(cell) {
  return String(cell).replaceAll('|', '\\|');
}
