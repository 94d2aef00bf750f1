// Reads what the cases need of ONNX's files: a model's inputs, outputs and operators, and single tensors.

import { carried } from './tensor-types.mjs';

/**
 * @typedef {object} Tensor
 * @property {string} name
 * @property {number} type TensorProto.DataType
 * @property {number[]} dims
 * @property {Buffer} data as it lies in memory; strings as packStrings() writes them
 *
 * @typedef {object} ModelValue
 * @property {string} name
 * @property {string} kind 'tensor', 'sequence', 'map', 'optional' or 'sparse'
 * @property {number} type of a tensor's elements; 0 for others
 *
 * @typedef {{ inputs: ModelValue[], outputs: ModelValue[], operators: string[] }} ModelInfo
 */

const kinds = new Map([
  [1, 'tensor'],
  [4, 'sequence'],
  [5, 'map'],
  [8, 'sparse'],
  [9, 'optional'],
]);

/** @param {Buffer} bytes @returns {ModelInfo} */
export function readModel(bytes) {
  /** @type {ModelInfo} */
  const info = { inputs: [], outputs: [], operators: [] };
  for (const [number, graph] of fields(bytes)) {
    if (number !== 7) continue;
    for (const [part, value] of fields(buffer(graph))) {
      if (part === 1) info.operators.push(readOperator(buffer(value)));
      if (part === 11) info.inputs.push(readValue(buffer(value)));
      if (part === 12) info.outputs.push(readValue(buffer(value)));
    }
  }
  return info;
}

/** @param {Buffer} bytes */
function readOperator(bytes) {
  let name = '';
  let domain = '';
  for (const [number, value] of fields(bytes)) {
    if (number === 4) name = String(value);
    if (number === 7) domain = String(value);
  }
  return domain === '' || domain === 'ai.onnx' ? name : `${domain}.${name}`;
}

/** @param {Buffer} bytes @returns {ModelValue} */
function readValue(bytes) {
  const result = { name: '', kind: '', type: 0 };
  for (const [number, value] of fields(bytes)) {
    if (number === 1) result.name = String(value);
    if (number !== 2) continue;
    for (const [kind, inner] of fields(buffer(value))) {
      if (!kinds.has(kind)) continue;
      result.kind = kinds.get(kind) ?? '';
      for (const [part, type] of fields(buffer(inner))) if (kind === 1 && part === 1) result.type = Number(type);
    }
  }
  return result;
}

/** @param {Buffer} bytes a TensorProto @returns {Tensor} */
export function readTensor(bytes) {
  const tensor = { name: '', type: 0, dims: /** @type {number[]} */ ([]), data: Buffer.alloc(0) };
  /** @type {Buffer[]} */
  const strings = [];
  /** @type {bigint[]} */
  const numbers = [];
  for (const [number, value] of fields(bytes)) {
    if (number === 1) tensor.dims.push(...varints(value).map(Number));
    else if (number === 2) tensor.type = Number(value);
    else if (number === 8) tensor.name = String(value);
    else if (number === 9) tensor.data = Buffer.from(buffer(value));
    else if (number === 5 || number === 7 || number === 11) numbers.push(...varints(value));
    else if (number === 6) strings.push(buffer(value));
    // float_data and double_data, which lie packed as raw data does.
    else if (number === 4 || number === 10) tensor.data = Buffer.concat([tensor.data, buffer(value)]);
    else if (number === 13 || number === 14) throw new Error('the cases have no external data');
  }
  if (tensor.type === 8) tensor.data = packStrings(strings);
  else if (numbers.length > 0) tensor.data = packNumbers(numbers, carried.get(tensor.type)?.bytes ?? 1);
  checkSize(tensor);
  return tensor;
}

/** @param {Tensor} tensor */
function checkSize({ name, type, dims, data }) {
  const width = carried.get(type)?.bytes;
  if (width === undefined) return;
  const count = dims.reduce((product, dim) => product * dim, 1);
  const found = width === 0 ? unpackStrings(data).length : data.length / width;
  if (found !== count) throw new Error(`tensor '${name}' has ${found} elements, its shape says ${count}`);
}

/** @param {bigint[]} numbers @param {number} width */
function packNumbers(numbers, width) {
  const data = Buffer.alloc(numbers.length * width);
  const mask = (1n << BigInt(8 * width)) - 1n;
  numbers.forEach((number, i) => {
    const bits = number & mask;
    for (let byte = 0; byte < width; byte++) data[i * width + byte] = Number((bits >> BigInt(8 * byte)) & 0xffn);
  });
  return data;
}

/** Strings one after the other, each with its length in bytes before it. @param {readonly Buffer[]} strings */
export function packStrings(strings) {
  return Buffer.concat(
    strings.flatMap((text) => {
      const length = Buffer.alloc(4);
      length.writeUInt32LE(text.length);
      return [length, text];
    }),
  );
}

/** @param {Buffer} data @returns {Buffer[]} */
export function unpackStrings(data) {
  const strings = [];
  for (let at = 0; at < data.length; ) {
    const end = at + 4 + data.readUInt32LE(at);
    strings.push(data.subarray(at + 4, end));
    at = end;
  }
  return strings;
}

/**
 * The fields of a protobuf message with their numbers.
 * @param {Buffer} bytes
 * @returns {Generator<[number, bigint | Buffer]>}
 */
function* fields(bytes) {
  const position = { at: 0 };
  while (position.at < bytes.length) {
    const key = Number(varint(bytes, position));
    const wire = key & 7;
    if (wire === 0) {
      yield [key >> 3, varint(bytes, position)];
      continue;
    }
    const length = wire === 2 ? Number(varint(bytes, position)) : wire === 5 ? 4 : wire === 1 ? 8 : Number.NaN;
    const end = position.at + length;
    if (!(end <= bytes.length)) throw new Error(`damaged protobuf message at byte ${position.at}`);
    yield [key >> 3, bytes.subarray(position.at, end)];
    position.at = end;
  }
}

/** @param {Buffer} bytes @param {{ at: number }} position */
function varint(bytes, position) {
  let value = 0n;
  for (let shift = 0n; ; shift += 7n) {
    const byte = bytes[position.at++];
    if (byte === undefined) throw new Error('damaged protobuf message: it ends within a number');
    value |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
}

/** A repeated number, which may stand alone or packed. @param {bigint | Buffer} value */
function varints(value) {
  if (typeof value === 'bigint') return [value];
  const numbers = [];
  for (const position = { at: 0 }; position.at < value.length; ) numbers.push(varint(value, position));
  return numbers;
}

/** @param {bigint | Buffer} value */
function buffer(value) {
  if (typeof value === 'bigint') throw new Error('damaged protobuf message: a field has the wrong type');
  return value;
}
