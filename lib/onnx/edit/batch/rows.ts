import { NodeTensorRTError } from '../../../errors.js';
import type { DataOf, TensorLike, TensorType } from '../../../tensor/types.js';
import { bfloat16ToNumber, halfToNumber } from '../../graph/numbers.js';

type Numbers = Exclude<DataOf<TensorType>, string[]>;

/** Row `index` of a tensor along an axis, as a tensor of one row. */
export function rowOf(tensor: TensorLike, axis: number, index: number): TensorLike {
  return stack([tensor], axis, [index]);
}

/** Rows of tensors of the same shape put together along an axis: row `indices[i]` of tensor i. */
export function stack(tensors: readonly TensorLike[], axis: number, indices: readonly number[]): TensorLike {
  const [first] = tensors;
  if (!first || Array.isArray(first.data)) {
    throw new NodeTensorRTError('UNSUPPORTED', 'the batch dimension of models with strings cannot be changed');
  }
  const product = (dims: readonly number[]) => dims.reduce((a, b) => a * b, 1);
  const [outer, inner] = [product(first.dims.slice(0, axis)), product(first.dims.slice(axis + 1))];
  const source = first.data as Float32Array;
  const data = new (source.constructor as Float32ArrayConstructor)(outer * indices.length * inner);
  for (let o = 0; o < outer; o++) {
    for (const [i, index] of indices.entries()) {
      const from = (tensors[i] as TensorLike).data as Float32Array;
      const rows = (tensors[i] as TensorLike).dims[axis] ?? 1;
      const start = (o * rows + index) * inner;
      data.set(from.subarray(start, start + inner), (o * indices.length + i) * inner);
    }
  }
  return { type: first.type, dims: first.dims.with(axis, indices.length), data: data as Numbers };
}

/** How far apart numbers of two tensors of one shape are, by the largest of the first; Infinity where they do not fit. */
export function distance(expected: TensorLike, actual: TensorLike): number {
  if (expected.type !== actual.type || expected.dims.join() !== actual.dims.join()) return Number.POSITIVE_INFINITY;
  const [a, b] = [numbersOf(expected), numbersOf(actual)];
  let largest = 0;
  let apart = 0;
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [Number(a[i]), Number(b[i])];
    largest = Math.max(largest, Math.abs(x) || 0);
    if (Object.is(x, y) || (Number.isNaN(x) && Number.isNaN(y))) continue;
    apart = Math.max(apart, Number.isNaN(x - y) ? Number.POSITIVE_INFINITY : Math.abs(x - y));
  }
  return apart === 0 ? 0 : apart / (largest || 1);
}

function numbersOf({ type, data }: TensorLike): ArrayLike<number | bigint> {
  if (type !== 'float16' && type !== 'bfloat16') return data as Float32Array;
  const toNumber = type === 'float16' ? halfToNumber : bfloat16ToNumber;
  const { buffer, byteOffset, length } = data as Uint16Array;
  return Array.from(new Uint16Array(buffer, byteOffset, length), toNumber);
}
