// @ts-check
import { curveSubjects, TWO_INSTANCES } from './lib/concurrency-curves.mjs';
import { reportCurves } from './lib/curves-report.mjs';

/** @import { Context, Round, Subject } from './lib/rounds.mjs' */

export { closed } from './lib/concurrency-curves.mjs';

export const title = 'Batches of files whose type is asked for';
export const about = `Google's Magika tells the type of a file from 2048 of its bytes (int32), which are random characters here, one file per
request. Each process first answers small groups of requests, as a day begins. One thread for the model. The rows that the proof of batching generates have nothing but the bytes 1 and 2, which this model
takes for so odd that rounding shows; so it gets three of these files as samples. *piscina*: a pool of two worker threads, each
with a session of onnxruntime-node; it uses two cores, as does node-tensorrt with two instances, all others one.`;

const VARIANTS = [TWO_INSTANCES];

/** @param {Context} context @returns {{ rounds: number, subjects: Subject[], skipped?: string }} */
export function plan({ quick, magika }) {
  if (magika === null) return { rounds: 0, subjects: [], skipped: 'the model is not there (npm run bench fetches it)' };
  const clients = quick ? [1, 4, 16] : [1, 4, 16, 64];
  return {
    rounds: quick ? 1 : 2,
    subjects: curveSubjects({
      model: magika,
      type: 'int32',
      dims: [[1, 2048]],
      clients,
      others: quick ? [1, 4] : [1, 16, 64],
      variants: VARIANTS,
      ramp: true,
      samples: { input: 'bytes', rows: 3 },
      // About 8 ms a file: every client comes to its turn once before the measurement and twice in it.
      times: (count) =>
        quick ? { warmupMs: 100, measureMs: 400 } : { warmupMs: 300 + 9 * count, measureMs: 1000 + 18 * count },
    }),
  };
}

/** @param {Round[]} rounds @param {Subject[]} subjects */
export function report(rounds, subjects) {
  const model = 'Magika';
  const parts = reportCurves(rounds, subjects, { name: 'batching-magika', model, variants: VARIANTS });
  return { ...parts, targets: [], charts: [] };
}
