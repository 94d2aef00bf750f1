// @ts-check
import { load } from './lib/engines.mjs';
import { checksum, makeInputs } from './lib/inputs.mjs';
import { BLOCK, timeAwaits, timeCalls, timeClients } from './lib/loops.mjs';
import { bar, row, target } from './lib/report.mjs';
import { checkSameResults } from './lib/rounds.mjs';
import { pairedRatio, summarize } from './lib/stats.mjs';

/** @import { Context, Round, Subject } from './lib/rounds.mjs' */

export const title = 'What a call costs';
export const about = `A product of two 16 × 16 matrices: the model itself takes almost no time, so what is left is the way
there and back. One thread everywhere. *Fresh*: 64 different inputs in turn, and every call gives a result of its own.
*Into*: the same input and the same memory for the result in every call. The raw loop is the C API's \`Run\` with input
values that were made before; fresh, ONNX Runtime allocates the output of each call. *Lane*: \`inlineBelowUs: 0\`, so that
every run goes to another thread and back. Microseconds per call are the whole time divided by the number of calls, garbage
collection and interruptions by other programs included; the last column is the median of blocks of 64 calls, which leaves
most of these out.`;

const DIMS = [16, 16];

/** @param {Context} context @returns {{ rounds: number, subjects: Subject[] }} */
export function plan({ quick, models }) {
  const times = quick ? { warmupMs: 50, measureMs: 100 } : { warmupMs: 250, measureMs: 500 };
  const model = models.matmul16;
  const ours = (/** @type {object} */ options) => ({ library: 'ours', model, ...times, ...options });
  const peer = (/** @type {object} */ options) => ({ library: 'peer', model, ...times, ...options });
  const raw = (/** @type {object} */ options) => ({ model, dims: DIMS, block: BLOCK, ...times, ...options });
  const off = { options: { inlineBelowUs: 0 } };
  /** @type {(id: string, label: string, kind: Subject['kind'], measure: string, params: object) => Subject} */
  const subject = (id, label, kind, measure, params) => ({ id, label, kind, measure, params });
  return {
    rounds: quick ? 1 : 7,
    subjects: [
      { id: 'rawFresh', label: 'raw C API, fresh', kind: 'raw', params: raw({ output: 'fresh', numInputs: 64 }) },
      subject('syncFresh', 'runSync, fresh', 'ours', 'sync', ours({})),
      { id: 'rawInto', label: 'raw C API, into', kind: 'raw', params: raw({ output: 'preallocated' }) },
      subject('syncInto', 'runSync, into', 'ours', 'sync', ours({ into: true })),
      subject('run', 'run, awaited', 'ours', 'sequential', ours({})),
      subject('peer', 'onnxruntime-node, awaited', 'peer', 'sequential', peer({})),
      subject('runInto', 'run, awaited, into', 'ours', 'sequential', ours({ into: true })),
      subject('lane', 'run, awaited, lane', 'ours', 'sequential', ours(off)),
      subject('lane64', 'run, 64 at once, lane', 'ours', 'concurrent', ours(off)),
      subject('peer64', 'onnxruntime-node, 64 at once', 'peer', 'concurrent', peer({})),
    ],
  };
}

/** @param {any} params */
async function prepare({ library, model, options, into }) {
  const loaded = await load(library, model, options);
  const inputs = makeInputs(loaded.Tensor, DIMS, into ? 1 : 64);
  const feeds = inputs.map((tensor) => ({ [loaded.input]: tensor }));
  const target = new loaded.Tensor('float32', new Float32Array(256), DIMS);
  const runOptions = into ? { into: { [loaded.output]: target } } : undefined;
  const first = await loaded.engine.run(feeds[0], runOptions);
  return { ...loaded, feeds, runOptions, sum: checksum(first[loaded.output].data) };
}

/** @param {any} params */
export async function sync(params) {
  const { engine, feeds, runOptions, sum, close } = await prepare(params);
  const call = runOptions
    ? () => engine.runSync(feeds[0], runOptions)
    : (/** @type {number} */ i) => engine.runSync(feeds[i & 63]);
  const rate = timeCalls(call, params);
  await close();
  return { ...rate, checksum: sum };
}

/** @param {any} params */
export async function sequential(params) {
  const { engine, feeds, runOptions, sum, close } = await prepare(params);
  const call = runOptions
    ? () => engine.run(feeds[0], runOptions)
    : (/** @type {number} */ i) => engine.run(feeds[i & 63]);
  const rate = await timeAwaits(call, params);
  await close();
  return { ...rate, checksum: sum };
}

/** @param {any} params */
export async function concurrent(params) {
  const { engine, feeds, sum, close } = await prepare(params);
  const rate = await timeClients((_, client) => engine.run(feeds[client]), { ...params, concurrency: 64 });
  await close();
  return { ...rate, checksum: sum };
}

/** @param {Round[]} rounds @param {Subject[]} subjects */
export function report(rounds, subjects) {
  checkSameResults(
    rounds,
    subjects.map(({ id }) => id),
  );
  const us = (/** @type {string} */ id) => (/** @type {Round} */ round) => round[id].usPerCall;
  const ratio = (/** @type {string} */ a, /** @type {string} */ b) => pairedRatio(rounds, us(a), us(b));
  const lane64 = summarize(rounds.map(us('lane64')));
  return {
    tables: [
      {
        columns: ['', 'µs per call', 'min – max', '× raw, fresh', 'p50 of 64 calls, µs'],
        rows: subjects.map(({ id, label }) => {
          const p50 = summarize(rounds.map((round) => round[id].p50Us)).median;
          return row(
            label,
            summarize(rounds.map(us(id))),
            ratio(id, 'rawFresh').median,
            ...(id.endsWith('64') ? [] : [p50]),
          );
        }),
      },
    ],
    targets: [
      target('runSync, fresh, against the raw loop, fresh', ratio('syncFresh', 'rawFresh'), { atMost: 3.5, unit: '×' }),
      target('runSync, into, against the raw loop, into', ratio('syncInto', 'rawInto'), { atMost: 2.2, unit: '×' }),
      target('run, awaited, against onnxruntime-node', ratio('run', 'peer'), { atMost: 0.6, unit: '×' }),
      target('run, 64 at once, lane', lane64, { atMost: 12, unit: 'µs' }),
    ],
    charts: [
      {
        name: 'call-overhead',
        title: 'Microseconds per call of a 16 × 16 matrix product, one thread',
        unit: 'µs',
        bars: subjects.map(({ id, label, kind }) => bar(label, kind, summarize(rounds.map(us(id))))),
      },
    ],
  };
}
