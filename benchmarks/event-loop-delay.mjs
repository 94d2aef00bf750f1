// @ts-check
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { load } from './lib/engines.mjs';
import { makeInputs } from './lib/inputs.mjs';
import { timeClients } from './lib/loops.mjs';
import { rawArguments } from './lib/raw.mjs';
import { bar, number, range, target } from './lib/report.mjs';
import { StallMeter } from './lib/stalls.mjs';
import { summarize } from './lib/stats.mjs';

/** @import { Context, Round, Subject } from './lib/rounds.mjs' */
/** @import { Summary } from './lib/stats.mjs' */

export const title = 'How late the event loop is under load';
export const about = `The 8-layer perceptron with 64 clients in one process, one thread for the model, for several seconds.
How late everything else in that process is served is watched by a timer of 1 ms, and by Node's \`monitorEventLoopDelay\`
with resolution 1 (its 1 ms taken off). *Control*: a process that does nothing but watch, while the raw C loop runs the
same model in another process: the delays that the machine itself makes. Quantiles of the timer are those of a request
that comes at any moment: a stall of 100 ms counts for each of its milliseconds. Node's count it once.`;

const DIMS = [1, 1024];
const AWAITS_TIMER_MS = 10;

/** @param {Context} context @returns {{ rounds: number, subjects: Subject[] }} */
export function plan({ quick, models, raw, library }) {
  const times = quick ? { warmupMs: 200, measureMs: 800 } : { warmupMs: 500, measureMs: 4000 };
  const awaits = quick ? 20_000 : 100_000;
  const { mlp, matmul16 } = models;
  /** @type {(id: string, label: string, kind: Subject['kind'], measure: string, params: object) => Subject} */
  const subject = (id, label, kind, measure, params) => ({ id, label, kind, measure, params });
  return {
    rounds: quick ? 1 : 3,
    subjects: [
      subject('control', 'control: idle, raw loop beside it', 'control', 'control', { raw, library, mlp, ...times }),
      subject('ours', 'node-tensorrt', 'ours', 'underLoad', { library: 'ours', mlp, ...times }),
      subject('peer', 'onnxruntime-node', 'peer', 'underLoad', { library: 'peer', mlp, ...times }),
      subject('awaitsOurs', 'node-tensorrt', 'ours', 'awaits', { library: 'ours', matmul16, awaits }),
      subject('awaitsPeer', 'onnxruntime-node', 'peer', 'awaits', { library: 'peer', matmul16, awaits }),
    ],
  };
}

/** @param {any} params */
export async function underLoad({ library, mlp, ...times }) {
  const { engine, Tensor, input, close } = await load(library, mlp);
  const feeds = makeInputs(Tensor, DIMS, 64).map((tensor) => ({ [input]: tensor }));
  const meter = new StallMeter();
  /** @type {any} */
  let stalls;
  const rate = await timeClients((_, client) => engine.run(feeds[client]), {
    ...times,
    concurrency: 64,
    onStart: () => meter.start(),
    onEnd: () => {
      stalls = meter.stop();
    },
  });
  await close();
  return { ...rate, ...stalls };
}

/** @param {any} params */
export async function control({ raw, library, mlp, warmupMs, measureMs }) {
  const loop = { library, model: mlp, dims: DIMS, output: /** @type {const} */ ('fresh'), numInputs: 64 };
  const args = rawArguments({ ...loop, warmupMs, measureMs: measureMs + 1000 });
  const child = spawn(raw, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'close');
  await once(child.stdout, 'data');
  const meter = new StallMeter();
  meter.start();
  await new Promise((resolve) => setTimeout(resolve, measureMs));
  const stalls = meter.stop();
  const isBusy = child.exitCode === null;
  child.kill();
  await ended;
  if (!isBusy) throw new Error('the raw loop ended before the measurement did');
  return stalls;
}

/** Many awaits in a row beside a timer: does it still fire? @param {any} params */
export async function awaits({ library, matmul16, awaits: count }) {
  const { engine, Tensor, input, close } = await load(library, matmul16);
  const feeds = makeInputs(Tensor, [16, 16], 64).map((tensor) => ({ [input]: tensor }));
  for (let i = 0; i < 2000; i++) await engine.run(feeds[i & 63]);
  const meter = new StallMeter(AWAITS_TIMER_MS);
  meter.start();
  const start = performance.now();
  for (let i = 0; i < count; i++) await engine.run(feeds[i & 63]);
  const ms = performance.now() - start;
  const { fired, timerMs } = meter.stop();
  await close();
  return { count, ms, fired, timerMs };
}

/** @param {Round[]} rounds @param {Subject[]} subjects */
export function report(rounds, subjects) {
  const watched = subjects.filter(({ measure }) => measure !== 'awaits');
  /** @type {(id: string, meter: 'timerMs' | 'nodeMs', field: string) => Summary} */
  const over = (id, meter, field) => summarize(rounds.map((round) => round[id][meter][field]));
  const rows = (/** @type {'timerMs' | 'nodeMs'} */ meter) =>
    watched.map(({ id, label }) => {
      const quantiles = ['p50', 'p99', 'p999', 'max'].map((field) => number(over(id, meter, field).median));
      return [label, ...quantiles, number(over(id, meter, 'max').max)];
    });
  const columns = ['', 'p50', 'p99', 'p99.9', 'max', 'worst of all rounds'];
  const worst = (/** @type {string} */ id) => over(id, 'timerMs', 'max').max;
  const awaitsRow = (/** @type {string} */ id, /** @type {string} */ label) => {
    const us = summarize(rounds.map((round) => (round[id].ms * 1000) / round[id].count));
    const max = over(id, 'timerMs', 'max');
    return [label, number(us.median), number(max.median), range(max)];
  };
  return {
    tables: [
      { title: 'Timer of 1 ms: late by, in ms', columns, rows: rows('timerMs') },
      { title: 'monitorEventLoopDelay: late by, in ms', columns, rows: rows('nodeMs') },
      {
        title: `${rounds[0]?.['awaitsOurs'].count} awaits of the 16 × 16 product one after the other, beside a timer of ${AWAITS_TIMER_MS} ms`,
        columns: ['', 'µs per await', 'timer late by at most, ms', 'min – max'],
        rows: [awaitsRow('awaitsOurs', 'node-tensorrt'), awaitsRow('awaitsPeer', 'onnxruntime-node')],
      },
    ],
    targets: [
      target('64 clients, p99.9', over('ours', 'timerMs', 'p999'), { atMost: 5, unit: 'ms' }),
      target('64 clients, worst of all rounds (limit: the control’s worst + 5 ms)', worst('ours'), {
        atMost: worst('control') + 5,
        unit: 'ms',
      }),
      target('sequential awaits, timer of 10 ms late by, worst of all rounds', worst('awaitsOurs'), {
        atMost: 5,
        unit: 'ms',
      }),
    ],
    charts: [
      {
        name: 'event-loop-delay',
        title: 'Event loop with 64 clients: late by, 99.9 % and at most',
        unit: 'ms',
        log: true,
        bars: watched.flatMap(({ id, kind }) => [
          bar(`${kindName(kind)}, p99.9`, kind, over(id, 'timerMs', 'p999')),
          bar(`${kindName(kind)}, max`, kind, over(id, 'timerMs', 'max')),
        ]),
      },
    ],
  };
}

/** @param {Subject['kind']} kind */
function kindName(kind) {
  return { ours: 'node-tensorrt', peer: 'onnxruntime-node', pool: 'piscina', control: 'control', raw: 'raw' }[kind];
}
