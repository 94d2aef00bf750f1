// @ts-check

/** Adds up the time of named stages, in the order in which they were first named. */
export class Clock {
  /** @type {Map<string, number>} */
  #times = new Map();

  /** @param {Iterable<string>} [stages] names that fix the order, whichever ends first */
  constructor(stages = []) {
    for (const stage of stages) this.#times.set(stage, Number.NaN);
  }

  /**
   * Runs `work`, which may be async, and adds what it took. A failure is not counted.
   *
   * @template T
   * @param {string} stage
   * @param {() => T} work
   * @returns {T}
   */
  time(stage, work) {
    const start = performance.now();
    const result = work();
    if (result instanceof Promise) {
      return /** @type {T} */ (
        result.then((value) => {
          this.add(stage, performance.now() - start);
          return value;
        })
      );
    }
    this.add(stage, performance.now() - start);
    return result;
  }

  /**
   * @param {string} stage
   * @param {number} ms
   */
  add(stage, ms) {
    this.#times.set(stage, (this.#times.get(stage) || 0) + ms);
  }

  /** Milliseconds by stage; stages that never ran are left out. */
  times() {
    return Object.fromEntries([...this.#times].filter(([, ms]) => !Number.isNaN(ms)));
  }
}
