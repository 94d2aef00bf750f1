// @ts-check
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { sendAtRandom } from './lib/arrivals.mjs';
import { load } from './lib/engines.mjs';
import { checksum, makeInputs } from './lib/inputs.mjs';
import { timeClients } from './lib/loops.mjs';
import { number, row, target } from './lib/report.mjs';
import { checkSameResults } from './lib/rounds.mjs';
import { pairedRatio, quantiles, summarize } from './lib/stats.mjs';

/** @import { Context, Round, Subject } from './lib/rounds.mjs' */

export const title = 'Requests that meet in batches';
export const about = `The 8-layer perceptron again, one row per request, one thread for the model, batches of up to 32 rows (the
default). The raw loop runs as many rows at once as there are clients, 32 at most, without a pause: nothing can be faster.
*Worker threads*: the 64 clients are spread over several threads, which share one engine. *Open clients*: requests come
at random, at a share of the rate that 64 clients reached just before, each to be answered within 100 ms.`;

const DIMS = [1, 1024];
const BATCH = 32;
const CLIENTS = [1, 2, 4, 8, 16, 32, 64, 128, 256];
const WORKERS = [1, 2, 4];
const LOADS = [0.5, 0.8, 1, 1.2];
const DEADLINE_MS = 100;

/** @param {Context} context @returns {{ rounds: number, subjects: Subject[] }} */
export function plan({ quick, models }) {
  const times = quick ? { warmupMs: 100, measureMs: 300 } : { warmupMs: 400, measureMs: 1000 };
  const model = models.mlp;
  const clients = quick ? [1, 16, 64] : CLIENTS;
  /** @type {(id: string, label: string, kind: Subject['kind'], measure: string, params: object) => Subject} */
  const subject = (id, label, kind, measure, params) => ({
    id,
    label,
    kind,
    measure,
    params: { model, ...times, ...params },
  });
  const rawSizes = [...new Set(clients.map((count) => Math.min(count, BATCH)))];
  return {
    rounds: quick ? 1 : 3,
    subjects: [
      ...rawSizes.map((rows) => ({
        id: `raw${rows}`,
        label: `raw C API, ${rows} rows a run`,
        kind: /** @type {const} */ ('raw'),
        params: { model, dims: [rows, 1024], output: 'fresh', numInputs: 8, ...times },
      })),
      ...clients.flatMap((concurrency) => [
        subject(`ours${concurrency}`, `node-tensorrt, ${concurrency}`, 'ours', 'closed', {
          library: 'ours',
          concurrency,
        }),
        subject(`peer${concurrency}`, `onnxruntime-node, ${concurrency}`, 'peer', 'closed', {
          library: 'peer',
          concurrency,
        }),
      ]),
      subject('off1', 'node-tensorrt without batching, 1', 'ours', 'closed', {
        library: 'ours',
        concurrency: 1,
        options: { batching: false },
      }),
      ...WORKERS.map((workers) =>
        subject(`workers${workers}`, `node-tensorrt, ${workers} × ${64 / workers}`, 'ours', 'threads', { workers }),
      ),
      ...LOADS.map((share) =>
        subject(`open${share}`, `${share * 100} % of capacity`, 'ours', 'open', { share, openMs: quick ? 500 : 4000 }),
      ),
    ],
  };
}

/** @param {any} params */
export async function closed({ library, model, concurrency, options, ...times }) {
  const { engine, Tensor, input, output, close } = await load(library, model, options);
  const feeds = makeInputs(Tensor, DIMS, concurrency).map((tensor) => ({ [input]: tensor }));
  const first = await engine.run(feeds[0]);
  const rate = await timeClients((_, client) => engine.run(feeds[client]), { ...times, concurrency });
  const { items, batches } =
    library === 'ours' ? engine.stats() : { items: 0, batches: { count: 0, gatheredItems: 0 } };
  await close();
  return { ...rate, checksum: checksum(first[output].data), items, ...batches };
}

/** @param {any} params */
export async function threads({ model, workers, ...times }) {
  const { engine, close } = await load('ours', model);
  const workerData = { token: engine.share(), dims: DIMS, concurrency: 64 / workers, ...times };
  const program = new URL('./lib/shared-worker.mjs', import.meta.url);
  const started = Array.from({ length: workers }, () => new Worker(program, { workerData }));
  const rates = await Promise.all(started.map(async (worker) => (await once(worker, 'message'))[0]));
  const { items, batches } = engine.stats();
  await close();
  const perUs = rates.reduce((sum, { usPerCall }) => sum + 1 / usPerCall, 0);
  return { usPerCall: 1 / perUs, p99Us: Math.max(...rates.map(({ p99Us }) => p99Us)), items, ...batches };
}

/** @param {any} params */
export async function open({ model, share, openMs, ...times }) {
  const { engine, Tensor, input, close } = await load('ours', model);
  const feeds = makeInputs(Tensor, DIMS, 64).map((tensor) => ({ [input]: tensor }));
  const { usPerCall } = await timeClients((_, client) => engine.run(feeds[client]), { ...times, concurrency: 64 });
  const perSecond = (share * 1e6) / usPerCall;
  const rssBefore = process.memoryUsage.rss();
  const send = (/** @type {number} */ i) =>
    engine.run(feeds[i & 63], { timeoutMs: DEADLINE_MS }).then(
      () => /** @type {const} */ ('kept'),
      (/** @type {any} */ error) =>
        error.details?.reason === 'deadline-unreachable' || error.code === 'QUEUE_FULL' ? 'rejected' : 'late',
    );
  const { keptUs, rejectedUs, ...counts } = await sendAtRandom(send, { perSecond, measureMs: openMs });
  const rssGrowth = process.memoryUsage.rss() - rssBefore;
  await close();
  const rejection = rejectedUs.length > 0 ? quantiles(rejectedUs) : { p99: 0, max: 0 };
  return { ...counts, perSecond, openMs, kept99Us: quantiles(keptUs).p99, rejected99Us: rejection.p99, rssGrowth };
}

