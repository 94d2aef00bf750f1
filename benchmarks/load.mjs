// @ts-check
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { importLibrary, load as loadModel } from './lib/engines.mjs';
import { peakMb, residentMb } from './lib/memory.mjs';
import { bar, number, range, target } from './lib/report.mjs';
import { withStalls } from './lib/stalls.mjs';
import { summarize } from './lib/stats.mjs';

/** @import { Context, Round, Subject } from './lib/rounds.mjs' */

export const title = 'Loading a large model';
export const about = `A model with 100 MB of weights, from its path and from a \`Uint8Array\` that was read before. The file is in
the system's cache. It is the first model of the process; the library was imported before. Stall: the most that a timer of
1 ms was late while the model was loaded. Memory: resident memory at its highest, and how much of that came after the
library was imported (and the file read). *Control*: an idle process that watches while another one loads the same model
with this library: the stalls that the machine itself makes.`;

/** @param {Context} context @returns {{ rounds: number, subjects: Subject[] }} */
export function plan({ quick, models }) {
  const model = models.big;
  const each = /** @type {const} */ ([
    ['ours', 'node-tensorrt', 'path'],
    ['peer', 'onnxruntime-node', 'path'],
    ['ours', 'node-tensorrt', 'bytes'],
    ['peer', 'onnxruntime-node', 'bytes'],
  ]);
  const subjects = each.map(([library, name, from]) => ({
    id: `${library}${from === 'path' ? 'Path' : 'Bytes'}`,
    label: `${name}, from ${from}`,
    kind: library,
    measure: 'load',
    params: { library, model, from },
  }));
  /** @type {Subject} */
  const idle = { id: 'control', label: 'control: idle', kind: 'control', measure: 'control', params: { model } };
  return { rounds: quick ? 1 : 7, subjects: [idle, ...subjects] };
}

/** @param {any} params */
export async function control({ model }) {
  const params = JSON.stringify({ library: 'ours', model, from: 'path' });
  const program = fileURLToPath(import.meta.url);
  const args = [fileURLToPath(new URL('lib/child.mjs', import.meta.url)), program, 'load', params];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  const ended = once(child, 'close');
  // Starting a process takes this one some milliseconds, which are not the machine's.
  await new Promise((resolve) => setTimeout(resolve, 50));
  const { stalls } = await withStalls(() => ended);
  return { stallMs: stalls.timerMs.max };
}

/** @param {any} params */
export async function load({ library, model, from }) {
  await importLibrary(library);
  const source = from === 'bytes' ? new Uint8Array(await readFile(model)) : model;
  const beforeMb = residentMb();
  const { value, stalls } = await withStalls(async () => {
    const start = performance.now();
    const loaded = await loadModel(library, source);
    return { loaded, ms: performance.now() - start };
  });
  const highestMb = peakMb();
  const { engine, Tensor, input, output, close } = value.loaded;
  const last = 100 * 256 - 1;
  const result = await engine.run({ [input]: new Tensor('int64', BigInt64Array.of(BigInt(last)), [1]) });
  if (result[output].data[1023] !== last) throw new Error('the model gave a wrong result');
  await close();
  return { ms: value.ms, stallMs: stalls.timerMs.max, peakMb: highestMb, addedMb: highestMb - beforeMb };
}

/** @param {Round[]} rounds @param {Subject[]} subjects */
export function report(rounds, subjects) {
  const over = (/** @type {string} */ id, /** @type {string} */ field) =>
    summarize(rounds.map((round) => round[id][field]));
  const fields = ['ms', 'stallMs', 'peakMb', 'addedMb'];
  return {
    tables: [
      {
        columns: [
          '',
          'load, ms',
          'longest stall, ms',
          'stall min – max',
          'peak memory, MB',
          'of that while loading, MB',
        ],
        rows: subjects.map(({ id, label, kind }) => {
          if (kind === 'control') {
            return [label, '', number(over(id, 'stallMs').median), range(over(id, 'stallMs')), '', ''];
          }
          const [ms, stall, peak, added] = fields.map((field) => number(over(id, field).median));
          return [label, ms, stall, range(over(id, 'stallMs')), peak, added];
        }),
      },
    ],
    targets: ['Path', 'Bytes'].map((from) =>
      target(`longest stall of all rounds, from ${from.toLowerCase()}`, over(`ours${from}`, 'stallMs').max, {
        atMost: 5,
        unit: 'ms',
      }),
    ),
    charts: [
      {
        name: 'load',
        title: 'Longest stall of the event loop while a 100 MB model is loaded',
        unit: 'ms',
        log: true,
        bars: subjects.map(({ id, label, kind }) => bar(label, kind, over(id, 'stallMs'))),
      },
    ],
  };
}
