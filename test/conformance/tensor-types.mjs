// The element types of ONNX's files by their numbers (TensorProto.DataType).

/**
 * @typedef {object} OnnxType
 * @property {import('node-tensorrt').TensorType} name
 * @property {number} bytes per element; 0 for strings
 */

/** Those that the library carries. @type {ReadonlyMap<number, OnnxType>} */
export const carried = new Map([
  [1, { name: 'float32', bytes: 4 }],
  [2, { name: 'uint8', bytes: 1 }],
  [3, { name: 'int8', bytes: 1 }],
  [4, { name: 'uint16', bytes: 2 }],
  [5, { name: 'int16', bytes: 2 }],
  [6, { name: 'int32', bytes: 4 }],
  [7, { name: 'int64', bytes: 8 }],
  [8, { name: 'string', bytes: 0 }],
  [9, { name: 'bool', bytes: 1 }],
  [10, { name: 'float16', bytes: 2 }],
  [11, { name: 'float64', bytes: 8 }],
  [12, { name: 'uint32', bytes: 4 }],
  [13, { name: 'uint64', bytes: 8 }],
  [16, { name: 'bfloat16', bytes: 2 }],
]);

/** Those that it refuses, under the names by which its error must call them. */
export const refused = new Map([
  [14, 'complex64'],
  [15, 'complex128'],
  [17, 'float8e4m3fn'],
  [18, 'float8e4m3fnuz'],
  [19, 'float8e5m2'],
  [20, 'float8e5m2fnuz'],
  [21, 'uint4'],
  [22, 'int4'],
  [23, 'float4e2m1'],
  [24, 'float8e8m0'],
  [25, 'uint2'],
  [26, 'int2'],
]);

/** @param {number} type */
export const typeName = (type) => carried.get(type)?.name ?? refused.get(type) ?? `type ${type}`;

/** The number of a name. @param {string} name @returns {number} */
export function typeNumber(name) {
  for (const [number, info] of carried) if (info.name === name) return number;
  throw new Error(`${name} is no type that is carried`);
}
