// @ts-check
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { curveSubjects, limitOf, TWO_INSTANCES } from './lib/concurrency-curves.mjs';
import { curveResults, reportCurves } from './lib/curves-report.mjs';
import { load } from './lib/engines.mjs';
import { row, target } from './lib/report.mjs';
import { pairedRatio } from './lib/stats.mjs';

/** @import { Context, Round, Subject } from './lib/rounds.mjs' */

export { closed } from './lib/concurrency-curves.mjs';

export const title = 'Requests that meet in batches';
export const about = `The 8-layer perceptron again, one row per request, one thread for the model, batches of up to 32 rows (the
default). The raw loop runs as many rows at once as there are clients, 32 at most, without a pause: nothing can be faster.
*piscina*: a pool of two worker threads, each with a session of onnxruntime-node; it uses two cores, as does node-tensorrt
with two instances, all others one. *Worker threads*: the 64 clients are spread over several threads, which share one engine.`;

const DIMS = [1, 1024];
const CLIENTS = [1, 2, 4, 8, 16, 32, 64, 128, 256];
const OTHERS = [1, 4, 16, 64, 256];
const THREADS = [1, 2, 4];
const VARIANTS = [TWO_INSTANCES];

/** @param {Context} context @returns {{ rounds: number, subjects: Subject[] }} */
export function plan({ quick, models }) {
  const times = quick ? { warmupMs: 100, measureMs: 300 } : { warmupMs: 300, measureMs: 800 };
  const model = String(models['mlp']);
  const dims = [DIMS];
  const ours = { kind: /** @type {const} */ ('ours') };
  const off = { library: 'ours', model, type: 'float32', dims, concurrency: 1, options: { batching: false }, ...times };
  return {
    rounds: quick ? 1 : 3,
    subjects: [
      ...curveSubjects({
        ...{ model, dims, variants: VARIANTS, times: () => times },
        clients: quick ? [1, 16, 64] : CLIENTS,
        others: quick ? [1, 64] : OTHERS,
      }),
      { ...ours, id: 'off1', label: 'node-tensorrt without batching, 1', measure: 'closed', params: off },
      ...THREADS.map((count) => ({
        ...ours,
        id: `threads${count}`,
        label: `node-tensorrt, ${count} × ${64 / count}`,
        measure: 'threads',
        params: { model, threads: count, ...times },
      })),
    ],
  };
}

/** @param {any} params */
export async function threads({ model, threads: count, ...times }) {
  const { engine, close } = await load('ours', model);
  const workerData = { token: engine.share(), dims: DIMS, concurrency: 64 / count, ...times };
  const program = new URL('./lib/shared-worker.mjs', import.meta.url);
  const workers = Array.from({ length: count }, () => new Worker(program, { workerData }));
  const nextMessages = () => Promise.all(workers.map(async (worker) => (await once(worker, 'message'))[0]));
  await nextMessages();
  const ended = nextMessages();
  // All at once, or the first would have the engine for themselves.
  for (const worker of workers) worker.postMessage('go');
  const rates = await ended;
  const { items, batches } = engine.stats();
  await close();
  const perUs = rates.reduce((sum, { usPerCall }) => sum + 1 / usPerCall, 0);
  const p99Us = Math.max(...rates.map((rate) => rate.p99Us));
  return { usPerCall: 1 / perUs, p99Us, rows: items, runs: batches.count };
}

/** @param {Round[]} rounds @param {Subject[]} subjects */
export function report(rounds, subjects) {
  const model = '8-layer perceptron';
  const { tables, curves, notes } = reportCurves(rounds, subjects, { name: 'batching', model, variants: VARIANTS });
  const { rate, ratio, over } = curveResults(rounds, subjects);
  const limit = limitOf(64);
  return {
    tables: [
      ...tables,
      {
        title: '64 clients in worker threads that share one engine',
        columns: ['threads × clients', 'rows per second', 'min – max', '× raw', 'p99 ms', 'rows a run'],
        rows: THREADS.map((count) => {
          const id = `threads${count}`;
          return row(
            `${count} × ${64 / count}`,
            rate(id),
            ratio(id, limit).median,
            over((round) => round[id].p99Us / 1000).median,
            over((round) => round[id].rows / round[id].runs).median,
          );
        }),
      },
    ],
    targets: [
      target('64 clients, throughput against onnxruntime-node', ratio('ours64', 'peer64'), { atLeast: 6, unit: '×' }),
      target('64 clients, throughput against the raw loop of 32 rows', ratio('ours64', limit), {
        atLeast: 0.85,
        unit: '×',
      }),
      target('4 threads × 16 clients, throughput against the raw loop', ratio('threads4', limit), {
        atLeast: 0.8,
        unit: '×',
      }),
      target(
        'one client, time against batching: false',
        pairedRatio(
          rounds,
          (round) => round['ours1'].usPerCall,
          (round) => round['off1'].usPerCall,
        ),
        { atMost: 1.05, unit: '×' },
      ),
      target(
        '64 clients, the event loop is late by (p99.9)',
        over((round) => round['ours64'].loopMs.p999),
        { atMost: 5, unit: 'ms' },
      ),
    ],
    charts: [],
    curves,
    notes,
  };
}
