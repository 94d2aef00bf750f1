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
 * measurement nobody stops: what is in flight then is counted when it ends.
 *
 * @param {(i: number, client: number) => Promise<unknown>} call
 * @param {Times & { concurrency: number, onStart?: () => void, onEnd?: () => void }} options
 */
export async function timeClients(call, { concurrency, warmupMs, measureMs, onStart, onEnd }) {
  /** @type {number[]} */
  let blocks = [];
  let calls = 0;
  let started = 0;
  let end = Number.POSITIVE_INFINITY;
  const client = async (/** @type {number} */ number) => {
    while (performance.now() < end) {
      const before = performance.now();
      await call(started++, number);
      blocks.push((performance.now() - before) * 1000);
      calls++;
    }
  };
  const clients = Array.from({ length: concurrency }, (_, i) => client(i));
  await new Promise((resolve) => setTimeout(resolve, warmupMs));
  blocks = [];
  calls = 0;
  onStart?.();
  const start = performance.now();
  end = start + measureMs;
  await Promise.race(clients);
  const usPerCall = ((performance.now() - start) * 1000) / calls;
  onEnd?.();
  const result = withLatencies({ calls, usPerCall, blocks });
  await Promise.all(clients);
  return result;
}

/** @param {Rate & { blocks: number[] }} pass */
function withLatencies({ calls, usPerCall, blocks }) {
  const { p50, p99, max } = quantiles(blocks);
  return { calls, usPerCall, p50Us: p50, p99Us: p99, maxUs: max };
}
