import { inspect } from 'node:util';
import { argumentError, NodeTensorRTError } from '../errors.js';
import { requireArray } from './data-types.js';
import { elementCount } from './shape.js';
import { type DataOf, type TensorLike, type TensorType, tensorTypes } from './types.js';

const VALIDATED = Symbol('validated');

/**
 * A tensor in host memory. Holds the array it is given, without a copy.
 *
 * @example new Tensor('float32', new Float32Array(6), [2, 3])
 */
export class Tensor<T extends TensorType = TensorType> implements TensorLike<T> {
  readonly type: T;
  readonly dims: readonly number[];
  #data: DataOf<T> | undefined;

  /**
   * @param type element type
   * @param data as `DataOf<type>`; its length is the product of `dims`
   * @param dims size of each dimension; [] is a scalar
   * @throws NodeTensorRTError INVALID_ARGUMENT (type, kind of array, dims), SHAPE_MISMATCH (length)
   */
  constructor(type: T, data: DataOf<T>, dims: readonly number[]);
  constructor(type: T, data: DataOf<T>, dims: readonly number[], validated?: symbol) {
    this.type = type;
    this.#data = data;
    if (validated === VALIDATED) {
      this.dims = dims;
      return;
    }
    if (!tensorTypes.includes(type)) throw argumentError('type', tensorTypes.join(' or '), type);
    requireArray('data', type, data);
    const count = elementCount('dims', dims);
    if (count !== data.length) {
      throw argumentError('data', `${count} elements for dims [${dims.join(', ')}]`, data.length, 'SHAPE_MISMATCH');
    }
    this.dims = [...dims];
  }

  /** @throws NodeTensorRTError NOT_OPEN after dispose() */
  get data(): DataOf<T> {
    if (this.#data === undefined) throw new NodeTensorRTError('NOT_OPEN', 'the tensor was disposed of');
    return this.#data;
  }

  /** Where the data is. */
  get location(): 'cpu' | 'gpu-buffer' {
    return 'cpu';
  }

  /** The data, once it is in host memory; for a tensor on the CPU that is now. */
  async getData(): Promise<DataOf<T>> {
    return this.data;
  }

  /** What console.log shows. */
  [inspect.custom](): { type: T; dims: readonly number[]; data: DataOf<T> | undefined } {
    return { type: this.type, dims: this.dims, data: this.#data };
  }

  /** Lets the data go. Idempotent. */
  dispose(): void {
    this.#data = undefined;
  }
}

/** For results, whose parts are known to fit: takes `dims` as its own and checks nothing. */
export function resultTensor(type: TensorType, data: DataOf<TensorType>, dims: readonly number[]): Tensor {
  return new (Tensor as new (...args: unknown[]) => Tensor)(type, data, dims, VALIDATED);
}
