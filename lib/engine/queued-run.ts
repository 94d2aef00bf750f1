import { NativeEvent, type NativePort } from '../native/contract.js';
import type { Pending, Port } from '../native/port.js';
import { SLICE_BYTES, slicedCopy } from '../native/sliced-copy.js';
import type { TensorMap } from '../tensor/types.js';
import { observeRun } from './diagnostics.js';
import { type Destination, makeDestination } from './results.js';
import type { RunPlan } from './run-options.js';
import { allowListeners, isTimeout, timeoutError } from './turning-away.js';

type Outcome = 'failed' | 'aborted' | 'timedOut';

/** A run on its way through a queue and a lane: settles once, by its result, an error, its signal or its time-out. */
export class QueuedRun implements Pending {
  readonly promise: Promise<TensorMap>;
  #resolve!: (tensors: TensorMap) => void;
  #reject!: (error: unknown) => void;
  #settled = false;
  #timer: NodeJS.Timeout | undefined;
  /** What the copy of a large result goes to, while that is under way. */
  #destination: Destination | undefined;

  constructor(
    readonly port: Port,
    readonly id: number,
    readonly plan: RunPlan,
    readonly float16: 'bits' | 'array',
    /** Its name. */
    readonly engine: string,
    /** Called once, when the run no longer holds anything. */
    readonly onDone: (run: QueuedRun) => void,
  ) {
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    port.pending.set(id, this);
    const { signal, timeoutMs } = plan;
    if (signal) {
      allowListeners(signal);
      signal.addEventListener('abort', this.#onAbort);
    }
    if (timeoutMs > 0) this.#timer = setTimeout(this.#onTimeout, timeoutMs);
  }

  onEvent(event: NativeEvent, port: NativePort): number {
    if (event === NativeEvent.result) this.plan.trace?.copyOutStarts();
    const bytes = this.#onEvent(event, port);
    if (event !== NativeEvent.copied) observeRun(port, this.engine, this.plan.trace);
    return bytes;
  }

  #onEvent(event: NativeEvent, port: NativePort): number {
    if (this.#settled) {
      this.onDone(this); // turned away from while it ran
      return 0;
    }
    try {
      if (event === NativeEvent.result) return this.#onResult(port);
      if (event !== NativeEvent.copied) throw port.takeError();
      this.#succeed((this.#destination as Destination).tensors);
    } catch (error) {
      this.#fail(error, isTimeout(error) ? 'timedOut' : 'failed');
    }
    return 0;
  }

  /** Rejects now if the run is still queued; one that has started goes on. */
  dequeue(reason: unknown): void {
    if (!this.#settled && this.port.native.dequeue(this.id)) this.#leaveQueue(reason, 'aborted');
  }

  /** Returns the bytes that were copied here and now. */
  #onResult(port: NativePort): number {
    const destination = makeDestination(port, this.plan, this.float16);
    if (destination.bytes <= SLICE_BYTES) {
      port.take(...destination.arrays);
      this.#succeed(destination.tensors);
      return destination.bytes;
    }
    if (destination.userBytes === 0) {
      // Nobody has seen these arrays yet, so a native thread may fill them.
      port.copyOut(this.id, ...destination.arrays);
      this.#destination = destination;
      this.port.pending.set(this.id, this);
    } else {
      void this.#copyIntoUserMemory(port, destination);
    }
    return 0;
  }

  async #copyIntoUserMemory(port: NativePort, { arrays, tensors }: Destination): Promise<void> {
    try {
      port.keep(this.id);
      for (const [i, array] of arrays.entries()) {
        if (!ArrayBuffer.isView(array)) continue;
        await slicedCopy(array.byteLength, (offset, max) => {
          if (this.#settled) throw new Error('the run was turned away from');
          return port.copySlice(this.id, i, array, offset, max);
        });
      }
      this.#succeed(tensors);
    } catch (error) {
      if (!this.#settled) this.#fail(error, 'failed');
      else this.onDone(this);
    } finally {
      port.drop(this.id);
    }
  }

  readonly #onAbort = (): void => this.#turnAway(this.plan.signal?.reason, false);

  /** The result may be there: timers come before messages in a turn of the event loop. */
  readonly #onTimeout = (): void => {
    this.port.takeWhatIsThere();
    if (!this.#settled) this.#turnAway(timeoutError(this.plan.timeoutMs), true);
  };

  /** A run in progress goes on until its event, and is dropped then. */
  #turnAway(reason: unknown, timedOut: boolean): void {
    const outcome = timedOut ? 'timedOut' : 'aborted';
    if (this.port.native.cancel(this.id, timedOut)) {
      this.#leaveQueue(reason, outcome);
    } else {
      this.plan.trace?.ends(outcome);
      this.#stopWaiting();
      this.#settled = true;
      this.#reject(reason);
    }
  }

  #leaveQueue(reason: unknown, outcome: Outcome): void {
    this.port.pending.delete(this.id);
    this.#fail(reason, outcome);
  }

  #succeed(tensors: TensorMap): void {
    this.plan.trace?.copyOutEnds();
    this.#settle(() => this.#resolve(tensors));
  }

  #fail(error: unknown, outcome: Outcome): void {
    this.plan.trace?.ends(outcome);
    this.#settle(() => this.#reject(error));
  }

  #settle(act: () => void): void {
    this.#stopWaiting();
    this.#settled = true;
    act();
    this.onDone(this);
  }

  #stopWaiting(): void {
    this.plan.signal?.removeEventListener('abort', this.#onAbort);
    if (this.#timer !== undefined) clearTimeout(this.#timer);
  }
}
