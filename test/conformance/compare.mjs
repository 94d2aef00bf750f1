// Compares what a runner computed with what was expected: bit by bit, or as ONNX's own test runner does.

import { unpackStrings } from './onnx-file.mjs';
import { carried, typeName } from './tensor-types.mjs';

/** @typedef {import('./onnx-file.mjs').Tensor} Tensor */

/** @typedef {{ rtol: number, atol: number }} Tolerance |actual - expected| <= atol + rtol * |expected| */

/** What onnx/backend/test uses for these cases (loader and runner). @type {Tolerance} */
export const onnxTolerance = { rtol: 1e-3, atol: 1e-7 };

/** Forgives rounding where the expected value is 0 (Fourier transforms). @type {Tolerance} */
export const wideTolerance = { rtol: 1e-3, atol: 1e-3 };

/**
 * The first difference of two lists of tensors, in words; null when every bit is the same: names, order, types, shapes,
 * signs of zeros, payloads of NaNs.
 * @param {readonly Tensor[]} expected
 * @param {readonly Tensor[]} actual
 */
export function differenceInBits(expected, actual) {
  return difference(expected, actual, (a, b) => {
    const byte = a.data.equals(b.data) ? -1 : firstDifference(a.data, b.data);
    return byte < 0 ? null : `differs at byte ${byte}${a.data.length === b.data.length ? '' : ' (other length)'}`;
  });
}

/**
 * The first difference beyond a tolerance; null when there is none. NaN equals NaN, an infinity only itself, strings
 * must be the same. Like ONNX's runner, it applies the tolerance to integers as well.
 * @param {readonly Tensor[]} expected
 * @param {readonly Tensor[]} actual
 * @param {Tolerance} tolerance
 */
export function differenceInValues(expected, actual, tolerance) {
  return difference(expected, actual, (a, b) => {
    const left = values(a);
    const right = values(b);
    if (left.length !== right.length) return `has ${right.length} elements, expected ${left.length}`;
    const at = left.findIndex((value, i) => !isClose(value, right[i], tolerance));
    return at < 0 ? null : `[${at}] is ${right[at]}, expected ${left[at]}`;
  });
}

/**
 * @param {readonly Tensor[]} expected
 * @param {readonly Tensor[]} actual
 * @param {(expected: Tensor, actual: Tensor) => string | null} compareData
 */
function difference(expected, actual, compareData) {
  if (actual.length !== expected.length) return `${actual.length} outputs, expected ${expected.length}`;
  for (const [i, one] of expected.entries()) {
    const other = actual[i];
    const what = `output '${one.name}'`;
    if (other === undefined || other.name !== one.name) return `${what} is missing, '${other?.name}' is in its place`;
    if (other.type !== one.type) return `${what} is ${typeName(other.type)}, expected ${typeName(one.type)}`;
    if (other.dims.join() !== one.dims.join()) {
      return `${what} has shape [${other.dims.join(', ')}], expected [${one.dims.join(', ')}]`;
    }
    const found = compareData(one, other);
    if (found !== null) return `${what} ${found}`;
  }
  return null;
}

/** @param {Buffer} a @param {Buffer} b */
function firstDifference(a, b) {
  const at = a.findIndex((byte, i) => byte !== b[i]);
  return at < 0 ? a.length : at;
}

/** @param {number | string} expected @param {number | string | undefined} actual @param {Tolerance} tolerance */
function isClose(expected, actual, { rtol, atol }) {
  if (Object.is(expected, actual) || expected === actual) return true;
  if (typeof expected === 'string' || typeof actual !== 'number' || !Number.isFinite(expected)) return false;
  return Math.abs(actual - expected) <= atol + rtol * Math.abs(expected);
}

/** @type {Record<string, (data: Buffer, at: number) => number>} */
const readers = {
  float32: (data, at) => data.readFloatLE(at),
  float64: (data, at) => data.readDoubleLE(at),
  float16: (data, at) => float16(data.readUInt16LE(at)),
  bfloat16: (data, at) => bfloat16(data.readUInt16LE(at)),
  int8: (data, at) => data.readInt8(at),
  uint8: (data, at) => data.readUInt8(at),
  bool: (data, at) => data.readUInt8(at),
  int16: (data, at) => data.readInt16LE(at),
  uint16: (data, at) => data.readUInt16LE(at),
  int32: (data, at) => data.readInt32LE(at),
  uint32: (data, at) => data.readUInt32LE(at),
  int64: (data, at) => Number(data.readBigInt64LE(at)),
  uint64: (data, at) => Number(data.readBigUInt64LE(at)),
};

/** @param {Tensor} tensor @returns {(number | string)[]} */
function values({ type, data }) {
  if (typeName(type) === 'string') return unpackStrings(data).map(String);
  const read = readers[typeName(type)];
  const width = carried.get(type)?.bytes;
  if (read === undefined || width === undefined) throw new Error(`values of ${typeName(type)} cannot be compared`);
  return Array.from({ length: data.length / width }, (_, i) => read(data, i * width));
}

/** @param {number} bits */
export function float16(bits) {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** @param {number} bits */
function bfloat16(bits) {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt16LE(bits, 2);
  return bytes.readFloatLE();
}
