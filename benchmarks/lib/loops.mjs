// @ts-check
import { quantiles } from './stats.mjs';

/**
 * The loops that are timed. Each warms up first, so that code is compiled, memory allocated and the run time known.
 *
 * @typedef {object} Times
 * @property {number} warmupMs
 * @property {number} measureMs
 *
 * @typedef {{ calls: number, usPerCall: number }} Rate
 */

/** Calls between two looks at the clock: 64 of them are long against reading it. */
export const BLOCK = 64;

/**
 * Calls one after the other, without waiting.
 *
 * @param {(i: number) => void} call
 * @param {Times & { block?: number }} times
 */
export function timeCalls(call, { warmupMs, measureMs, block = BLOCK }) {
  const pass = (/** @type {number} */ ms) => {
    /** @type {number[]} */
    const blocks = [];
    const start = performance.now();
    let calls = 0;
    for (let now = start; now - start < ms; ) {
      for (let i = 0; i < block; i++) call(calls++);
      const end = performance.now();
      blocks.push(((end - now) * 1000) / block);
      now = end;
    }
    return { calls, usPerCall: ((performance.now() - start) * 1000) / calls, blocks };
  };
  pass(warmupMs);
  return withLatencies(pass(measureMs));
}

/**
 * Calls one after the other, each awaited.
 *
 * @param {(i: number) => Promise<unknown>} call
 * @param {Times & { block?: number }} times
 */
export async function timeAwaits(call, { warmupMs, measureMs, block = BLOCK }) {
  const pass = async (/** @type {number} */ ms) => {
    /** @type {number[]} */
    const blocks = [];
    const start = performance.now();
    let calls = 0;
    for (let now = start; now - start < ms; ) {
      for (let i = 0; i < block; i++) await call(calls++);
      const end = performance.now();
      blocks.push(((end - now) * 1000) / block);
      now = end;
    }
    return { calls, usPerCall: ((performance.now() - start) * 1000) / calls, blocks };
  };
  await pass(warmupMs);
  return withLatencies(await pass(measureMs));
}

/**
 * `concurrency` clients, each of which starts its next call when its last one is done. Between the warm-up and the
 * measurement nobody stops: what is in flight then is counted when it ends. Nobody stops before the end of it either, which
 * comes when `measureMs` have passed and as many calls have ended as there are clients: a batch may take longer than that.
 *
 * @param {(i: number, client: number) => Promise<unknown>} call
 * @param {Times & { concurrency: number, onStart?: () => void, onEnd?: () => void }} options
 */
export async function timeClients(call, { concurrency, warmupMs, measureMs, onStart, onEnd }) {
  /** @type {Ended} */
  const ended = { atMs: [], tookUs: [] };
  let started = 0;
  let first = 0;
  let end = Number.POSITIVE_INFINITY;
  const client = async (/** @type {number} */ number) => {
    while (performance.now() < end || ended.atMs.length < first + concurrency) {
      const before = performance.now();
      await call(started++, number);
      const now = performance.now();
      ended.atMs.push(now);
      ended.tookUs.push((now - before) * 1000);
    }
  };
  const clients = Array.from({ length: concurrency }, (_, i) => client(i));
  await new Promise((resolve) => setTimeout(resolve, warmupMs));
  onStart?.();
  const start = performance.now();
  first = ended.atMs.length;
  end = start + measureMs;
  await Promise.race(clients);
  onEnd?.();
  await Promise.all(clients);
  return rateBetween(ended, start, Math.max(end, Number(ended.atMs[first + concurrency - 1])));
}

/**
 * Calls that ended, in this order.
 *
 * @typedef {{ atMs: number[], tookUs: number[] }} Ended
 */

/**
 * The calls between two moments. Those of a batch end together; a window that begins or ends in the middle of one would
 * count all of its calls or none for half of its time. So it is moved to the last end before each of the moments.
 *
 * @param {Ended} ended
 * @param {number} fromMs
 * @param {number} toMs
 */
export function rateBetween({ atMs, tookUs }, fromMs, toMs) {
  const first = atMs.findIndex((at) => at > fromMs);
  const next = atMs.findIndex((at) => at > toMs);
  const last = next < 0 ? atMs.length : next;
  if (first < 0 || last === first) throw new Error('no call ended while it was measured');
  const start = first === 0 ? fromMs : Number(atMs[first - 1]);
  const calls = last - first;
  const usPerCall = ((Number(atMs[last - 1]) - start) * 1000) / calls;
  return withLatencies({ calls, usPerCall, blocks: tookUs.slice(first, last) });
}

/** @param {Rate & { blocks: number[] }} pass */
function withLatencies({ calls, usPerCall, blocks }) {
  const { p50, p99, max } = quantiles(blocks);
  return { calls, usPerCall, p50Us: p50, p99Us: p99, maxUs: max };
}
