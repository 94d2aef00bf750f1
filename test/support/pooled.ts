// Pooled tensors for tests.

import { memory, type PooledTensor, type TensorLike } from 'node-tensorrt';

export const allocated = () => memory.stats().allocatedBytes.current;

export function pooled(values: ArrayLike<number>, dims: readonly number[] = [values.length]): PooledTensor<'float32'> {
  const tensor = memory.allocate('float32', dims);
  tensor.data.set(values);
  return tensor;
}

export const part = ({ data }: PooledTensor<'float32'>, from: number, to: number): TensorLike<'float32'> => ({
  type: 'float32',
  data: data.subarray(from, to),
  dims: [to - from],
});
