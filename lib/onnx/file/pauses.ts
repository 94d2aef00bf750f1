import { setImmediate } from 'node:timers/promises';

/** How long JavaScript may keep the event loop before others get their turn. */
const SLICE_MS = 1;

/**
 * Lets the event loop turn in between of long work: `if (pauses.due) await pauses.take()` in every round of a loop.
 */
export class Pauses {
  #since = performance.now();

  get due(): boolean {
    return performance.now() - this.#since > SLICE_MS;
  }

  async take(): Promise<void> {
    await setImmediate();
    this.#since = performance.now();
  }
}
