// @ts-check
import { importLibrary, load } from './lib/engines.mjs';
import { makeInputs } from './lib/inputs.mjs';
import { timeClients } from './lib/loops.mjs';
import { collectGarbage, peakMb, residentMb } from './lib/memory.mjs';
import { bar, number, range } from './lib/report.mjs';
import { summarize } from './lib/stats.mjs';

/** @import { Context, Round, Subject } from './lib/rounds.mjs' */

export const title = 'Memory under load, and after it';
export const about = `The 8-layer perceptron (32 MB of weights) with 64 clients for a few seconds, then the model is closed:
\`close()\` and \`memory.emptyCache()\` here, \`release()\` there. Resident memory of the whole process in MB. *Start*: the library
imported and a small model loaded, run and closed, so that its code and ONNX Runtime's are in memory. *Left*: what the
process has more than that, half a second after the end; garbage is collected before both.`;

const DIMS = [1, 1024];

/** @param {Context} context @returns {{ rounds: number, subjects: Subject[] }} */
export function plan({ quick, models }) {
  const times = quick ? { warmupMs: 50, measureMs: 400 } : { warmupMs: 200, measureMs: 3000 };
  const params = { model: models.mlp, small: models.matmul16, ...times };
  return {
    rounds: quick ? 1 : 4,
    subjects: [
      { id: 'ours', label: 'node-tensorrt', kind: 'ours', measure: 'use', params: { library: 'ours', ...params } },
      { id: 'peer', label: 'onnxruntime-node', kind: 'peer', measure: 'use', params: { library: 'peer', ...params } },
    ],
  };
}

/** @param {any} params */
export async function use({ library, model, small, ...times }) {
  const { memory } = /** @type {typeof import('node-tensorrt')} */ (await importLibrary(library));
  await runOnce(library, small, [16, 16], async ({ engine }, feeds) => engine.run(feeds[0]));
  await memory?.emptyCache();
  await collectGarbage();
  const startMb = residentMb();
  const highest = await runOnce(library, model, DIMS, async ({ engine }, feeds) => {
    const { calls } = await timeClients((_, client) => engine.run(feeds[client]), { ...times, concurrency: 64 });
    return { calls, peakMb: peakMb() };
  });
  await memory?.emptyCache();
  await collectGarbage();
  await new Promise((resolve) => setTimeout(resolve, 500));
  return { startMb, ...highest, endMb: residentMb() };
}

/**
 * In a function of its own, so that nothing of the model stays referenced.
 *
 * @template T
 * @param {'ours' | 'peer'} library
 * @param {string} model
 * @param {number[]} dims
 * @param {(loaded: import('./lib/engines.mjs').Loaded, feeds: Record<string, unknown>[]) => Promise<T>} work
 */
async function runOnce(library, model, dims, work) {
  const loaded = await load(library, model);
  const feeds = makeInputs(loaded.Tensor, dims, 64).map((tensor) => ({ [loaded.input]: tensor }));
  const result = await work(loaded, feeds);
  await loaded.close();
  return result;
}

/** @param {Round[]} rounds @param {Subject[]} subjects */
export function report(rounds, subjects) {
  const over = (/** @type {(result: any) => number} */ read) => (/** @type {string} */ id) =>
    summarize(rounds.map((round) => read(round[id])));
  const start = over(({ startMb }) => startMb);
  const added = over((result) => result.peakMb - result.startMb);
  const left = over((result) => result.endMb - result.startMb);
  return {
    tables: [
      {
        columns: ['', 'start', 'peak, more than start', 'min – max', 'left', 'min – max'],
        rows: subjects.map(({ id, label }) => [
          label,
          number(start(id).median),
          number(added(id).median),
          range(added(id)),
          number(left(id).median),
          range(left(id)),
        ]),
      },
    ],
    targets: [],
    charts: [
      {
        name: 'memory',
        title: 'Resident memory above the start: at its peak, and left after closing',
        unit: 'MB',
        bars: subjects.flatMap(({ id, kind, label }) => [
          bar(`${label}, peak`, kind, added(id)),
          bar(`${label}, left`, kind, clampToZero(left(id))),
        ]),
      },
    ],
  };
}

/** A bar cannot be negative; the table shows the number as it is. @param {import('./lib/stats.mjs').Summary} summary */
function clampToZero({ median, min, max }) {
  return { median: Math.max(0, median), min: Math.max(0, min), max: Math.max(0, max) };
}
