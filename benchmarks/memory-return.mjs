// @ts-check
import { totalmem } from 'node:os';
import { importLibrary } from './lib/engines.mjs';
import { collectGarbage, residentMb } from './lib/memory.mjs';
import { bar, number, range, target } from './lib/report.mjs';
import { StallMeter } from './lib/stalls.mjs';
import { summarize } from './lib/stats.mjs';

/** @import { Context, Round, Subject } from './lib/rounds.mjs' */

export const title = 'Giving memory back';
export const about = `What \`memory.emptyCache()\` gives back of 4 GB that were written to and freed, by the resident size of the
process, and how late a timer of 1 ms was meanwhile. *Large*: tensors of 256 MB, whose segments are free then. *Beside used
ones*: 80,000 tensors of 50 KB, of which every fiftieth stays, so that only pages between them can go.`;

const MB = 1e6;

/** @param {Context} context @returns {{ rounds: number, subjects: Subject[], skipped?: string }} */
export function plan({ quick }) {
  const megabytes = quick ? 400 : 4000;
  const params = { megabytes };
  return {
    rounds: quick ? 1 : 3,
    subjects: [
      { id: 'large', label: 'large', kind: 'ours', measure: 'giveBack', params: { ...params, tensorBytes: 256 * MB } },
      {
        id: 'small',
        label: 'beside used ones',
        kind: 'ours',
        measure: 'giveBack',
        params: { ...params, tensorBytes: 50_000, keepEvery: 50 },
      },
    ],
    ...(totalmem() < 2 * megabytes * MB ? { skipped: 'it needs twice the memory that it fills' } : {}),
  };
}

/** @param {any} params */
export async function giveBack({ megabytes, tensorBytes, keepEvery = 0 }) {
  const { memory } = /** @type {typeof import('node-tensorrt')} */ (await importLibrary('ours'));
  /** @type {import('node-tensorrt').PooledTensor[]} */
  const kept = [];
  /** @type {import('node-tensorrt').PooledTensor[]} */
  const dropped = [];
  const count = Math.round((megabytes * MB) / tensorBytes);
  for (let i = 0; i < count; i++) {
    const tensor = memory.allocate('uint8', [tensorBytes]);
    /** @type {Uint8Array} */ (tensor.data).fill(1);
    (keepEvery > 0 && i % keepEvery === 0 ? kept : dropped).push(tensor);
  }
  for (const tensor of dropped) tensor.release();
  dropped.length = 0;
  await collectGarbage();
  const { reservedBytes, activeBytes } = memory.stats();
  const cachedMb = (reservedBytes.current - activeBytes.current) / MB;
  const before = residentMb();
  const meter = new StallMeter();
  meter.start();
  const start = performance.now();
  const givenBackMb = (await memory.emptyCache()) / MB;
  const ms = performance.now() - start;
  const { timerMs } = meter.stop();
  const returned = (before - residentMb()) / cachedMb;
  for (const tensor of kept) tensor.release();
  return { cachedMb, givenBackMb, returned, ms, stallMs: timerMs.max };
}

/** @param {Round[]} rounds @param {Subject[]} subjects */
export function report(rounds, subjects) {
  const over = (/** @type {string} */ id, /** @type {string} */ key) =>
    summarize(rounds.map((round) => /** @type {number} */ (round[id][key])));
  return {
    tables: [
      {
        columns: ['', 'cached, MB', 'RSS given back', 'min – max', 'takes, ms', 'timer late at most, ms', 'min – max'],
        rows: subjects.map(({ id, label }) => [
          label,
          number(over(id, 'cachedMb').median),
          number(over(id, 'returned').median),
          range(over(id, 'returned')),
          number(over(id, 'ms').median),
          number(over(id, 'stallMs').median),
          range(over(id, 'stallMs')),
        ]),
      },
    ],
    targets: subjects.flatMap(({ id, label }) => [
      target(`${label}: cached bytes that are back with the system`, over(id, 'returned'), {
        atLeast: 0.95,
        unit: '×',
      }),
      target(`${label}: event loop late at most`, over(id, 'stallMs'), { atMost: 5, unit: 'ms' }),
    ]),
    charts: [
      {
        name: 'memory-return',
        title: 'emptyCache() of 4 GB: how late the event loop was at most',
        unit: 'ms',
        bars: subjects.map(({ id, label, kind }) => bar(label, kind, over(id, 'stallMs'))),
      },
    ],
  };
}
