// @ts-check
import { readFileSync } from 'node:fs';
import { median } from './stats.mjs';

const MB = 1e6;

/** Resident memory of this process now, in MB (10^6 bytes). */
export function residentMb() {
  return process.memoryUsage.rss() / MB;
}

/**
 * The most resident memory that this process has had, in MB. On Linux from /proc: what getrusage (and so
 * `process.resourceUsage().maxRSS`) reports there begins with the peak of the process that started this one.
 */
export function peakMb() {
  if (process.platform === 'linux') {
    const kib = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
    if (kib !== undefined) return (Number(kib) * 1024) / MB;
  }
  return (process.resourceUsage().maxRSS * 1024) / MB;
}

/** Collects garbage, so that what is left is in use. Needs --expose-gc. */
export async function collectGarbage() {
  for (let i = 0; i < 3; i++) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/**
 * Notes the resident memory of this process now and then, without garbage: what waits to be collected makes it go up and down
 * by more than a leak would. Needs --expose-gc, and takes time.
 */
export class MemoryMeter {
  /** @type {number[]} */
  #samples = [];
  #timer;

  constructor(intervalMs = 250) {
    this.#timer = setInterval(() => {
      globalThis.gc?.();
      this.#samples.push(residentMb());
    }, intervalMs);
  }

  /** @returns {number} by how many MB it grew, see `growthMb` */
  stop() {
    clearInterval(this.#timer);
    return growthMb(this.#samples);
  }
}

/**
 * From the second quarter to the last, the median of each: in the first one heaps and pools become as large as the work
 * needs.
 *
 * @param {readonly number[]} samples at equal distances in time, four or more
 */
export function growthMb(samples) {
  const quarter = (/** @type {number} */ i) =>
    median(samples.slice(Math.floor((i * samples.length) / 4), Math.floor(((i + 1) * samples.length) / 4)));
  return quarter(3) - quarter(1);
}
