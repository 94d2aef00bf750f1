// @ts-check
import { importLibrary } from './lib/engines.mjs';
import { bar, number, range } from './lib/report.mjs';
import { StallMeter } from './lib/stalls.mjs';
import { median, pairedRatio, summarize } from './lib/stats.mjs';

/** @import { Context, Round, Subject } from './lib/rounds.mjs' */

export const title = 'A whole application: reading a page';
export const about = `The OCR example reads its default picture: PP-OCR's three models, with the same code before, between and
after them; only the engine is exchanged. Every line of text is a request of its own: node-tensorrt recognises those of the
same width two at a time, onnxruntime-node and node-tensorrt *without batching* one by one. All get the same number of
threads. The first reading of a process loads the models; the time is the median of those that follow. Inference is the sum
of the stages of that name. Stall: the most that a timer of 1 ms was late, of which the example's own computing on the JS
thread is a part on all sides.`;

/** @param {Context} context @returns {{ rounds: number, subjects: Subject[], skipped?: string }} */
export function plan({ quick, picture }) {
  if (picture === null) return { rounds: 0, subjects: [], skipped: 'the default picture is not there (npm start)' };
  const params = { picture, readings: quick ? 1 : 3 };
  return {
    rounds: quick ? 1 : 5,
    subjects: [
      { id: 'ours', label: 'node-tensorrt', kind: 'ours', measure: 'read', params: { library: 'ours', ...params } },
      {
        ...{ id: 'off', label: 'node-tensorrt without batching', kind: 'ours', measure: 'read' },
        params: { library: 'ours', batching: false, ...params },
      },
      { id: 'peer', label: 'onnxruntime-node', kind: 'peer', measure: 'read', params: { library: 'peer', ...params } },
    ],
  };
}

/** What the example needs of `Engine`, made of an `InferenceSession`. */
async function peerRuntime() {
  const { InferenceSession, Tensor } = await import('onnxruntime-node');
  class PeerEngine {
    /** @param {string} path @param {{ threads: number }} options */
    static async load(path, { threads }) {
      return new PeerEngine(await InferenceSession.create(path, { intraOpNumThreads: threads }));
    }

    /** @param {import('onnxruntime-node').InferenceSession} session */
    constructor(session) {
      this.session = session;
      this.inputs = session.inputNames.map((name) => ({ name }));
      this.outputs = session.outputNames.map((name) => ({ name }));
    }

    /** @param {Record<string, import('onnxruntime-node').Tensor>} inputs */
    run(inputs) {
      return this.session.run(inputs);
    }

    close() {
      return this.session.release();
    }
  }
  return { Engine: PeerEngine, Tensor };
}

/** @param {any} params */
export async function read({ library, picture, readings, batching = true }) {
  const { createReader } = await import('../examples/ocr/reader.mjs');
  const runtime = library === 'ours' ? await importLibrary('ours') : await peerRuntime();
  const reader = createReader(/** @type {any} */ ({ Engine: runtime.Engine, Tensor: runtime.Tensor, batching }));
  const first = await timeReading(reader, picture);
  /** @type {Awaited<ReturnType<typeof timeReading>>[]} */
  const warm = [];
  for (let i = 0; i < readings; i++) warm.push(await timeReading(reader, picture));
  const counts = await reader.counts();
  await reader.close();
  const medianOf = (/** @type {'ms' | 'inferenceMs' | 'stallMs'} */ field) =>
    median(warm.map((reading) => reading[field]));
  return {
    firstMs: first.ms,
    ms: medianOf('ms'),
    inferenceMs: medianOf('inferenceMs'),
    stallMs: medianOf('stallMs'),
    text: first.text,
    linesPerRun: counts?.linesPerRun ?? 1,
    stagesMs: warm.at(-1)?.stagesMs,
  };
}

/** @param {any} reader @param {string} picture */
async function timeReading(reader, picture) {
  const meter = new StallMeter();
  meter.start();
  const start = performance.now();
  const { lines, timesMs } = await reader.read(picture);
  const ms = performance.now() - start;
  const stallMs = meter.stop().timerMs.max;
  const inference = Object.entries(timesMs).filter(([stage]) => stage.endsWith('inference') || stage === 'classify');
  const inferenceMs = inference.reduce((sum, [, value]) => sum + value, 0);
  const text = lines.map((/** @type {{ text: string }} */ line) => line.text).join('\n');
  return { ms, inferenceMs, stallMs, text, stagesMs: timesMs };
}

/** @param {Round[]} rounds @param {Subject[]} subjects */
export function report(rounds, subjects) {
  const texts = new Set(rounds.flatMap((round) => subjects.map(({ id }) => round[id].text)));
  const [text = ''] = texts;
  if (texts.size > 1) throw new Error(`they read different texts:\n${[...texts].join('\n---\n')}`);
  const over = (/** @type {string} */ id, /** @type {string} */ field) =>
    summarize(rounds.map((round) => round[id][field]));
  const ratio = (/** @type {string} */ field, /** @type {string} */ other) => {
    const { median, ...spread } = pairedRatio(
      rounds,
      (round) => round['ours'][field],
      (round) => round[other][field],
    );
    return `${number(median)} × (rounds ${range({ median, ...spread })})`;
  };
  return {
    tables: [
      {
        columns: [
          ...['', 'a page, ms', 'min – max', 'inference, ms', 'lines a run', 'first page with loading, ms'],
          'longest stall, ms',
        ],
        rows: subjects.map(({ id, label }) => [
          label,
          number(over(id, 'ms').median),
          range(over(id, 'ms')),
          number(over(id, 'inferenceMs').median),
          number(over(id, 'linesPerRun').median),
          number(over(id, 'firstMs').median),
          number(over(id, 'stallMs').median),
        ]),
      },
    ],
    targets: [],
    charts: [
      {
        name: 'ocr',
        title: 'Milliseconds to read a page of text',
        unit: 'ms',
        bars: subjects.flatMap(({ id, label, kind }) => [
          bar(`${label}, total`, kind, over(id, 'ms')),
          bar(`${label}, inference`, kind, over(id, 'inferenceMs')),
        ]),
      },
    ],
    notes: [
      `node-tensorrt took ${ratio('ms', 'peer')} the time of onnxruntime-node; its inference took ` +
        `${ratio('inferenceMs', 'off')} the time that it takes without batching. All read the same ` +
        `${text.split('\n').length} lines.`,
    ],
  };
}
