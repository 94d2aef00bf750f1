import type { Engine } from '../engine/engine.js';

/** A model of a cache, held in memory until it is released. */
export class ModelLease implements Disposable, AsyncDisposable {
  /** A handle of this lease's own. `release()` closes it. */
  readonly engine: Engine;
  #released: Promise<void> | undefined;

  /** Not for use: leases come from `ModelCache.acquire`. */
  constructor(engine: Engine) {
    this.engine = engine;
  }

  /**
   * Lets the model go: from now on it may be evicted or unloaded. Runs that were accepted are finished before.
   * Idempotent. Resolves when the cache has it back. A lease that is forgotten is released by the garbage collector.
   */
  release(): Promise<void> {
    this.#released ??= this.engine.close();
    return this.#released;
  }

  [Symbol.dispose](): void {
    this.release().catch(() => undefined); // without memory for it: the collector does it
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.release();
  }
}
