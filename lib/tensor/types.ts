/** Element types, in the order of the native enum (`native/core/dtype.h`; a test compares them). */
export const tensorTypes = [
  'float32',
  'float16',
  'bfloat16',
  'float64',
  'int8',
  'uint8',
  'int16',
  'uint16',
  'int32',
  'uint32',
  'int64',
  'uint64',
  'bool',
  'string',
] as const;

/** An element type, by its ONNX name ('float32' is ONNX's float, 'float64' its double). */
export type TensorType = (typeof tensorTypes)[number];

/** What this library needs of a `Float16Array`, which older runtimes and type libraries do not have. */
export interface Float16ArrayLike {
  readonly [Symbol.toStringTag]: 'Float16Array';
  readonly buffer: ArrayBufferLike;
  readonly byteOffset: number;
  readonly byteLength: number;
  readonly length: number;
  [index: number]: number;
}

interface DataTypes {
  float32: Float32Array;
  float16: Uint16Array | Float16ArrayLike;
  bfloat16: Uint16Array;
  float64: Float64Array;
  int8: Int8Array;
  uint8: Uint8Array;
  int16: Int16Array;
  uint16: Uint16Array;
  int32: Int32Array;
  uint32: Uint32Array;
  int64: BigInt64Array;
  uint64: BigUint64Array;
  bool: Uint8Array;
  string: string[];
}

/**
 * The array that holds elements of a type, row-major. float16 and bfloat16 are bit patterns in a `Uint16Array`
 * (float16 may also be a `Float16Array` where the runtime has one); bool is one byte per element, 0 or 1.
 */
export type DataOf<T extends TensorType> = DataTypes[T];

/** A tensor as plain data. `Tensor` is one, and so is onnxruntime-common's `Tensor`. */
export interface TensorLike<T extends TensorType = TensorType> {
  readonly type: T;
  readonly data: DataOf<T>;
  /** Size of each dimension; [] is a scalar. Their product is `data.length`. */
  readonly dims: readonly number[];
}

/** Tensors by name. */
export type TensorMap = Record<string, TensorLike>;

/** What a model says about one of its inputs or outputs. */
export interface TensorSpec {
  readonly name: string;
  readonly type: TensorType;
  /** A number is a fixed size, a string the name of a symbolic dimension ('' where the model gives none). */
  readonly dims: readonly (number | string)[];
}
