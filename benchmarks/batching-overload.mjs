// @ts-check
import { sendAtRandom } from './lib/arrivals.mjs';
import { load } from './lib/engines.mjs';
import { makeInputs } from './lib/inputs.mjs';
import { timeClients } from './lib/loops.mjs';
import { MemoryMeter } from './lib/memory.mjs';
import { number, target } from './lib/report.mjs';
import { summarize } from './lib/stats.mjs';

/** @import { Context, Round, Subject } from './lib/rounds.mjs' */

export const title = 'More requests than can be answered';
export const about = `The 8-layer perceptron, one row per request, one thread for the model. Open clients: requests come at random
(Poisson), at a share of the rate that 64 closed clients reached in the same process just before, whatever becomes of the
earlier ones. Each is to be answered within 100 ms of the moment at which it was due; \`timeoutMs\` is what is left of that
when it is sent. Memory is what the process grew by, without garbage, from the second quarter of the time to the last; in a
process of its own, since collecting garbage takes time.`;

const DIMS = [1, 1024];
const CLIENTS = 64;
const LOADS = [0.5, 0.8, 1, 1.2];
const DEADLINE_MS = 100;
const OVERLOAD = Math.max(...LOADS);

/** @param {Context} context @returns {{ rounds: number, subjects: Subject[] }} */
export function plan({ quick, models }) {
  const times = quick ? { warmupMs: 100, measureMs: 300 } : { warmupMs: 500, measureMs: 1000 };
  const params = { model: models['mlp'], ...times };
  const ours = { kind: /** @type {const} */ ('ours'), measure: 'open' };
  return {
    rounds: quick ? 1 : 3,
    subjects: [
      ...LOADS.map((share) => ({
        ...ours,
        id: `load${share}`,
        label: `${share * 100} % of capacity`,
        params: { ...params, share, openMs: quick ? 500 : 4000 },
      })),
      {
        ...ours,
        id: 'memory',
        label: `memory at ${OVERLOAD * 100} %`,
        params: { ...params, share: OVERLOAD, openMs: quick ? 2000 : 8000, watchesMemory: true },
      },
    ],
  };
}

/** @param {any} params */
export async function open({ model, share, openMs, watchesMemory = false, ...times }) {
  const { engine, Tensor, input, close } = await load('ours', model);
  const feeds = makeInputs(Tensor, DIMS, CLIENTS).map((tensor) => ({ [input]: tensor }));
  const capacity = await timeClients((_, client) => engine.run(feeds[client]), { ...times, concurrency: CLIENTS });
  const perSecond = (share * 1e6) / capacity.usPerCall;
  const memory = watchesMemory ? new MemoryMeter() : null;
  const send = async (/** @type {number} */ i, /** @type {number} */ lateMs) => {
    const timeoutMs = DEADLINE_MS - lateMs;
    if (timeoutMs <= 0) return 'late';
    try {
      await engine.run(feeds[i % CLIENTS], { timeoutMs });
      return 'kept';
    } catch (/** @type {any} */ error) {
      const isRefusal = error.code === 'QUEUE_FULL' || error.details?.reason === 'deadline-unreachable';
      if (!isRefusal && error.code !== 'TIMEOUT') throw error;
      return isRefusal ? 'rejected' : 'late';
    }
  };
  const sent = await sendAtRandom(send, { perSecond, measureMs: openMs, deadlineMs: DEADLINE_MS });
  const grownMb = memory?.stop();
  await close();
  return { ...sent, perSecond, openMs, ...(memory && { grownMb }) };
}

/** @param {Round[]} rounds */
export function report(rounds) {
  const over = (/** @type {(round: Round) => number} */ value) => summarize(rounds.map(value));
  const median = (/** @type {(round: Round) => number} */ value) => over(value).median;
  const overload = `load${OVERLOAD}`;
  const keptShare = (/** @type {any} */ { kept, late }) => (100 * kept) / (kept + late);
  return {
    tables: [
      {
        title: `Each request to be answered within ${DEADLINE_MS} ms`,
        columns: [
          'load',
          'sent per second',
          'kept per second',
          'refused',
          'of the others kept',
          'p50 ms',
          'p99 ms',
          'refused within (p99), ms',
          'sent late by (p99), ms',
        ],
        rows: LOADS.map((load) => {
          const id = `load${load}`;
          return [
            `${load * 100} %`,
            number(median((round) => round[id].sent / (round[id].openMs / 1000))),
            number(median((round) => round[id].kept / (round[id].openMs / 1000))),
            `${number(median((round) => (100 * round[id].rejected) / round[id].sent))} %`,
            `${median((round) => keptShare(round[id])).toFixed(3)} %`,
            number(median((round) => round[id].keptMs.p50)),
            number(median((round) => round[id].keptMs.p99)),
            number(median((round) => round[id].rejectedMs.p99)),
            number(median((round) => round[id].sendDelayMs.p99)),
          ];
        }),
      },
    ],
    targets: [
      target(
        `120 % load: share of accepted requests within ${DEADLINE_MS} ms`,
        over((round) => keptShare(round[overload])),
        { atLeast: 99.9, unit: '%' },
      ),
      target(
        '120 % load: a refusal takes (p99)',
        over((round) => round[overload].rejectedMs.p99),
        { atMost: 1, unit: 'ms' },
      ),
      target(
        '120 % load: memory grown from the second quarter of the time to the last',
        over((round) => round['memory'].grownMb),
        { atMost: 4, unit: 'MB' },
      ),
    ],
    charts: [],
  };
}
