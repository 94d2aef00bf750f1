import { allowListeners } from '../engine/turning-away.js';
import { NodeTensorRTError } from '../errors.js';

/** How long somebody waits: until a time-out passes or a signal aborts. To be ended in every case. */
export class Patience {
  /** What the wait ended with, once it did. */
  over: { error: unknown; timedOut: boolean } | undefined;
  readonly #listeners = new Set<() => void>();
  readonly #signal: AbortSignal | undefined;
  readonly #timer: NodeJS.Timeout;

  constructor(what: string, { timeoutMs, signal }: { timeoutMs: number; signal: AbortSignal | undefined }) {
    this.#signal = signal;
    this.#timer = setTimeout(() => {
      const text = `${what} took longer than the ${timeoutMs} ms that it may be waited for`;
      this.#end({ error: new NodeTensorRTError('TIMEOUT', text, { timeoutMs }), timedOut: true });
    }, timeoutMs);
    // What is waited for keeps the process alive, not the clock.
    this.#timer.unref();
    if (signal === undefined) return;
    allowListeners(signal);
    signal.addEventListener('abort', this.#onAbort, { once: true });
    if (signal.aborted) this.#onAbort();
  }

  throwIfOver(): void {
    if (this.over) throw this.over.error;
  }

  /** Calls back when the wait is over, unless the returned function was called before. */
  onOver(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** What the promise settles with, or the end of the wait. */
  race<T>(promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const off = this.onOver(() => reject(this.over?.error));
      if (this.over) reject(this.over.error);
      promise.then(resolve, reject).finally(off);
    });
  }

  /** It has what it waited for. */
  end(): void {
    clearTimeout(this.#timer);
    this.#signal?.removeEventListener('abort', this.#onAbort);
    this.#listeners.clear();
  }

  readonly #onAbort = (): void => this.#end({ error: this.#signal?.reason, timedOut: false });

  #end(how: { error: unknown; timedOut: boolean }): void {
    this.over ??= how;
    const listeners = [...this.#listeners];
    this.end();
    for (const listener of listeners) listener();
  }
}
