import { argumentError } from '../errors.js';
import type { DataOf, Float16ArrayLike, TensorType } from './types.js';

type NumericArray = Exclude<DataOf<TensorType>, string[] | Float16ArrayLike>;

interface DataTypeInfo {
  /** `Symbol.toStringTag` of the array: tells kinds apart across realms, where instanceof does not. */
  readonly tag: string;
  readonly bytesPerElement: number;
  readonly create: (length: number) => DataOf<TensorType>;
  /** Over memory that is there. Not for strings. */
  readonly over: (buffer: ArrayBuffer) => DataOf<TensorType>;
}

interface NumericArrayType {
  new (length: number): NumericArray;
  new (buffer: ArrayBuffer): NumericArray;
  BYTES_PER_ELEMENT: number;
}

const numeric = (tag: string, ArrayType: NumericArrayType) => ({
  tag,
  bytesPerElement: ArrayType.BYTES_PER_ELEMENT,
  create: (length: number) => new ArrayType(length),
  over: (buffer: ArrayBuffer) => new ArrayType(buffer),
});

/** How each element type is held in JavaScript. */
export const dataTypes: Readonly<Record<TensorType, DataTypeInfo>> = {
  float32: numeric('Float32Array', Float32Array),
  float16: numeric('Uint16Array', Uint16Array),
  bfloat16: numeric('Uint16Array', Uint16Array),
  float64: numeric('Float64Array', Float64Array),
  int8: numeric('Int8Array', Int8Array),
  uint8: numeric('Uint8Array', Uint8Array),
  int16: numeric('Int16Array', Int16Array),
  uint16: numeric('Uint16Array', Uint16Array),
  int32: numeric('Int32Array', Int32Array),
  uint32: numeric('Uint32Array', Uint32Array),
  int64: numeric('BigInt64Array', BigInt64Array),
  uint64: numeric('BigUint64Array', BigUint64Array),
  bool: numeric('Uint8Array', Uint8Array),
  string: {
    tag: 'Array',
    bytesPerElement: 0,
    create: (length: number) => new Array<string>(length).fill(''),
    over: () => [],
  },
};

interface Float16ArrayConstructor {
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): Float16ArrayLike;
}

/** The runtime's own `Float16Array`, from Node 24 on. */
export const RuntimeFloat16Array = (globalThis as { Float16Array?: Float16ArrayConstructor }).Float16Array;

/** The same memory as the array type that crosses to native code, or undefined when `data` is of another type. */
export function nativeArray(type: TensorType, data: unknown): DataOf<TensorType> | undefined {
  const tag = (data as { [Symbol.toStringTag]?: string } | null | undefined)?.[Symbol.toStringTag];
  if (tag === dataTypes[type].tag && ArrayBuffer.isView(data)) return data as NumericArray;
  if (type === 'string') return Array.isArray(data) ? (data as string[]) : undefined;
  if (type === 'float16' && tag === 'Float16Array') {
    const half = data as Float16ArrayLike;
    return new Uint16Array(half.buffer as ArrayBuffer, half.byteOffset, half.length);
  }
  return undefined;
}

/** Whether `value` is a Uint8Array (or Buffer), also of another realm. */
export function isBytes(value: unknown): value is Uint8Array {
  return ArrayBuffer.isView(value) && (value as Uint8Array)[Symbol.toStringTag] === 'Uint8Array';
}

/** Checks that `data` is of the array type for `type`; `what` names it in the error. */
export function requireArray(what: string, type: TensorType, data: unknown): DataOf<TensorType> {
  const array = nativeArray(type, data);
  if (array === undefined) {
    const kinds = type === 'float16' ? 'a Uint16Array or Float16Array' : `a ${dataTypes[type].tag}`;
    throw argumentError(what, `${kinds} for ${type}`, data);
  }
  if (type === 'string') {
    const odd = (array as unknown[]).findIndex((item) => typeof item !== 'string');
    if (odd >= 0) throw argumentError(`${what}[${odd}]`, 'a string', array[odd]);
  }
  return array;
}
