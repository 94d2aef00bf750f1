// @ts-check
import { quadAngle } from './quad.mjs';

/** @import { RecognitionCounts, Result } from './reader.mjs' */

/** @typedef {Result & { file: string, annotated: string, recognition?: RecognitionCounts | undefined }} Report */

/**
 * What a person reads: the lines, then the time per stage.
 *
 * @param {Report} result
 * @param {{ colour?: boolean }} [options]
 */
export function textReport(result, { colour = false } = {}) {
  const { file, picture, lines, timesMs, annotated, recognition } = result;
  const paint = colour ? ansi : (/** @type {string} */ text) => text;
  const head = `${file}, ${picture.width} × ${picture.height}`;
  const numberWidth = String(lines.length).length;
  const found = lines.map(({ text, confidence }, i) => {
    const sure = `${(confidence * 100).toFixed(1).padStart(5)} %`;
    return `${String(i + 1).padStart(numberWidth)}  ${paint(sure, confidence >= 0.9 ? 'green' : 'yellow')}  ${text}`;
  });
  const table = [...timeTable(timesMs, paint), ...(recognition ? [runsLine(recognition)] : [])];
  return [
    paint(head, 'bold'),
    '',
    ...(found.length > 0 ? found : ['no text found']),
    '',
    ...table,
    '',
    annotated,
    '',
  ].join('\n');
}

/** @param {RecognitionCounts} counts */
function runsLine({ lines, runs, linesPerRun }) {
  const of = (/** @type {number} */ count, /** @type {string} */ name) => `${count} ${name}${count === 1 ? '' : 's'}`;
  return `recognised ${of(lines, 'line')} in ${of(runs, 'run')}${runs > 0 ? `, ${linesPerRun.toFixed(1)} lines a run` : ''}`;
}

/**
 * What a program reads.
 *
 * @param {Report} result
 */
export function jsonReport({ file, picture, lines, timesMs, annotated, recognition }) {
  return {
    file,
    width: picture.width,
    height: picture.height,
    lines: lines.map(({ text, confidence, quad }) => ({
      text,
      confidence: rounded(confidence, 4),
      angle: rounded(quadAngle(quad), 1),
      quad: quad.map((point) => point.map((value) => rounded(value, 1))),
    })),
    timesMs: Object.fromEntries(Object.entries(timesMs).map(([stage, ms]) => [stage, rounded(ms, 2)])),
    ...(recognition && { recognition: { ...recognition, linesPerRun: rounded(recognition.linesPerRun, 2) } }),
    annotated,
  };
}

/**
 * @param {Record<string, number>} timesMs
 * @param {(text: string, style: 'dim' | 'bold') => string} paint
 */
function timeTable(timesMs, paint) {
  const stages = Object.entries(timesMs);
  const width = Math.max(...stages.map(([stage]) => stage.length));
  const rows = stages.map(([stage, ms]) => {
    const row = `${stage.padEnd(width)}  ${ms.toFixed(1).padStart(9)} ms`;
    return stage === 'total' ? paint(row, 'bold') : row;
  });
  return [
    ...rows,
    paint('load runs beside decode; crop, preprocess and decode of lines beside recognise: inference', 'dim'),
  ];
}

const STYLES = { bold: [1, 22], dim: [2, 22], green: [32, 39], yellow: [33, 39] };

/**
 * @param {string} text
 * @param {keyof typeof STYLES} style
 */
function ansi(text, style) {
  const [on, off] = STYLES[style];
  return `\x1b[${on}m${text}\x1b[${off}m`;
}

/**
 * @param {number} value
 * @param {number} digits
 */
function rounded(value, digits) {
  return Number(value.toFixed(digits));
}
