import type { ElementType } from './element-types.js';

/** Elements of a tensor in JavaScript. */
export type TensorArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;

/** A typed array over raw bytes that are aligned for it; undefined for types without one. Hosts are little-endian. */
export function arrayOver(type: ElementType, bytes: Uint8Array): TensorArray | undefined {
  const { buffer, byteOffset, byteLength } = bytes;
  switch (type) {
    case 'float32':
      return new Float32Array(buffer, byteOffset, byteLength / 4);
    case 'float64':
      return new Float64Array(buffer, byteOffset, byteLength / 8);
    case 'int8':
      return new Int8Array(buffer, byteOffset, byteLength);
    case 'uint8':
    case 'bool':
    case 'float8e4m3fn':
    case 'float8e4m3fnuz':
    case 'float8e5m2':
    case 'float8e5m2fnuz':
    case 'float8e8m0':
      return new Uint8Array(buffer, byteOffset, byteLength);
    case 'int16':
      return new Int16Array(buffer, byteOffset, byteLength / 2);
    case 'uint16':
    case 'float16':
    case 'bfloat16':
      return new Uint16Array(buffer, byteOffset, byteLength / 2);
    case 'int32':
      return new Int32Array(buffer, byteOffset, byteLength / 4);
    case 'uint32':
      return new Uint32Array(buffer, byteOffset, byteLength / 4);
    case 'int64':
      return new BigInt64Array(buffer, byteOffset, byteLength / 8);
    case 'uint64':
      return new BigUint64Array(buffer, byteOffset, byteLength / 8);
    default:
      return undefined;
  }
}

/** Elements as numbers; whole numbers beyond 2^53 become ±(2^53 − 1). undefined for types that are no numbers. */
export function numbersOf(type: ElementType, bytes: Uint8Array, count: number): number[] | undefined {
  const array = arrayOver(type, bytes.slice());
  if (array === undefined || type.startsWith('float8')) return undefined;
  if (array.length < count) return undefined;
  if (type === 'float16') return Array.from(array as Uint16Array, halfToNumber);
  if (type === 'bfloat16') return Array.from(array as Uint16Array, bfloat16ToNumber);
  return Array.from(array as ArrayLike<number | bigint>, (value) =>
    Math.max(-Number.MAX_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, Number(value))),
  ).map((value, i) => (type.startsWith('float') ? Number(array[i]) : value));
}

/** The number that a float16 bit pattern stands for. */
export function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The number that a bfloat16 bit pattern stands for. */
export function bfloat16ToNumber(bits: number): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint32(0, bits * 65536);
  return view.getFloat32(0);
}

/** The float16 bit pattern of the number nearest to this one, of two the even one; beyond the largest: infinity. */
export function numberToHalf(value: number): number {
  if (Number.isNaN(value)) return 0x7e00;
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (size >= 65520) return sign | 0x7c00;
  // Below 2^-14 the steps between halves get no smaller.
  const exponent = Math.max(-14, exponentOf(size));
  const steps = size / 2 ** (exponent - 10);
  const floor = Math.floor(steps);
  const rest = steps - floor;
  const rounded = rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
  // Rounding up to the next power of two carries into the exponent, as it must.
  return sign | ((exponent + 14) * 1024 + rounded);
}

/** Of the largest power of two that a number reaches; -1023 for 0 and the smallest. */
function exponentOf(size: number): number {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, size);
  return (view.getUint16(0) >> 4) - 1023;
}
