// @ts-check
import { escapeXml, niceStep, STYLE, tickText } from './chart.mjs';

/**
 * @typedef {object} Curve
 * @property {string} label
 * @property {'ours' | 'peer' | 'pool' | 'raw' | 'control'} kind sets the colour
 * @property {boolean} [dashed]
 * @property {{ x: number, y: number }[]} points ascending in x
 *
 * @typedef {object} Curves Lines over a horizontal axis of powers of two, or of equal steps.
 * @property {string} name of the file, without .svg
 * @property {string} title
 * @property {string} xLabel
 * @property {string} unit of the vertical axis
 * @property {boolean} [linearX] equal distances for equal differences, for many points: without dots
 * @property {boolean} [log] a logarithmic vertical axis, for values above 0 that differ by powers of ten
 * @property {Curve[]} curves
 */

const WIDTH = 760;
const HEIGHT = 380;
const LEFT = 70;
const RIGHT = 170;
const TOP = 60;
const BOTTOM = 50;

/** @param {Curves} chart @returns {string} an SVG file */
export function drawCurves({ title, xLabel, unit, linearX = false, log = false, curves }) {
  const points = curves.flatMap((curve) => curve.points);
  const xs = points.map(({ x }) => x);
  const horizontal = (linearX ? linearScale : powersOfTwo)(xs);
  const scale = (log ? logScale : linearScale)(points.map(({ y }) => y));
  const width = WIDTH - LEFT - RIGHT;
  const height = HEIGHT - TOP - BOTTOM;
  const atX = (/** @type {number} */ x) => round(LEFT + horizontal.at(x) * width);
  const atY = (/** @type {number} */ y) => round(TOP + height - scale.at(y) * height);

  const grid = scale.ticks.flatMap((y) => [
    `<line class="grid" x1="${LEFT}" y1="${atY(y)}" x2="${LEFT + width}" y2="${atY(y)}"/>`,
    `<text class="small" x="${LEFT - 8}" y="${atY(y) + 4}" text-anchor="end">${tickText(y)}</text>`,
  ]);
  const ticks = horizontal.ticks.map(
    (x) => `<text class="small" x="${atX(x)}" y="${TOP + height + 18}" text-anchor="middle">${tickText(x)}</text>`,
  );
  const lines = curves.flatMap(({ kind, dashed, points: curve }) => [
    `<polyline class="${kind} line" ${dashed ? 'stroke-dasharray="6 4" ' : ''}points="${curve.map(({ x, y }) => `${atX(x)},${atY(y)}`).join(' ')}"/>`,
    ...(linearX ? [] : curve).map(({ x, y }) => `<circle class="${kind}" cx="${atX(x)}" cy="${atY(y)}" r="3.5"/>`),
  ]);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img">`,
    `  <title>${escapeXml(title)}</title>`,
    `  <style>${STYLE}${LINE_STYLE}\n  </style>`,
    `  <rect class="page" width="${WIDTH}" height="${HEIGHT}" rx="6"/>`,
    `  <text class="title" x="16" y="26">${escapeXml(title)}</text>`,
    `  <text class="small" x="16" y="46">${escapeXml(log ? `${unit}, logarithmic scale` : unit)}</text>`,
    `  <text class="small" x="${LEFT + width / 2}" y="${HEIGHT - 12}" text-anchor="middle">${escapeXml(xLabel)}</text>`,
    ...[...grid, ...ticks, ...lines, ...labels(curves, atY)].map((line) => `  ${line}`),
    '</svg>',
    '',
  ].join('\n');
}

/** Where a value stands between the lowest (0) and the highest (1). @typedef {{ ticks: number[], at: (y: number) => number }} Scale */

/** @param {number[]} values @returns {Scale} with a tick at each of them */
function powersOfTwo(values) {
  const ticks = [...new Set(values)].sort((a, b) => a - b);
  const [lowest, highest] = [Math.log2(ticks[0] ?? 1), Math.log2(ticks.at(-1) ?? 2)];
  return { ticks, at: (x) => (Math.log2(x) - lowest) / (highest - lowest || 1) };
}

/** @param {number[]} values @returns {Scale} from 0 on */
function linearScale(values) {
  const highest = Math.max(...values, 1e-9);
  const step = niceStep(highest / 5);
  const steps = Math.ceil(highest / step);
  return { ticks: Array.from({ length: steps + 1 }, (_, i) => i * step), at: (y) => y / (steps * step) };
}

/** @param {number[]} values @returns {Scale} whole powers of ten; what is not above 0 stands at the lowest */
function logScale(values) {
  const positive = values.filter((value) => value > 0);
  const lowest = Math.floor(Math.log10(Math.min(...positive, 1e9)));
  const powers = Math.max(1, Math.ceil(Math.log10(Math.max(...positive, 1e-9))) - lowest);
  const ticks = Array.from({ length: powers + 1 }, (_, i) => 10 ** (lowest + i));
  return { ticks, at: (y) => (y > 0 ? (Math.log10(y) - lowest) / powers : 0) };
}

const LINE_STYLE = `
    .line { fill: none; stroke-width: 2; }
    .ours.line { stroke: #1a7f5a; } .peer.line { stroke: #d1742c; } .pool.line { stroke: #a04fc0; } .raw.line { stroke: #7a828b; } .control.line { stroke: #5b7fc7; }`;

/** Beside the ends of the curves, apart from each other. @param {Curve[]} curves @param {(y: number) => number} atY */
function labels(curves, atY) {
  const ends = curves.map(({ label, points }) => ({ label, y: atY(points.at(-1)?.y ?? 0) }));
  ends.sort((a, b) => a.y - b.y);
  for (let i = 1; i < ends.length; i++) {
    const [above, below] = /** @type {[{ y: number }, { y: number }]} */ ([ends[i - 1], ends[i]]);
    below.y = Math.max(below.y, above.y + 16);
  }
  return ends.map(
    ({ label, y }) => `<text class="small" x="${WIDTH - RIGHT + 10}" y="${y + 4}">${escapeXml(label)}</text>`,
  );
}

/** @param {number} value */
function round(value) {
  return Math.round(value * 10) / 10;
}
