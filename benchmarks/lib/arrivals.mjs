// @ts-check

/**
 * Open clients: requests come at random moments, as many a second on average whatever becomes of the earlier ones
 * (a Poisson process). Those that are due are sent once per turn of the event loop.
 *
 * @param {(i: number) => Promise<'kept' | 'late' | 'rejected'>} send settles when the request has
 * @param {{ perSecond: number, measureMs: number, seed?: number }} options
 * @returns {Promise<{ sent: number, kept: number, late: number, rejected: number, keptUs: number[], rejectedUs: number[] }>}
 */
export async function sendAtRandom(send, { perSecond, measureMs, seed = 1 }) {
  const random = uniform(seed);
  const result = {
    sent: 0,
    kept: 0,
    late: 0,
    rejected: 0,
    keptUs: /** @type {number[]} */ ([]),
    rejectedUs: /** @type {number[]} */ ([]),
  };
  /** @type {Promise<void>[]} */
  const open = [];
  const one = async (/** @type {number} */ i) => {
    const start = performance.now();
    const outcome = await send(i);
    const us = (performance.now() - start) * 1000;
    result[outcome]++;
    if (outcome === 'kept') result.keptUs.push(us);
    if (outcome === 'rejected') result.rejectedUs.push(us);
  };
  const start = performance.now();
  let due = start;
  for (let now = start; now - start < measureMs; now = performance.now()) {
    while (due <= now) {
      open.push(one(result.sent++));
      due += (-Math.log(1 - random()) * 1000) / perSecond;
    }
    await new Promise((resolve) => (due - now > 2 ? setTimeout(resolve, 1) : setImmediate(resolve)));
  }
  await Promise.all(open);
  return result;
}

/** In [0, 1), always the same. @param {number} seed */
function uniform(seed) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
