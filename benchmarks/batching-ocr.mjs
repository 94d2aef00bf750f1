// @ts-check
import { packagedModels } from '../examples/ocr/models.mjs';
import { curveSubjects, TWO_INSTANCES } from './lib/concurrency-curves.mjs';
import { reportCurves } from './lib/curves-report.mjs';

/** @import { Context, Round, Subject } from './lib/rounds.mjs' */

export { closed } from './lib/concurrency-curves.mjs';

export const title = 'Batches of lines of text';
export const about = `The recogniser of the OCR example (PP-OCRv4), one line per request, 48 pixels high and in turn 96, 192 and 304 wide; only
lines of the same width can meet. Its results are large: 6625 floats for each 8 pixels of width. Each process first answers small groups of requests, as a
day begins. One thread for the model; the raw
loop runs as many lines of one width at once as there are clients, 32 at most. *piscina*: a pool of two worker threads, each
with a session of onnxruntime-node; it uses two cores, as does node-tensorrt with two instances, all others one.`;

const WIDTHS = [96, 192, 304];
const VARIANTS = [
  { id: 'small', label: 'node-tensorrt, maxSize: 2', options: { batching: { maxSize: 2 } } },
  TWO_INSTANCES,
];

/** @param {Context} context @returns {{ rounds: number, subjects: Subject[] }} */
export function plan({ quick }) {
  const clients = quick ? [1, 4, 16] : [1, 4, 16, 64];
  return {
    rounds: quick ? 1 : 2,
    subjects: curveSubjects({
      model: packagedModels().recognition,
      dims: WIDTHS.map((width) => [1, 3, 48, width]),
      clients,
      others: quick ? [1, 4] : [1, 16, 64],
      variants: VARIANTS,
      ramp: true,
      // About 12 ms a line: every client comes to its turn once before the measurement and twice in it.
      times: (count) =>
        quick ? { warmupMs: 100, measureMs: 600 } : { warmupMs: 400 + 13 * count, measureMs: 1200 + 26 * count },
    }),
  };
}

/** @param {Round[]} rounds @param {Subject[]} subjects */
export function report(rounds, subjects) {
  const model = 'recognition of lines of text';
  const parts = reportCurves(rounds, subjects, { name: 'batching-ocr', model, variants: VARIANTS });
  return { ...parts, targets: [], charts: [] };
}
