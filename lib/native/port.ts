import { errorCodes, NodeTensorRTError } from '../errors.js';
import {
  type NativeAddon,
  type NativeEngine,
  NativeEvent,
  type NativeModelCache,
  type NativePort,
  type NativeStaging,
} from './contract.js';
import { getAddon } from './load.js';

/** Work in flight on the native side; called once, with the event that ends it. */
export interface Pending {
  /** Returns the bytes that it copied on this thread, if any. */
  onEvent(event: NativeEvent, port: NativePort): number | undefined;
}

/** Work done before the event loop turns, so that a flood of results does not hold up everything else. */
const MESSAGES_PER_TURN = 256;
const BYTES_PER_TURN = 2 ** 20;

/** A severity of `takeLog()`. */
const WARNING = 2;

/**
 * This copy of the library's connection to the native side, in this thread. ES module and CommonJS copies have one
 * each; what they have in common is in native code.
 */
class Port {
  readonly native: NativePort;
  readonly frame: Float64Array;
  readonly pending = new Map<number, Pending>();
  /** Counts who wrote to the frame, to notice who wrote in between. */
  frameUses = 0;
  readonly #addon: NativeAddon;
  #lastId = 0;

  constructor(addon: NativeAddon) {
    this.#addon = addon;
    this.native = new addon.NativePort(this.#onWake, makeError);
    this.frame = this.native.frame;
  }

  get processId(): string {
    return this.#addon.processId;
  }

  /** An id for a message, never 0. */
  nextId(): number {
    this.#lastId += 1;
    return this.#lastId;
  }

  modelCache(name: string, budgetBytes: number): NativeModelCache {
    return new this.#addon.NativeModelCache(this.native, name, budgetBytes);
  }

  /** Native memory that is filled piece by piece; on the account of an engine, if one is given. */
  staging(bytes: number, engine?: NativeEngine): NativeStaging {
    if (engine === undefined) return new this.#addon.NativeStaging(this.native, bytes);
    return new this.#addon.NativeStaging(this.native, bytes, engine);
  }

  /** Lets an engine's handle go; resolves when that is done, with the model if it was the last one. */
  release(engine: NativeEngine): Promise<void> {
    return this.request(
      (id) => engine.release(id),
      () => undefined,
    );
  }

  /** Keeps pooled memory for a run that is yet to be submitted. Throws BUSY; `group` and `tensor` name it. */
  hold(pooled: ArrayBufferView, group: 'inputs' | 'into', tensor: string): NativeStaging {
    return new this.#addon.NativeStaging(this.native, pooled, group, tensor);
  }

  /** Starts an operation whose result comes as one event, and waits for that. */
  request<T>(start: (id: number) => void, read: (port: NativePort) => T): Promise<T> {
    const id = this.nextId();
    return new Promise((resolve, reject) => {
      start(id);
      this.pending.set(id, {
        onEvent: (event, port) => {
          try {
            if (event === NativeEvent.error) reject(port.takeError());
            else resolve(read(port));
          } catch (error) {
            reject(error);
          }
          return 0;
        },
      });
    });
  }

  /** Lets runs in place use their share of time again in the next turn of the event loop. */
  readonly newTurn = (): void => this.native.newTurn();

  /** Tells what is logged under the id that it returns, until the native side says that nothing follows. */
  listen(tell: (severity: number, text: string) => void): number {
    const id = this.nextId();
    const onEvent = (_: NativeEvent, port: NativePort): number => {
      const lines = port.takeLog(id);
      if (this.frame[1] === 0) this.pending.set(id, { onEvent });
      for (let i = 0; i + 1 < lines.length; i += 2) tell(lines[i] as number, lines[i + 1] as string);
      if (lines.length % 2 === 1)
        tell(WARNING, `${lines[lines.length - 1]} more lines came too quickly and were dropped`);
      return 0;
    };
    this.pending.set(id, { onEvent });
    return id;
  }

  /** Says that nothing more is submitted for now; Note "bursts" in `native/runtime/engine.h`. */
  readonly endBurst = (): void => this.native.endBurst();

  /** Hands out what has come already, before somebody decides that it has not. */
  takeWhatIsThere(): void {
    this.#handleMessages();
  }

  /** Called when a message comes after a time without; see Note "turns" in `native/binding/mailbox.h`. */
  readonly #onWake = (): void => {
    this.#handleMessages();
    setImmediate(this.#onTurn);
  };

  readonly #onTurn = (): void => {
    this.native.newTurn();
    if (this.#handleMessages() || !this.native.sleep()) setImmediate(this.#onTurn);
  };

  /** Returns whether there were any messages, and so may be more. */
  #handleMessages(): boolean {
    let bytes = 0;
    let handled = 0;
    while (handled < MESSAGES_PER_TURN && bytes < BYTES_PER_TURN) {
      const id = this.native.poll();
      if (id === 0) break;
      handled++;
      const pending = this.pending.get(id);
      this.pending.delete(id);
      // Whoever waited may have turned away; the message's contents are dropped with the next poll.
      bytes += pending?.onEvent((this.frame[0] ?? 0) as NativeEvent, this.native) ?? 0;
    }
    return handled > 0;
  }
}

function makeError(code: number, message: string, details: Record<string, unknown>): NodeTensorRTError {
  return new NodeTensorRTError(errorCodes[code] ?? 'INTERNAL', message, details);
}

let opened: Port | undefined;

/** The port of this copy, opened by the first use. Throws BINARY_NOT_FOUND. */
export function getPort(): Port {
  opened ??= new Port(getAddon());
  return opened;
}

export type { Port };
