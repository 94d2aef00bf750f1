// @ts-check
import { packagedModels } from '../examples/ocr/models.mjs';
import { importLibrary, load } from './lib/engines.mjs';
import { collectGarbage, residentMb } from './lib/memory.mjs';
import { number, range, target } from './lib/report.mjs';
import { summarize } from './lib/stats.mjs';

/** @import { Context, Round, Subject } from './lib/rounds.mjs' */

export const title = 'Days of models that come and go';
export const about = `Resident memory of a process that lives through five days, each compressed to a few seconds. A tiny model is always there. The
perceptron (32 MB of weights, 16 clients) works from 6 to 22 o'clock, PP-OCRv4's recogniser (8 clients, lines of mixed widths) from 8 to
20, its detector (2 clients, pictures of mixed sizes) from 8 to 18, and a model of 100 MB is loaded for an hour twice a day. At the end of its hours a
model is closed (\`close()\`, \`release()\`), as a service does with a model of yesterday. Memory is read at the end of every hour, as it
is; *night* is four o'clock. *node-tensorrt, trimmed*: with \`memory.setPolicy({ trimIdleMs })\` of two hours and nothing else.`;

const DAYS = 5;
const HOURS = 24;
const NIGHT = 4;

/** Who works when; `dims(i)` of the i-th run. */
const TIMETABLE = [
  { model: 'matmul16', hours: [[0, 24]], clients: 1, dims: () => [16, 16] },
  { model: 'mlp', hours: [[6, 22]], clients: 16, dims: () => [1, 1024] },
  {
    model: 'recognition',
    hours: [[8, 20]],
    clients: 8,
    dims: (/** @type {number} */ i) => [1, 3, 48, 96 + 8 * (i % 27)],
  },
  {
    model: 'detection',
    hours: [[8, 18]],
    clients: 2,
    dims: (/** @type {number} */ i) => [1, 3, 160 + 32 * (i % 11), 160 + 32 * (i % 7)],
  },
  {
    model: 'big',
    hours: [
      [2, 3],
      [13, 14],
    ],
    clients: 1,
    dims: () => [64],
  },
]; // prettier-ignore

/** @param {Context} context @returns {{ rounds: number, subjects: Subject[] }} */
export function plan({ quick, models }) {
  const { detection, recognition } = packagedModels();
  const params = {
    models: { matmul16: models.matmul16, mlp: models.mlp, big: models.big, detection, recognition },
    days: quick ? 1 : DAYS,
    hourMs: quick ? 40 : 250,
  };
  const subject = { measure: 'live', kind: /** @type {const} */ ('ours') };
  return {
    rounds: quick ? 1 : 2,
    subjects: [
      {
        ...subject,
        id: 'trimmed',
        label: 'node-tensorrt, trimmed',
        params: { ...params, library: 'ours', trim: true },
      },
      { ...subject, id: 'ours', label: 'node-tensorrt', params: { ...params, library: 'ours', trim: false } },
      { ...subject, id: 'peer', label: 'onnxruntime-node', kind: 'peer', params: { ...params, library: 'peer' } },
    ],
  };
}

/** @param {any} params @returns {Promise<{ startMb: number, hoursMb: number[] }>} */
export async function live({ library, trim = false, models, days, hourMs }) {
  const { memory } = /** @type {typeof import('node-tensorrt')} */ (await importLibrary(library));
  if (trim) memory.setPolicy({ trimIdleMs: 2 * hourMs });
  /** @type {Map<string, Worker>} */
  const present = new Map();
  await collectGarbage();
  const startMb = residentMb();
  const hoursMb = [];
  for (let i = 0; i < days * HOURS; i++) {
    const hour = i % HOURS;
    for (const { model, hours, clients, dims } of TIMETABLE) {
      const works = hours.some(([from = 0, to = 0]) => hour >= from && hour < to);
      if (works && !present.has(model)) present.set(model, await Worker.load(library, models[model], clients, dims));
      if (!works) await present.get(model)?.close();
      if (!works) present.delete(model);
    }
    await new Promise((resolve) => setTimeout(resolve, hourMs));
    hoursMb.push(residentMb());
  }
  for (const worker of present.values()) await worker.close();
  return { startMb, hoursMb };
}

/** A model and the clients that call it until it is closed. */
class Worker {
  #loaded;
  #works = true;
  #clients;

  /** @param {import('./lib/engines.mjs').Loaded} loaded @param {number} clients @param {(i: number) => number[]} dims */
  constructor(loaded, clients, dims) {
    this.#loaded = loaded;
    let runs = 0;
    this.#clients = Array.from({ length: clients }, async () => {
      while (this.#works) {
        await this.#run(dims(runs++));
        // A tiny model would fill the core that the others work on.
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    });
  }

  /** @param {'ours' | 'peer'} library @param {string} model @param {number} clients @param {(i: number) => number[]} dims */
  static async load(library, model, clients, dims) {
    return new Worker(await load(library, model), clients, dims);
  }

  async close() {
    this.#works = false;
    await Promise.all(this.#clients);
    await this.#loaded.close();
  }

  /** @param {number[]} dims */
  async #run(dims) {
    const { engine, Tensor, input } = this.#loaded;
    const count = dims.reduce((a, b) => a * b, 1);
    const tensor =
      dims.length === 1
        ? new Tensor('int64', new BigInt64Array(count), dims)
        : new Tensor('float32', new Float32Array(count).fill(0.1), dims);
    await engine.run({ [input]: tensor });
  }
}

/** @param {Round[]} rounds @param {Subject[]} subjects */
export function report(rounds, subjects) {
  const over = (/** @type {string} */ id, /** @type {(result: any) => number} */ read) =>
    summarize(rounds.map((round) => read(round[id])));
  const night = (/** @type {any} */ { startMb, hoursMb }, /** @type {number} */ day) =>
    (hoursMb.at(day * HOURS + NIGHT) ?? hoursMb.at(-1)) - startMb;
  const lastNight = (/** @type {any} */ result) => night(result, result.hoursMb.length / HOURS - 1);
  const growth = (/** @type {any} */ result) =>
    lastNight(result) - night(result, Math.min(1, result.hoursMb.length / HOURS - 1));
  const peak = (/** @type {any} */ { startMb, hoursMb }) => Math.max(...hoursMb) - startMb;
  return {
    tables: [
      {
        columns: [
          'MB above the start',
          'highest hour',
          'min – max',
          'last night',
          'min – max',
          'nights: last – second',
        ],
        rows: subjects.map(({ id, label }) => [
          label,
          number(over(id, peak).median),
          range(over(id, peak)),
          number(over(id, lastNight).median),
          range(over(id, lastNight)),
          range(over(id, growth)),
        ]),
      },
    ],
    targets: [
      target('trimmed: the last night above the second', over('trimmed', growth), { atMost: 5, unit: 'MB' }),
      target(
        "trimmed: the last night's memory beside onnxruntime-node's",
        summarize(rounds.map((round) => lastNight(round.trimmed) / lastNight(round.peer))),
        { atMost: 1, unit: '×' },
      ),
    ],
    charts: [],
    curves: [
      {
        name: 'memory-day',
        title: 'Resident memory over days of models that come and go',
        xLabel: 'hour',
        unit: 'MB above the start',
        linearX: true,
        curves: subjects.map(({ id, label, kind }) => ({
          label,
          kind,
          dashed: id === 'ours',
          points: rounds[0]?.[id].hoursMb.map((/** @type {number} */ mb, /** @type {number} */ hour) => ({
            x: hour,
            y: Math.max(0, mb - rounds[0]?.[id].startMb),
          })),
        })),
      },
    ],
  };
}
