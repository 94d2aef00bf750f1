// @ts-check

/**
 * Deterministic numbers in [-1, 1), the same as in raw/raw.cc: all programs of a comparison compute the same.
 *
 * @param {number} count
 * @param {number} seed
 */
export function inputValues(count, seed) {
  const out = new Float32Array(count);
  let state = seed >>> 0;
  for (let i = 0; i < count; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    out[i] = state / 2 ** 31 - 1;
  }
  return out;
}

/**
 * Tensors with the data of seeds 1, 2, …
 *
 * @template T
 * @param {new (type: 'float32', data: Float32Array, dims: number[]) => T} Tensor of ours or of the peer
 * @param {readonly number[]} dims
 * @param {number} count
 * @returns {T[]}
 */
export function makeInputs(Tensor, dims, count) {
  const size = dims.reduce((product, dim) => product * dim, 1);
  return Array.from({ length: count }, (_, i) => new Tensor('float32', inputValues(size, i + 1), [...dims]));
}

/** Sum of the absolute values, to compare results between programs. @param {ArrayLike<number>} data */
export function checksum(data) {
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum += Math.abs(Number(data[i]));
  return sum;
}
