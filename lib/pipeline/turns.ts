/** For so many milliseconds stages may go on before the event loop gets its turn. */
const BUDGET_MS = 8;

/**
 * Sees to it that functions of stages, one after the other, do not keep timers and sockets waiting: promises alone
 * would go on for as long as there is something to do. One per pipeline.
 */
export class Turns {
  #until: number | undefined;

  /** Whether this turn of the event loop was long enough. */
  get isOver(): boolean {
    if (this.#until !== undefined) return performance.now() >= this.#until;
    this.#until = performance.now() + BUDGET_MS;
    setImmediate(() => {
      this.#until = undefined;
    });
    return false;
  }

  /** Resolves in the next turn, which may be over by then: ask again. */
  next(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve));
  }
}
