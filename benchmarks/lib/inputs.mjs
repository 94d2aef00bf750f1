// @ts-check

/** What a model takes as its input: floats, or the bytes of a text as whole numbers. @typedef {'float32' | 'int32'} InputType */

/**
 * Deterministic numbers, the same as in raw/raw.cc, so that all programs of a comparison compute the same: floats in
 * [-1, 1), or printable characters from 32 to 126.
 *
 * @param {number} count
 * @param {number} seed
 * @param {InputType} [type]
 */
export function inputValues(count, seed, type = 'float32') {
  const out = type === 'float32' ? new Float32Array(count) : new Int32Array(count);
  let state = seed >>> 0;
  for (let i = 0; i < count; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    out[i] = type === 'float32' ? state / 2 ** 31 - 1 : 32 + ((state >>> 24) % 95);
  }
  return out;
}

/**
 * Tensors with the data of seeds 1, 2, …
 *
 * @template T
 * @param {new (type: InputType, data: any, dims: number[]) => T} Tensor of ours or of the peer
 * @param {readonly number[]} dims
 * @param {number} count
 * @param {InputType} [type]
 * @returns {T[]}
 */
export function makeInputs(Tensor, dims, count, type = 'float32') {
  const size = dims.reduce((product, dim) => product * dim, 1);
  return Array.from({ length: count }, (_, i) => new Tensor(type, inputValues(size, i + 1, type), [...dims]));
}

/**
 * To compare results between programs: the sum of the absolute values, each with a weight that depends on its place.
 * Without weights all probabilities would have the same sum, 1.
 *
 * @param {ArrayLike<number>} data
 */
export function checksum(data) {
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum += Math.abs(Number(data[i])) * ((i % 97) + 1);
  return sum;
}
