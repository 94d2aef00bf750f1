// @ts-check
import { load } from './lib/engines.mjs';
import { checksum, makeInputs } from './lib/inputs.mjs';
import { timeClients } from './lib/loops.mjs';
import { bar, number, row } from './lib/report.mjs';
import { checkSameResults } from './lib/rounds.mjs';
import { pairedRatio, summarize } from './lib/stats.mjs';

/** @import { Context, Round, Subject } from './lib/rounds.mjs' */

export const title = 'A model of two milliseconds under load';
export const about = `A perceptron of 8 layers of 1024, one row per request, one thread. 1, 16 and 64 clients: each sends its
next request when it has the answer to its last one, and requests that wait meet in batches. The raw loop is one C program
that runs the model without a pause: no server that computes one row at a time on one thread can answer more. The loop with
32 rows a run is the limit for batches. A ratio above 1 is a higher throughput.`;

const DIMS = [1, 1024];
const BATCH = 32;
const CLIENTS = [1, 16, 64];

/** @param {Context} context @returns {{ rounds: number, subjects: Subject[] }} */
export function plan({ quick, models }) {
  const times = quick ? { warmupMs: 100, measureMs: 300 } : { warmupMs: 400, measureMs: 1200 };
  const model = models.mlp;
  const raw = (/** @type {number[]} */ dims) => ({ model, dims, output: 'fresh', numInputs: 8, ...times });
  return {
    rounds: quick ? 1 : 5,
    subjects: [
      { id: 'raw', label: 'raw C API', kind: 'raw', params: raw(DIMS) },
      ...CLIENTS.flatMap((concurrency) => {
        const suffix = `${concurrency} client${concurrency === 1 ? '' : 's'}`;
        const params = { model, concurrency, ...times };
        return /** @type {Subject[]} */ ([
          {
            id: `ours${concurrency}`,
            label: `node-tensorrt, ${suffix}`,
            kind: 'ours',
            measure: 'clients',
            params: { library: 'ours', ...params },
          },
          {
            id: `peer${concurrency}`,
            label: `onnxruntime-node, ${suffix}`,
            kind: 'peer',
            measure: 'clients',
            params: { library: 'peer', ...params },
          },
        ]);
      }),
      { id: 'rawBatch', label: `raw C API, ${BATCH} rows a run`, kind: 'raw', params: raw([BATCH, 1024]) },
    ],
  };
}

/** @param {any} params */
export async function clients({ library, model, concurrency, ...times }) {
  const { engine, Tensor, input, output, close } = await load(library, model);
  const feeds = makeInputs(Tensor, DIMS, concurrency).map((tensor) => ({ [input]: tensor }));
  const first = await engine.run(feeds[0]);
  const rate = await timeClients((_, client) => engine.run(feeds[client]), { ...times, concurrency });
  await close();
  return { ...rate, checksum: checksum(first[output].data) };
}

/** @param {Round[]} rounds @param {Subject[]} subjects */
export function report(rounds, subjects) {
  const single = subjects.filter(({ id }) => id !== 'rawBatch');
  checkSameResults(
    rounds,
    single.map(({ id }) => id),
  );
  const perSecond = (/** @type {string} */ id) => (/** @type {Round} */ round) =>
    ((id === 'rawBatch' ? BATCH : 1) * 1e6) / round[id].usPerCall;
  const latency = (/** @type {string} */ id, /** @type {'p50Us' | 'p99Us'} */ field) =>
    number(summarize(rounds.map((round) => round[id][field] / 1000)).median);
  const ratio = (/** @type {string} */ a, /** @type {string} */ b) => pairedRatio(rounds, perSecond(a), perSecond(b));
  return {
    tables: [
      {
        columns: ['', 'rows per second', 'min – max', '× raw', '× onnxruntime-node', 'p50 ms', 'p99 ms'],
        rows: subjects.map(({ id, label }) => [
          ...row(label, summarize(rounds.map(perSecond(id))), ratio(id, 'raw').median),
          id.startsWith('ours') ? number(ratio(id, id.replace('ours', 'peer')).median) : '',
          latency(id, 'p50Us'),
          latency(id, 'p99Us'),
        ]),
      },
    ],
    targets: [],
    charts: [
      {
        name: 'mlp',
        title: 'Rows per second, 8-layer perceptron, one thread',
        unit: 'rows/s',
        bars: single.map(({ id, label, kind }) => bar(label, kind, summarize(rounds.map(perSecond(id))))),
      },
    ],
  };
}