/** @param {Round[]} rounds @param {Subject[]} subjects */
export function report(rounds, subjects) {
  const ids = subjects.map(({ id }) => id);
  const clients = ids.filter((id) => id.startsWith('peer')).map((id) => Number(id.slice(4)));
  checkSameResults(
    rounds,
    ids.filter((id) => /^(ours|peer|off)/.test(id)),
  );
  const perSecond = (/** @type {string} */ id) => (/** @type {Round} */ round) =>
    ((id.startsWith('raw') ? Number(id.slice(3)) : 1) * 1e6) / round[id].usPerCall;
  const ratio = (/** @type {string} */ a, /** @type {string} */ b) => pairedRatio(rounds, perSecond(a), perSecond(b));
  const rate = (/** @type {string} */ id) => summarize(rounds.map(perSecond(id)));
  const median = (/** @type {string} */ id, /** @type {string} */ field) =>
    summarize(rounds.map((round) => round[id][field])).median;
  const limitOf = (/** @type {number} */ count) => `raw${Math.min(count, BATCH)}`;
  const rowOf = (/** @type {string} */ id, /** @type {string} */ label, /** @type {string} */ limit) => [
    ...row(label, rate(id), ratio(id, limit).median),
    number(median(id, 'p99Us') / 1000),
    number(median(id, 'items') / median(id, 'count')),
  ];
  const curve = (/** @type {string} */ kind) => clients.map((x) => ({ x, y: rate(`${kind}${x}`).median }));
  const share = (/** @type {Round} */ round, /** @type {string} */ id) =>
    round[id].kept / (round[id].kept + round[id].late);
  const overload = `open${Math.max(...LOADS)}`;
  return {
    tables: [
      {
        title: 'Clients in one thread',
        columns: ['clients', 'rows per second', 'min – max', '× raw', 'p99 ms', 'rows a batch', '× onnxruntime-node'],
        rows: clients.map((count) => [
          ...rowOf(`ours${count}`, String(count), limitOf(count)),
          number(ratio(`ours${count}`, `peer${count}`).median),
        ]),
      },
      {
        title: '64 clients in worker threads that share one engine',
        columns: ['threads × clients', 'rows per second', 'min – max', '× raw', 'p99 ms', 'rows a batch'],
        rows: WORKERS.map((workers) => rowOf(`workers${workers}`, `${workers} × ${64 / workers}`, `raw${BATCH}`)),
      },
      {
        title: `Open clients, each request to be answered within ${DEADLINE_MS} ms`,
        columns: [
          'load',
          'sent per second',
          'kept per second',
          'refused',
          'of the others kept',
          'p99 ms',
          'refused within (p99), ms',
          'memory grown, MB',
        ],
        rows: LOADS.map((load) => {
          const id = `open${load}`;
          const per = (/** @type {string} */ field) => median(id, field) / (median(id, 'openMs') / 1000);
          return [
            `${load * 100} %`,
            number(per('sent')),
            number(per('kept')),
            `${number((100 * median(id, 'rejected')) / median(id, 'sent'))} %`,
            `${(100 * summarize(rounds.map((round) => share(round, id))).median).toFixed(3)} %`,
            number(median(id, 'kept99Us') / 1000),
            number(median(id, 'rejected99Us') / 1000),
            number(median(id, 'rssGrowth') / 1e6),
          ];
        }),
      },
    ],
    targets: [
      target('64 clients, throughput against onnxruntime-node', ratio('ours64', 'peer64'), { atLeast: 6, unit: '×' }),
      target('64 clients, throughput against the raw loop of 32 rows', ratio('ours64', 'raw32'), {
        atLeast: 0.85,
        unit: '×',
      }),
      target('4 threads × 16 clients, throughput against the raw loop', ratio('workers4', 'raw32'), {
        atLeast: 0.8,
        unit: '×',
      }),
      target(
        'one client, time against batching: false',
        pairedRatio(
          rounds,
          (r) => r['ours1'].usPerCall,
          (r) => r['off1'].usPerCall,
        ),
        { atMost: 1.05, unit: '×' },
      ),
      target(
        '120 % load: share of accepted requests within 100 ms',
        summarize(rounds.map((round) => 100 * share(round, overload))),
        { atLeast: 99.9, unit: '%' },
      ),
      target(
        '120 % load: a refusal takes (p99)',
        summarize(rounds.map((round) => round[overload].rejected99Us / 1000)),
        { atMost: 1, unit: 'ms' },
      ),
    ],
    charts: [],
    curves: [
      {
        name: 'batching',
        title: 'Rows per second over the number of clients, 8-layer perceptron, one thread',
        xLabel: 'clients',
        unit: 'rows/s',
        curves: [
          {
            label: 'raw C API',
            kind: 'raw',
            dashed: true,
            points: clients.map((x) => ({ x, y: rate(limitOf(x)).median })),
          },
          { label: 'node-tensorrt', kind: 'ours', points: curve('ours') },
          { label: 'onnxruntime-node', kind: 'peer', points: curve('peer') },
        ],
      },
    ],
  };
}
