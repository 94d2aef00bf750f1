import { NodeTensorRTError } from '../../errors.js';
import type { TensorProto } from '../proto/onnx_pb.js';
import { type ElementType, rawByteLength } from './element-types.js';
import { arrayOver, numbersOf, type TensorArray } from './numbers.js';
import { MemoryPayload, type Payload } from './payload.js';

/**
 * A constant: an initialiser, or what an attribute holds. Never changed; make another and put it in its place. Its
 * elements may be in a file: `payload` reads them.
 */
export class Tensor {
  /** As the file had it: documentation, metadata, fields that this version does not know. */
  readonly proto: TensorProto | undefined;
  /** Of a string tensor its elements, as bytes; undefined otherwise. */
  readonly strings: readonly Uint8Array[] | undefined;

  constructor(
    /** 'undefined' also stands for types that are newer than this library. */
    readonly elementType: ElementType,
    readonly dims: readonly number[],
    readonly payload: Payload,
    rest: { proto?: TensorProto | undefined; strings?: readonly Uint8Array[] | undefined } = {},
  ) {
    this.proto = rest.proto;
    this.strings = rest.strings;
  }

  /** Of whole or floating-point numbers, which are converted as a typed array converts them. */
  static of(elementType: ElementType, dims: readonly number[], values: ArrayLike<number> | ArrayLike<bigint>): Tensor {
    const count = elementCount(dims);
    const bytes = new Uint8Array(rawByteLength(elementType, count));
    const array = arrayOver(elementType, bytes);
    if (array === undefined || values.length !== count) {
      const text = `a ${elementType} tensor of shape [${dims.join(', ')}] cannot hold ${values.length} values`;
      throw new NodeTensorRTError('INTERNAL', text);
    }
    const isBig = array instanceof BigInt64Array || array instanceof BigUint64Array;
    for (let i = 0; i < count; i++) {
      const value = values[i] as number | bigint;
      if (isBig) array[i] = BigInt(value);
      else (array as Float32Array)[i] = Number(value);
    }
    return new Tensor(elementType, dims, new MemoryPayload(bytes));
  }

  static float32(dims: readonly number[], values: ArrayLike<number>): Tensor {
    return Tensor.of('float32', dims, values);
  }

  static int64(dims: readonly number[], values: ArrayLike<number> | ArrayLike<bigint>): Tensor {
    return Tensor.of('int64', dims, values);
  }

  static strings(dims: readonly number[], values: readonly Uint8Array[]): Tensor {
    return new Tensor('string', dims, new MemoryPayload(new Uint8Array()), { strings: values });
  }

  /** From raw bytes: little-endian, row-major. Keeps `bytes`. */
  static raw(elementType: ElementType, dims: readonly number[], bytes: Uint8Array): Tensor {
    const expected = rawByteLength(elementType, elementCount(dims));
    if (bytes.byteLength !== expected) {
      const text = `a ${elementType} tensor of shape [${dims.join(', ')}] has ${expected} bytes, received ${bytes.byteLength}`;
      throw new NodeTensorRTError('INTERNAL', text);
    }
    return new Tensor(elementType, dims, new MemoryPayload(bytes));
  }

  get elementCount(): number {
    return elementCount(this.dims);
  }

  /** Of the raw form; of strings, their bytes. */
  get byteLength(): number {
    return this.strings?.reduce((sum, { byteLength }) => sum + byteLength, 0) ?? this.payload.byteLength;
  }

  /** The same elements in another shape. */
  withDims(dims: readonly number[]): Tensor {
    return new Tensor(this.elementType, dims, this.payload, { proto: this.proto, strings: this.strings });
  }

  /**
   * Its elements as numbers if it is in memory and small (at most `limit`): shapes, axes, scales. int64 beyond 2^53
   * becomes ±(2^53 − 1). undefined: it is larger, in a file, or of strings or complex numbers.
   */
  numbers(limit = 4096): number[] | undefined {
    const { bytes } = this.payload;
    if (bytes === undefined || this.elementCount > limit) return undefined;
    return numbersOf(this.elementType, bytes, this.elementCount);
  }

  /** Its elements as a typed array: float16, bfloat16 and smaller floats as bit patterns. Not for strings. */
  async array(): Promise<TensorArray> {
    const bytes = await this.payload.read();
    const array = arrayOver(this.elementType, bytes.byteOffset % 8 === 0 ? bytes : bytes.slice());
    if (array === undefined) {
      throw new NodeTensorRTError('UNSUPPORTED', `${this.elementType} elements have no typed array in JavaScript`);
    }
    return array;
  }
}

/** Product of dimensions; 1 for a scalar. */
export function elementCount(dims: readonly number[]): number {
  return dims.reduce((product, dim) => product * dim, 1);
}
