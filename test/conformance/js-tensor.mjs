// Tensors of the cases as both JavaScript libraries want and give them, which is the same.

import { packStrings, unpackStrings } from './onnx-file.mjs';
import { carried, typeNumber } from './tensor-types.mjs';

/** @typedef {import('./onnx-file.mjs').Tensor} Tensor */

/** @type {Record<string, { new (buffer: ArrayBuffer): ArrayBufferView }>} */
const arrays = {
  float32: Float32Array,
  float64: Float64Array,
  float16: Uint16Array,
  bfloat16: Uint16Array,
  int8: Int8Array,
  uint8: Uint8Array,
  bool: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
};

/** The arguments of a Tensor's constructor. @param {Tensor} tensor @returns {[any, any, number[]]} */
export function toArguments({ type, dims, data }) {
  const name = carried.get(type)?.name ?? '';
  if (name === 'string') return [name, unpackStrings(data).map(String), dims];
  // Into memory of its own, which is aligned.
  return [name, new arrays[name](new Uint8Array(data).buffer), dims];
}

/** The same as toArguments, with other data: for results to be written into. @param {Tensor} tensor */
export function toBlankArguments(tensor) {
  const data =
    tensor.type === typeNumber('string')
      ? packStrings(unpackStrings(tensor.data).map(() => Buffer.from('blank')))
      : Buffer.alloc(tensor.data.length, 0xa5);
  return toArguments({ ...tensor, data });
}

/** @param {string} name @param {{ type: string, dims: readonly number[], data: any }} tensor @returns {Tensor} */
export function fromJs(name, { type, dims, data }) {
  const bytes =
    type === 'string'
      ? packStrings(data.map((/** @type {string} */ text) => Buffer.from(text)))
      : Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  return { name, type: typeNumber(type), dims: [...dims], data: bytes };
}
