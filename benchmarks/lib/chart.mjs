// @ts-check

/**
 * @typedef {object} Bar
 * @property {string} label
 * @property {'ours' | 'peer' | 'pool' | 'raw' | 'control'} kind sets the colour
 * @property {number} value
 * @property {number} min lowest of the rounds
 * @property {number} max
 *
 * @typedef {object} Chart Horizontal bars (dots if logarithmic) with a line from the lowest to the highest round.
 * @property {string} name of the file, without .svg
 * @property {string} title
 * @property {string} unit
 * @property {Bar[]} bars
 * @property {boolean} [log] for values that differ by powers of ten
 */

const WIDTH = 760;
const LABEL_WIDTH = 230;
const VALUE_WIDTH = 80;
const ROW = 26;
const TOP = 74;
const BOTTOM = 30;
const PLOT = WIDTH - LABEL_WIDTH - VALUE_WIDTH;

const KINDS = {
  ours: 'node-tensorrt',
  peer: 'onnxruntime-node',
  pool: 'piscina',
  raw: 'raw C API',
  control: 'control',
};

// Follows the reader's light or dark mode; the background is the picture's own, so that it can be read on any page.
export const STYLE = `
    text { font: 13px system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif; fill: #1f2328; }
    .title { font-size: 15px; font-weight: 600; }
    .small { font-size: 11px; fill: #59636e; }
    .page { fill: #ffffff; }
    .grid { stroke: #d1d9e0; stroke-width: 1; }
    .spread { stroke: #1f2328; stroke-width: 1.5; }
    .ours { fill: #1a7f5a; }
    .peer { fill: #d1742c; }
    .pool { fill: #a04fc0; }
    .raw { fill: #7a828b; }
    .control { fill: #5b7fc7; }
    @media (prefers-color-scheme: dark) {
      text { fill: #e6edf3; }
      .small { fill: #9198a1; }
      .page { fill: #0d1117; }
      .grid { stroke: #3d444d; }
      .spread { stroke: #e6edf3; }
      .ours { fill: #2ea876; }
      .peer { fill: #e08a4a; }
      .pool { fill: #bd7fd6; }
      .raw { fill: #8b949e; }
      .control { fill: #7b9de0; }
    }`;

/** @param {Chart} chart @returns {string} an SVG file */
export function drawChart({ title, unit, bars, log = false }) {
  const height = TOP + bars.length * ROW + BOTTOM;
  const bottom = TOP + bars.length * ROW;
  const scale = log ? logScale(bars) : linearScale(bars);
  const ticks = scale.ticks.flatMap((tick) => {
    const x = round(LABEL_WIDTH + scale.at(tick));
    return [
      `<line class="grid" x1="${x}" y1="${TOP - 6}" x2="${x}" y2="${bottom}"/>`,
      `<text class="small" x="${x}" y="${bottom + 16}" text-anchor="middle">${tickText(tick)}</text>`,
    ];
  });
  const marks = bars.flatMap((bar, i) => drawBar(bar, TOP + i * ROW, scale.at, log));
  const scaleNote = log ? `${unit}, logarithmic scale` : unit;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img">`,
    `  <title>${escapeXml(title)}</title>`,
    `  <style>${STYLE}\n  </style>`,
    `  <rect class="page" width="${WIDTH}" height="${height}" rx="6"/>`,
    `  <text class="title" x="16" y="26">${escapeXml(title)}</text>`,
    ...drawLegend(bars).map((line) => `  ${line}`),
    `  <text class="small" x="${WIDTH - 16}" y="50" text-anchor="end">${escapeXml(scaleNote)}</text>`,
    ...[...ticks, ...marks].map((line) => `  ${line}`),
    '</svg>',
    '',
  ].join('\n');
}

/**
 * A bar; on a logarithmic scale, where a bar's length would mean nothing, a dot on a thin line.
 *
 * @param {Bar} bar
 * @param {number} top
 * @param {(value: number) => number} at
 * @param {boolean} isDot
 */
function drawBar({ label, kind, value, min, max }, top, at, isDot) {
  const middle = top + ROW / 2;
  const end = round(LABEL_WIDTH + at(value));
  const length = round(Math.max(1, at(value)));
  const lines = [`<text x="${LABEL_WIDTH - 10}" y="${middle + 4}" text-anchor="end">${escapeXml(label)}</text>`];
  if (isDot) lines.push(`<line class="grid" x1="${LABEL_WIDTH}" y1="${middle}" x2="${end}" y2="${middle}"/>`);
  else
    lines.push(
      `<rect class="${kind}" x="${LABEL_WIDTH}" y="${top + 5}" width="${length}" height="${ROW - 10}" rx="2"/>`,
    );
  const from = round(LABEL_WIDTH + at(min));
  const to = round(LABEL_WIDTH + at(max));
  if (to - from > 1) lines.push(`<line class="spread" x1="${from}" y1="${middle}" x2="${to}" y2="${middle}"/>`);
  if (isDot) lines.push(`<circle class="${kind}" cx="${end}" cy="${middle}" r="6"/>`);
  lines.push(`<text x="${round(Math.max(end, to) + (isDot ? 11 : 6))}" y="${middle + 4}">${valueText(value)}</text>`);
  return lines;
}

/** @param {Bar[]} bars */
function drawLegend(bars) {
  const kinds = [...new Set(bars.map(({ kind }) => kind))];
  let x = 16;
  return kinds.flatMap((kind) => {
    const at = x;
    x += 30 + KINDS[kind].length * 7;
    return [
      `<rect class="${kind}" x="${at}" y="40" width="11" height="11" rx="2"/>`,
      `<text class="small" x="${at + 16}" y="50">${KINDS[kind]}</text>`,
    ];
  });
}

/** @param {Bar[]} bars */
function linearScale(bars) {
  const highest = Math.max(...bars.map(({ max }) => max)) || 1;
  const step = niceStep(highest / 5);
  const end = Math.ceil(highest / step) * step;
  const ticks = Array.from({ length: Math.round(end / step) + 1 }, (_, i) => i * step);
  return { ticks, at: (/** @type {number} */ value) => (value / end) * PLOT };
}

/** @param {Bar[]} bars */
function logScale(bars) {
  const positive = bars.flatMap(({ min, value, max }) => [min, value, max]).filter((value) => value > 0);
  const lowest = Math.floor(Math.log10(Math.min(...positive)));
  const highest = Math.max(lowest + 1, Math.ceil(Math.log10(Math.max(...positive))));
  const ticks = Array.from({ length: highest - lowest + 1 }, (_, i) => 10 ** (lowest + i));
  const at = (/** @type {number} */ value) =>
    value <= 0 ? 0 : Math.max(0, ((Math.log10(value) - lowest) / (highest - lowest)) * PLOT);
  return { ticks, at };
}

/** 1, 2 or 5 times a power of ten, not below `step`. @param {number} step */
export function niceStep(step) {
  const power = 10 ** Math.floor(Math.log10(step));
  return power * /** @type {number} */ ([1, 2, 5, 10].find((factor) => factor * power >= step * 0.999));
}

/** @param {number} value */
export function tickText(value) {
  return Number(value.toPrecision(3)).toLocaleString('en-US', { maximumFractionDigits: 4 });
}

/** @param {number} value */
function valueText(value) {
  return Number(value.toPrecision(3)).toLocaleString('en-US', { maximumFractionDigits: 3 });
}

/** @param {number} value */
function round(value) {
  return Math.round(value * 10) / 10;
}

/** @param {string} text */
export function escapeXml(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
