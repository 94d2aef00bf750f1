// @ts-check

/**
 * @typedef {object} Summary of the same quantity over all rounds
 * @property {number} median
 * @property {number} min
 * @property {number} max
 */

/**
 * The value below which a share `q` of the values lies, linear between neighbours.
 *
 * @param {readonly number[]} sorted ascending, not empty
 * @param {number} q 0 to 1
 */
export function quantileOfSorted(sorted, q) {
  if (sorted.length === 0) throw new RangeError('no values');
  const at = q * (sorted.length - 1);
  const below = Math.floor(at);
  const above = Math.min(below + 1, sorted.length - 1);
  const [from, to] = [Number(sorted[below]), Number(sorted[above])];
  return from + (to - from) * (at - below);
}

/** @param {Iterable<number>} values */
export function ascending(values) {
  return Float64Array.from(values).sort();
}

/** @param {Iterable<number>} values not empty */
export function median(values) {
  return quantileOfSorted([...ascending(values)], 0.5);
}

/**
 * @param {Iterable<number>} values not empty
 * @returns {Summary}
 */
export function summarize(values) {
  const sorted = [...ascending(values)];
  const at = (/** @type {number} */ q) => quantileOfSorted(sorted, q);
  return { median: at(0.5), min: at(0), max: at(1) };
}

/**
 * p50, p90, p99, p99.9, max and mean of many values.
 *
 * @param {Iterable<number>} values not empty
 */
export function quantiles(values) {
  const sorted = [...ascending(values)];
  const at = (/** @type {number} */ q) => quantileOfSorted(sorted, q);
  const mean = sorted.reduce((sum, value) => sum + value, 0) / sorted.length;
  return { p50: at(0.5), p90: at(0.9), p99: at(0.99), p999: at(0.999), max: at(1), mean };
}

/**
 * What a request that comes at any moment meets. A timer that should fire each `interval` and is late by `delay` fired
 * once where it should have fired several times: each of those firings is added with the rest of the delay that it
 * would have met. Without that a stall of a second would count as little as one of a millisecond.
 *
 * @param {Iterable<number>} delays
 * @param {number} interval in the same unit
 */
export function withOmitted(delays, interval) {
  /** @type {number[]} */
  const all = [];
  for (const delay of delays) {
    all.push(delay);
    for (let rest = delay - interval; rest > 0; rest -= interval) all.push(rest);
  }
  return all;
}

/**
 * The ratio a / b in each round. The machine's speed drifts from minute to minute, so that a ratio of two medians may
 * compare two different speeds; the two values of a round were taken one after the other.
 *
 * @template T
 * @param {readonly T[]} rounds
 * @param {(round: T) => number} a
 * @param {(round: T) => number} b
 */
export function pairedRatio(rounds, a, b) {
  return summarize(rounds.map((round) => a(round) / b(round)));
}
