import { allowListeners } from '../engine/turning-away.js';
import type { AnyIterator } from '../options.js';
import type { RunPlan, StreamPlan } from './options.js';

/** Starts an item; `onAccepted` is called when the first stage has taken it, or never will. */
type Start = (input: unknown, plan: RunPlan, onAccepted: () => void) => Promise<unknown>;

/** The results of all items of the source. Nothing begins before the first is asked for. */
export async function* streamThrough(
  open: () => AnyIterator,
  plan: StreamPlan,
  start: Start,
): AsyncGenerator<unknown, void, undefined> {
  const stream = new Stream(open(), plan, start);
  try {
    for (;;) {
      const result = await stream.next();
      if (result === undefined) return;
      if (plan.settled) yield result;
      else if (result.status === 'fulfilled') yield result.value;
      else throw result.reason;
    }
  } finally {
    await stream.end();
  }
}

/** An item that was taken from the source. */
interface Entry {
  outcome?: PromiseSettledResult<unknown>;
}

/** Pulls the source and keeps what was started until it is read. */
class Stream {
  /** Started and not yet read: in the order of the source, or settled ones first, in the order in which they did. */
  readonly #entries: Entry[] = [];
  readonly #stop = new AbortController();
  #isPulling = false;
  /** It was closed by its own end or failure. */
  #isExhausted = false;
  /** What ends the stream once all results before it were read: the source failed. */
  #failure: { reason: unknown } | undefined;
  #onChange: (() => void)[] = [];

  constructor(
    readonly source: AnyIterator,
    readonly plan: StreamPlan,
    readonly start: Start,
  ) {
    const { signal } = plan;
    allowListeners(this.#stop.signal);
    if (signal) {
      allowListeners(signal);
      signal.addEventListener('abort', this.#onAbort);
      if (signal.aborted) this.#onAbort();
    }
    void this.#pull();
  }

  /** The next result; undefined at the end. Rejects when the signal is aborted, or with the failure of the source. */
  async next(): Promise<PromiseSettledResult<unknown> | undefined> {
    for (;;) {
      const { signal } = this.plan;
      if (signal?.aborted) throw signal.reason;
      const outcome = this.#takeSettled();
      if (outcome !== undefined) return outcome;
      if (this.#entries.length === 0 && this.#failure) throw this.#failure.reason;
      if (this.#entries.length === 0 && this.#isExhausted) return undefined;
      await this.#change();
    }
  }

  /** Aborts what is under way and closes the source. A source that is just being asked for its next item is not waited for. */
  async end(): Promise<void> {
    this.plan.signal?.removeEventListener('abort', this.#onAbort);
    this.#stop.abort(
      this.plan.signal?.aborted ? this.plan.signal.reason : new DOMException('The stream was ended', 'AbortError'),
    );
    this.#changed();
    if (this.#isExhausted) return;
    const closed = (async () => this.source.return?.())();
    if (!this.#isPulling) await closed;
    else closed.catch(() => undefined);
  }

  /** Never rejects. */
  async #pull(): Promise<void> {
    const { signal } = this.#stop;
    try {
      while (await this.#hasRoom()) {
        const step = await this.#take();
        if (signal.aborted) return;
        if (step.done === true) return;
        await new Promise<void>((onAccepted) => this.#begin(step.value, onAccepted));
      }
    } catch (reason) {
      this.#failure ??= { reason };
    } finally {
      this.#changed();
    }
  }

  /** Asks the source for its next item. */
  async #take(): Promise<IteratorResult<unknown>> {
    this.#isPulling = true;
    try {
      const step = await this.source.next();
      this.#isExhausted = step.done === true;
      return step;
    } catch (reason) {
      this.#failure = { reason };
      this.#isExhausted = true;
      throw reason;
    } finally {
      this.#isPulling = false;
    }
  }

  async #hasRoom(): Promise<boolean> {
    const { signal } = this.#stop;
    while (!signal.aborted && this.#entries.length >= this.plan.concurrency) await this.#change();
    return !signal.aborted;
  }

  #begin(input: unknown, onAccepted: () => void): void {
    const { timeoutMs, priority } = this.plan;
    const entry: Entry = {};
    const started = this.start(input, { signal: this.#stop.signal, timeoutMs, priority }, onAccepted);
    this.#entries.push(entry);
    started.then(
      (value) => this.#settle(entry, { status: 'fulfilled', value }),
      (reason) => this.#settle(entry, { status: 'rejected', reason }),
    );
  }

  #settle(entry: Entry, outcome: PromiseSettledResult<unknown>): void {
    entry.outcome = outcome;
    if (!this.plan.ordered) {
      this.#entries.splice(this.#entries.indexOf(entry), 1);
      const at = this.#entries.findIndex(({ outcome }) => outcome === undefined);
      this.#entries.splice(at < 0 ? this.#entries.length : at, 0, entry);
    }
    this.#changed();
  }

  #takeSettled(): PromiseSettledResult<unknown> | undefined {
    const outcome = this.#entries[0]?.outcome;
    if (outcome === undefined) return undefined;
    this.#entries.shift();
    this.#changed();
    return outcome;
  }

  readonly #onAbort = (): void => {
    this.#stop.abort(this.plan.signal?.reason);
    this.#changed();
  };

  #change(): Promise<void> {
    return new Promise((resolve) => this.#onChange.push(resolve));
  }

  #changed(): void {
    for (const wake of this.#onChange.splice(0)) wake();
  }
}
