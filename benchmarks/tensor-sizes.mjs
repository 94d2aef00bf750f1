// @ts-check
import { load } from './lib/engines.mjs';
import { checksum, makeInputs } from './lib/inputs.mjs';
import { timeAwaits, timeCalls, timeClients } from './lib/loops.mjs';
import { bar, number, row } from './lib/report.mjs';
import { checkSameResults } from './lib/rounds.mjs';
import { StallMeter } from './lib/stalls.mjs';
import { pairedRatio, summarize } from './lib/stats.mjs';

/** @import { Context, Round, Subject } from './lib/rounds.mjs' */

export const title = 'What a large tensor costs';
export const about = `A model that only copies its input (Identity), with tensors of 64 KiB and of 20 MiB: the time goes into
moving memory. Latency: one request at a time. Throughput and stall: several at once (16 of 64 KiB, 4 of 20 MiB), and the
most that a timer of 1 ms was late meanwhile. *Into*: the result is written into memory that is used again. The raw loop
copies once, inside the model; a library that lets its caller go on must copy what it was given, and gives a result that
belongs to the caller.`;

const SIZES = [
  { key: 'small', label: '64 KiB', count: 2 ** 14, concurrency: 16, inputs: 16 },
  { key: 'large', label: '20 MiB', count: 5 * 2 ** 20, concurrency: 4, inputs: 4 },
];

/** @param {Context} context @returns {{ rounds: number, subjects: Subject[] }} */
export function plan({ quick, models }) {
  const times = quick ? { warmupMs: 60, measureMs: 150 } : { warmupMs: 200, measureMs: 400 };
  const model = models.identity;
  /** @type {Subject[]} */
  const subjects = SIZES.flatMap(({ key, count, concurrency, inputs }) => {
    const params = { model, dims: [count], concurrency, inputs, ...times };
    const ours = { library: 'ours', ...params };
    const raw = { ...params, numInputs: inputs };
    /** @type {Subject[]} */
    const list = [
      { id: `${key}Raw`, label: 'raw C API, fresh', kind: 'raw', params: { ...raw, output: 'fresh' } },
      { id: `${key}RawInto`, label: 'raw C API, into', kind: 'raw', params: { ...raw, output: 'preallocated' } },
      { id: `${key}Sync`, label: 'runSync', kind: 'ours', measure: 'sync', params: ours },
      { id: `${key}SyncInto`, label: 'runSync, into', kind: 'ours', measure: 'sync', params: { ...ours, into: true } },
      { id: `${key}Run`, label: 'run', kind: 'ours', measure: 'async', params: ours },
      { id: `${key}RunInto`, label: 'run, into', kind: 'ours', measure: 'async', params: { ...ours, into: true } },
      {
        id: `${key}Peer`,
        label: 'onnxruntime-node',
        kind: 'peer',
        measure: 'async',
        params: { library: 'peer', ...params },
      },
    ];
    return list;
  });
  return { rounds: quick ? 1 : 5, subjects };
}

/** @param {any} params */
async function prepare({ library, model, dims, inputs, concurrency, into }) {
  const loaded = await load(library, model);
  const { engine, Tensor, input, output } = loaded;
  const feeds = makeInputs(Tensor, dims, inputs).map((tensor) => ({ [input]: tensor }));
  const makeTarget = () => ({ into: { [output]: new Tensor('float32', new Float32Array(dims[0]), dims) } });
  const targets = into ? Array.from({ length: concurrency }, makeTarget) : undefined;
  const first = await engine.run(feeds[0], targets?.[0]);
  return { ...loaded, feeds, targets, sum: checksum(first[output].data) };
}

/** @param {any} params */
export async function sync(params) {
  const { engine, feeds, targets, sum, close } = await prepare(params);
  const call = (/** @type {number} */ i) => engine.runSync(feeds[i % feeds.length], targets?.[0]);
  const latency = timeCalls(call, { ...params, block: 1 });
  await close();
  return { ...latency, checksum: sum };
}

/** @param {any} params */
export async function async(params) {
  const { engine, feeds, targets, sum, close } = await prepare(params);
  const call = (/** @type {number} */ i) => engine.run(feeds[i % feeds.length], targets?.[0]);
  const latency = await timeAwaits(call, { ...params, block: 1 });
  const meter = new StallMeter();
  /** @type {any} */
  let stalls;
  const rate = await timeClients((_, client) => engine.run(feeds[client], targets?.[client]), {
    ...params,
    onStart: () => meter.start(),
    onEnd: () => {
      stalls = meter.stop();
    },
  });
  await close();
  return { ...latency, many: { ...rate, ...stalls }, checksum: sum };
}

/** @param {Round[]} rounds @param {Subject[]} subjects */
export function report(rounds, subjects) {
  const parts = SIZES.map(({ key, label, concurrency, count }) => {
    const own = subjects.filter(({ id }) => id.startsWith(key));
    checkSameResults(
      rounds,
      own.map(({ id }) => id),
    );
    const p50 = (/** @type {string} */ id) => (/** @type {Round} */ round) => round[id].p50Us;
    const median = (/** @type {(round: Round) => number} */ read) => number(summarize(rounds.map(read)).median);
    const table = {
      title: label,
      columns: [
        '',
        'µs, p50',
        'min – max',
        '× raw, fresh',
        'p99 µs',
        `GB/s, ${concurrency} at once`,
        'late by at most, ms',
      ],
      rows: own.map(({ id, label: name, measure }) => [
        ...row(name, summarize(rounds.map(p50(id))), pairedRatio(rounds, p50(id), p50(`${key}Raw`)).median),
        median((round) => round[id].p99Us),
        measure === 'async' ? median((round) => (count * 4) / 1000 / round[id].many.usPerCall) : '',
        measure === 'async' ? median((round) => round[id].many.timerMs.max) : '',
      ]),
    };
    const chart = {
      name: `tensor-sizes-${key}`,
      title: `Microseconds to run a tensor of ${label} through, one at a time`,
      unit: 'µs',
      bars: own.map(({ id, label: name, kind }) => bar(name, kind, summarize(rounds.map(p50(id))))),
    };
    return { table, chart };
  });
  return { tables: parts.map(({ table }) => table), targets: [], charts: parts.map(({ chart }) => chart) };
}
