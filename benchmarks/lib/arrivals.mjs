// @ts-check
import { quantiles } from './stats.mjs';

/** @typedef {'kept' | 'late' | 'rejected'} Outcome kept: answered in time; late: neither that nor refused; rejected: refused */

/**
 * Open clients: requests come at random moments, as many a second on average whatever becomes of the earlier ones
 * (a Poisson process). A timer of 1 ms sends what became due since it last fired, all of it, also after a stall. The time of
 * a request counts from when it was due, so a stall is paid for by every request that it delayed. In between the thread is
 * idle or does the engine's work: a sender that looks at the clock all the time would take a core away from the model.
 *
 * @param {(i: number, lateMs: number) => Promise<Outcome>} send settles when the request has; `lateMs` after it was due
 * @param {{ perSecond: number, measureMs: number, deadlineMs: number, seed?: number }} options an answer later than
 *   `deadlineMs` after the request was due is late
 */
export async function sendAtRandom(send, { perSecond, measureMs, deadlineMs, seed = 1 }) {
  const random = uniform(seed);
  const gap = () => (-Math.log(1 - random()) * 1000) / perSecond;
  // All that is noted is as large from the start as it will be: the memory of this process is watched meanwhile.
  const room = Math.ceil((perSecond * measureMs * 1.5) / 1000) + 1000;
  const times = { kept: new Times(room), rejected: new Times(room), sendDelay: new Times(room) };
  const counts = { sent: 0, kept: 0, late: 0, rejected: 0 };
  let open = 0;
  let onLast = () => {};
  const one = async (/** @type {number} */ i, /** @type {number} */ due) => {
    open++;
    const sent = performance.now();
    times.sendDelay.note(sent - due);
    const answer = await send(i, sent - due);
    const now = performance.now();
    const outcome = answer === 'kept' && now - due > deadlineMs ? 'late' : answer;
    counts[outcome]++;
    if (outcome === 'kept') times.kept.note(now - due);
    // What the refusal itself takes, without the sender's delay.
    if (outcome === 'rejected') times.rejected.note(now - sent);
    if (--open === 0) onLast();
  };
  const start = performance.now();
  for (let due = start + gap(); due - start < measureMs; ) {
    const now = performance.now();
    for (; due <= now && due - start < measureMs; due += gap()) {
      void one(counts.sent++, due);
      // A refusal is taken at once, not after all that is sent in this turn.
      await undefined;
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  if (open > 0) await new Promise((resolve) => (onLast = () => resolve(undefined)));
  return {
    ...counts,
    keptMs: times.kept.quantiles(),
    rejectedMs: times.rejected.quantiles(),
    sendDelayMs: times.sendDelay.quantiles(),
  };
}

class Times {
  #count = 0;
  #values;

  /** @param {number} room */
  constructor(room) {
    this.#values = new Float64Array(room).fill(0);
  }

  /** @param {number} ms */
  note(ms) {
    this.#values[this.#count++] = ms;
  }

  /** All 0 when there is none. */
  quantiles() {
    const { p50, p99, max } = quantiles(this.#count > 0 ? this.#values.subarray(0, this.#count) : [0]);
    return { p50, p99, max };
  }
}

/** In [0, 1), always the same. @param {number} seed */
export function uniform(seed) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
