import type { RunPlan } from './run-options.js';
import { allowListeners, timeoutError } from './turning-away.js';

/** What a run in an order holds until its result is delivered. */
export class Place {
  #delivered = false;
  readonly #releases: (() => void)[] = [];

  /** Calls `release` when the result is delivered or the run has rejected; at once if it is so already. */
  afterDelivery(release: () => void): void {
    if (this.#delivered) release();
    else this.#releases.push(release);
  }

  delivered(): void {
    this.#delivered = true;
    for (const release of this.#releases.splice(0)) release();
  }
}

/** A run that is on its way, or whose result waits for those before it. */
interface Entry {
  /** Resolves the caller's promise; there once the result is. */
  deliver?: () => void;
}

/**
 * Settles the promises of one engine handle in the order of its calls, for each priority. It stands around whole runs:
 * however one is run (queued, in pieces, in place), its result waits here for those before it. A run that rejects does
 * so at once and holds nobody up; its signal and its time-out count until its result is delivered.
 */
export class OrderedDelivery {
  /** Per priority, in the order of the calls. */
  readonly #queues = new Map<number, Set<Entry>>();

  /** `start(plan)`, whose promise is started now and settles in its turn. What it throws is thrown, and has no place. */
  run<T>(plan: RunPlan, start: (plan: RunPlan) => Promise<T>): Promise<T> {
    const began = performance.now();
    const place = new Place();
    const run = start({ ...plan, place });
    const queue = this.#queueOf(plan.priority);
    const entry: Entry = {};
    queue.add(entry);
    return new Promise((resolve, reject) => {
      let stopWatching = () => {};
      const leave = (reason: unknown) => {
        stopWatching();
        queue.delete(entry);
        reject(reason);
        place.delivered();
        deliverReady(queue);
      };
      run.then((result) => {
        entry.deliver = () => {
          stopWatching();
          resolve(result);
          place.delivered();
        };
        deliverReady(queue);
        if (!queue.has(entry)) return;
        if (plan.signal?.aborted) leave(plan.signal.reason);
        else stopWatching = watch(plan, began, leave);
      }, leave);
    });
  }

  #queueOf(priority: number): Set<Entry> {
    const queue = this.#queues.get(priority) ?? new Set();
    this.#queues.set(priority, queue);
    return queue;
  }
}

/** Delivers from the front up to the first run that is still on its way. */
function deliverReady(queue: Set<Entry>): void {
  for (const entry of queue) {
    if (entry.deliver === undefined) return;
    queue.delete(entry);
    entry.deliver();
  }
}

/** Has a run whose result waits `leave` when it is aborted or its time is over. Returns what ends that. */
function watch(plan: RunPlan, began: number, leave: (reason: unknown) => void): () => void {
  const { signal, timeoutMs, trace } = plan;
  const onAbort = () => {
    trace?.ends('aborted');
    leave(signal?.reason);
  };
  const onTimeout = () => {
    trace?.ends('timedOut');
    leave(timeoutError(timeoutMs));
  };
  const timer = timeoutMs > 0 ? setTimeout(onTimeout, began + timeoutMs - performance.now()) : undefined;
  if (signal) {
    allowListeners(signal);
    signal.addEventListener('abort', onAbort);
  }
  return () => {
    signal?.removeEventListener('abort', onAbort);
    clearTimeout(timer);
  };
}
