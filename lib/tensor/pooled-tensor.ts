import { inspect } from 'node:util';
import { NodeTensorRTError } from '../errors.js';
import type { DataOf, TensorLike, TensorType } from './types.js';

/** From Node.js 22 on, an ArrayBuffer can give its memory to another one. */
const canMove = 'transfer' in ArrayBuffer.prototype;

const CONSTRUCT = Symbol('PooledTensor');

/** Element types of pooled tensors: all but strings, which have no memory of a fixed size. */
export type PooledType = Exclude<TensorType, 'string'>;

/** What becomes of the memory of a pooled tensor. */
export interface PooledOwner {
  releasePooled(buffer: ArrayBufferLike): void;
  noteMoved(buffer: ArrayBufferLike): void;
}

/** Tensors that are collected unreleased: their memory may have gone on to another ArrayBuffer, see `noteMoved`. */
const unreleased = new FinalizationRegistry<{ owner: PooledOwner; buffer: ArrayBufferLike }>(({ owner, buffer }) => {
  if (buffer.byteLength === 0) owner.noteMoved(buffer);
});

/**
 * A tensor in memory of a pool, from `memory.allocate` or from a run with `preferredOutputLocation: 'pool'`. Runs read
 * it, and write it in `into`, where it is, without a copy on this thread. So leave it alone while a run reads it, and do
 * not read it while a run writes it.
 *
 * Its memory goes back to the pool with `release()`; without that, when it is collected. Runs in flight keep it until they
 * have ended.
 */
export class PooledTensor<T extends PooledType = PooledType> implements TensorLike<T>, Disposable {
  readonly type: T;
  readonly dims: readonly number[];
  /** Size of the data in bytes. */
  readonly bytes: number;
  #data: DataOf<T> | undefined;
  readonly #owner: PooledOwner;

  /** Not for use: pooled tensors come from `memory.allocate` and `Engine.run`. */
  private constructor(key: symbol, type: T, data: DataOf<T>, dims: readonly number[], owner: PooledOwner) {
    if (key !== CONSTRUCT) throw new NodeTensorRTError('INVALID_ARGUMENT', 'use memory.allocate(type, dims)');
    this.type = type;
    this.dims = Object.freeze(dims);
    this.bytes = data.byteLength;
    this.#data = data;
    this.#owner = owner;
    if (canMove && this.bytes > 0) unreleased.register(this, { owner, buffer: data.buffer }, this);
  }

  /**
   * The elements, row-major, as an array over the pool's memory.
   * @throws NodeTensorRTError NOT_OPEN after release() (`details.reason` 'released'), and when its ArrayBuffer was
   *   transferred ('transferred')
   */
  get data(): DataOf<T> {
    const data = this.#data;
    if (data === undefined) throw notOpen('released', 'the pooled tensor was released');
    if (data.byteLength !== this.bytes) throw notOpen('transferred', "the pooled tensor's ArrayBuffer was transferred");
    return data;
  }

  /** Where the data is: in memory of a pool that the CPU uses. */
  get location(): 'pool' {
    return 'pool';
  }

  get released(): boolean {
    return this.#data === undefined;
  }

  /** The data, once it is in host memory; that is now. */
  async getData(): Promise<DataOf<T>> {
    return this.data;
  }

  /**
   * Gives the memory back to the pool; idempotent. The ArrayBuffer of `data` is detached, so all arrays over it are empty
   * from now on. Runs in flight that use the memory go on, and it goes back when they have ended. Calls of Node.js that
   * read `data` in the background, such as a write to a socket, do not: let them end first.
   */
  release(): void {
    const data = this.#data;
    if (data === undefined) return;
    this.#data = undefined;
    if (canMove) unreleased.unregister(this);
    this.#owner.releasePooled(data.buffer);
  }

  /** As `release()`: what `Tensor` has, too. */
  dispose(): void {
    this.release();
  }

  [Symbol.dispose](): void {
    this.release();
  }

  /** What console.log shows. */
  [inspect.custom](): { type: T; dims: readonly number[]; data: DataOf<T> | undefined } {
    return { type: this.type, dims: this.dims, data: this.#data };
  }
}

/** A pooled tensor over `data`, whose memory is `owner`'s if it is pooled. */
export function pooledTensor<T extends PooledType>(
  type: T,
  data: DataOf<T>,
  dims: readonly number[],
  owner: PooledOwner,
): PooledTensor<T> {
  return new (PooledTensor as unknown as new (...args: unknown[]) => PooledTensor<T>)(
    CONSTRUCT,
    type,
    data,
    dims,
    owner,
  );
}

function notOpen(reason: string, message: string): NodeTensorRTError {
  return new NodeTensorRTError('NOT_OPEN', message, { reason });
}
