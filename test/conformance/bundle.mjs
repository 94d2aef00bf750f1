// The file in which inputs go to a runner and outputs come back: tensors one after the other, nothing aligned, all
// little endian. native/test/conformance/bundle.h reads and writes the same.
//
//   u32 number of tensors; of each: u32 length and bytes of its name, i32 type, u32 rank, i64 dims, u64 length and bytes
//   of its data. Data of strings is each string's u32 length and bytes.

import { readFileSync, writeFileSync } from 'node:fs';

/** @param {string} file @param {readonly import('./onnx-file.mjs').Tensor[]} tensors */
export function writeBundle(file, tensors) {
  const chunks = [u32(tensors.length)];
  for (const { name, type, dims, data } of tensors) {
    const text = Buffer.from(name);
    chunks.push(u32(text.length), text, u32(type), u32(dims.length), ...dims.map(u64), u64(data.length), data);
  }
  writeFileSync(file, Buffer.concat(chunks));
}

/** @param {string} file @returns {import('./onnx-file.mjs').Tensor[]} */
export function readBundle(file) {
  const bytes = readFileSync(file);
  let at = 0;
  const take = (/** @type {number} */ length) => {
    if (at + length > bytes.length) throw new Error(`${file} ends too early`);
    at += length;
    return bytes.subarray(at - length, at);
  };
  const number = () => take(4).readUInt32LE();
  const long = () => Number(take(8).readBigInt64LE());
  const tensors = Array.from({ length: number() }, () => ({
    name: take(number()).toString(),
    type: number(),
    dims: Array.from({ length: number() }, long),
    data: take(long()),
  }));
  if (at !== bytes.length) throw new Error(`${file} has ${bytes.length - at} bytes too many`);
  return tensors;
}

/** @param {number} value */
function u32(value) {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

/** @param {number} value */
function u64(value) {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(BigInt(value));
  return bytes;
}
