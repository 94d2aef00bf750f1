// @ts-check
// Throughput and latency of one model over the number of clients: node-tensorrt, onnxruntime-node, a pool of workers, and
// the raw loop. What the questions about batching share.
import { load } from './engines.mjs';
import { checksum, makeInputs } from './inputs.mjs';
import { timeClients } from './loops.mjs';
import { LoopDelayMeter } from './stalls.mjs';

/** @import { InputType } from './inputs.mjs' */
/** @import { Subject } from './rounds.mjs' */

/**
 * @typedef {object} Setup
 * @property {string} model
 * @property {InputType} [type] of its input
 * @property {readonly (readonly number[])[]} dims of a row, as [1, …]; several are used in turn
 * @property {readonly number[]} clients of node-tensorrt, onnxruntime-node and the raw loop
 * @property {readonly number[]} others clients of the pool and of the variants
 * @property {readonly Variant[]} variants
 * @property {object} [options] of `Engine.load`
 * @property {{ input: string, rows: number }} [samples] for the proof of batching, where generated rows will not do
 * @property {boolean} [ramp] begin with small groups of requests, as a day does: engines may learn from them
 * @property {(clients: number) => { warmupMs: number, measureMs: number }} times
 *
 * @typedef {{ id: string, label: string, options: object }} Variant node-tensorrt with other options
 */

/** Rows in a run of the raw loop at most: as in a batch by default. */
const BATCH = 32;
/** As many as cores where the results are made. */
const WORKERS = 2;
/** Uses as many cores as the pool. */
export const TWO_INSTANCES = {
  id: 'two',
  label: `node-tensorrt, ${WORKERS} instances`,
  options: { instances: WORKERS },
};

/** The raw loop that bounds what so many clients can get. @param {number} clients */
export const limitOf = (clients) => `raw${Math.min(clients, BATCH)}`;

/** @param {Setup} setup @returns {Subject[]} */
export function curveSubjects({ model, type, dims, clients, others, variants, options, samples, ramp = false, times }) {
  /** @type {(id: string, label: string, kind: Subject['kind'], counts: readonly number[], params: object) => Subject[]} */
  const subjects = (id, label, kind, counts, params) =>
    counts.map((concurrency) => ({
      id: `${id}${concurrency}`,
      label: `${label}, ${concurrency}`,
      kind,
      measure: 'closed',
      params: { model, type: type ?? 'float32', dims, concurrency, ramp, ...times(concurrency), ...params },
    }));
  const ours = (/** @type {object} */ more) => ({
    library: 'ours',
    options: { ...options, ...more },
    ...(samples && { samples }),
  });
  const rawSizes = [...new Set(clients.map((count) => Math.min(count, BATCH)))];
  return [
    ...rawSizes.map((rows) => ({
      id: `raw${rows}`,
      label: `raw C API, ${rows} rows a run`,
      kind: /** @type {const} */ ('raw'),
      params: {
        model,
        dims: dims.map(([, ...rest]) => [rows, ...rest]),
        output: 'fresh',
        numInputs: dims.length * Math.ceil(8 / dims.length),
        block: dims.length,
        ...times(rows),
      },
    })),
    ...subjects('ours', 'node-tensorrt', 'ours', clients, ours({})),
    ...subjects('peer', 'onnxruntime-node', 'peer', clients, { library: 'peer' }),
    ...subjects('pool', `piscina, ${WORKERS} workers`, 'pool', others, {
      library: 'pool',
      options: { workers: WORKERS },
    }),
    ...variants.flatMap(({ id, label, options: more }) => subjects(id, label, 'ours', others, ours(more))),
  ];
}

/**
 * Closed clients in one thread. Each has an input of each shape of its own, so that none is on its way twice.
 *
 * @param {any} params
 */
export async function closed({ library, model, type, dims, concurrency, options, samples, ramp, ...times }) {
  const proof = samples && {
    batching: { ...options.batching, verify: await sampleInputs({ ...samples, type, dims }) },
  };
  const { engine, Tensor, input, output, close } = await load(library, model, { ...options, ...proof });
  const kinds = dims.map((/** @type {number[]} */ each) => makeInputs(Tensor, each, concurrency, type));
  const feeds = Array.from({ length: concurrency }, (_, client) =>
    kinds.map((/** @type {any[]} */ tensors) => ({ [input]: tensors[client] })),
  );
  const first = await engine.run(feeds[0]?.[0]);
  const sum = checksum(first[output].data);
  if (ramp) await runGroups(engine, feeds);
  const turns = feeds.map((_, client) => client);
  const next = (/** @type {number} */ client) => {
    const turn = turns[client] ?? 0;
    turns[client] = turn + 1;
    return feeds[client]?.[turn % dims.length];
  };
  const delay = new LoopDelayMeter();
  const counts = () => (library === 'ours' ? engine.stats() : { items: 0, batches: { count: 0 } });
  let [before, after] = [counts(), counts()];
  let loopMs = { p50: 0, p99: 0, p999: 0, max: 0 };
  const rate = await timeClients((_, client) => engine.run(next(client)), {
    ...times,
    concurrency,
    onStart: () => {
      before = counts();
      delay.start();
    },
    onEnd: () => {
      loopMs = delay.stop();
      after = counts();
    },
  });
  const batching = engine.placement?.batching;
  await close();
  const [rows, runs] = [after.items - before.items, after.batches.count - before.batches.count];
  return { ...rate, rowChecksum: sum, loopMs, rows, runs, ...(batching && { batching }) };
}

/**
 * Groups of 1, 2, 4 … requests of each shape at once, each group four times.
 *
 * @param {{ run: (inputs: any) => Promise<unknown> }} engine
 * @param {any[][]} feeds by client, then by shape
 */
async function runGroups(engine, feeds) {
  for (let size = 1; size <= Math.min(feeds.length, BATCH); size *= 2) {
    for (const shape of (feeds[0] ?? []).keys()) {
      for (let i = 0; i < 4; i++) await Promise.all(feeds.slice(0, size).map((inputs) => engine.run(inputs[shape])));
    }
  }
}

/** @param {{ input: string, rows: number, type: InputType, dims: number[][] }} samples */
async function sampleInputs({ input, rows, type, dims }) {
  const { Tensor } = await import('node-tensorrt');
  return makeInputs(/** @type {any} */ (Tensor), dims[0] ?? [], rows, type).map((tensor) => ({ [input]: tensor }));
}
