// @ts-check
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { quantiles, withOmitted } from './stats.mjs';

const NS_PER_MS = 1e6;

/** How late Node's own meter found the event loop, in milliseconds. */
export class LoopDelayMeter {
  #monitor = monitorEventLoopDelay({ resolution: 1 });
  #start = 0;

  start() {
    this.#start = performance.now();
    this.#monitor.enable();
  }

  stop() {
    const monitor = this.#monitor;
    monitor.disable();
    if (monitor.count === 0) {
      // It never fired: one stall, for all of the time.
      const all = performance.now() - this.#start;
      return { p50: all, p99: all, p999: all, max: all };
    }
    // Node's histogram has the time between two firings, so an idle loop shows the resolution itself.
    const late = (/** @type {number} */ ns) => Math.max(0, ns / NS_PER_MS - 1);
    return {
      p50: late(monitor.percentile(50)),
      p99: late(monitor.percentile(99)),
      p999: late(monitor.percentile(99.9)),
      max: late(monitor.max),
    };
  }
}

/**
 * Watches the event loop in two ways at once: a 1 ms timer that notes how late it fires, and Node's own
 * monitorEventLoopDelay at its finest resolution.
 */
export class StallMeter {
  #intervalMs;
  #node = new LoopDelayMeter();
  /** @type {number[]} */
  #delays = [];
  /** @type {NodeJS.Timeout | undefined} */
  #timer;
  #due = 0;

  /** @param {number} [intervalMs] of the own timer */
  constructor(intervalMs = 1) {
    this.#intervalMs = intervalMs;
  }

  start() {
    this.#node.start();
    this.#arm();
  }

  /** The delay since the last time is counted too, or a stall that lasts until the end would be missed. */
  stop() {
    clearTimeout(this.#timer);
    this.#note();
    const nodeMs = this.#node.stop();
    const corrected = quantiles(withOmitted(this.#delays, this.#intervalMs));
    const { p50, p99, p999, max } = corrected;
    return { fired: this.#delays.length, timerMs: { p50, p99, p999, max }, nodeMs };
  }

  #arm() {
    this.#due = performance.now() + this.#intervalMs;
    this.#timer = setTimeout(() => {
      this.#note();
      this.#arm();
    }, this.#intervalMs);
  }

  #note() {
    this.#delays.push(Math.max(0, performance.now() - this.#due));
  }
}

/**
 * Watches the event loop while `work` goes on.
 *
 * @template T
 * @param {() => Promise<T>} work
 */
export async function withStalls(work) {
  const meter = new StallMeter();
  meter.start();
  // One turn first, so that the meter runs before the work begins.
  await new Promise((resolve) => setTimeout(resolve, 5));
  const value = await work();
  await new Promise((resolve) => setTimeout(resolve, 2));
  return { value, stalls: meter.stop() };
}
