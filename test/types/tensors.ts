// Checked by `tsc -p tsconfig.test.json`, never run: which arrays belong to which element types.
import {
  type DataOf,
  memory,
  type PooledTensor,
  type PooledTensorOptions,
  Tensor,
  type TensorLike,
  type TensorType,
} from 'node-tensorrt';

export const fitting: TensorLike[] = [
  new Tensor('float32', new Float32Array(1), [1]),
  new Tensor('float16', new Uint16Array(1), [1]),
  new Tensor('bfloat16', new Uint16Array(1), [1]),
  new Tensor('int64', new BigInt64Array(1), [1]),
  new Tensor('uint64', new BigUint64Array(1), [1]),
  new Tensor('bool', new Uint8Array(1), []),
  new Tensor('uint8', Buffer.from('a'), [1]),
  new Tensor('string', ['a'], [1]),
  { type: 'int8', data: new Int8Array(1), dims: [1] },
];

// @ts-expect-error float32 is a Float32Array
new Tensor('float32', new Float64Array(1), [1]);
// @ts-expect-error a plain array is none
new Tensor('float32', [1, 2], [2]);
// @ts-expect-error int64 is a BigInt64Array
new Tensor('int64', new Int32Array(1), [1]);
// @ts-expect-error uint64 is not int64
new Tensor('uint64', new BigInt64Array(1), [1]);
// @ts-expect-error strings are an array
new Tensor('string', 'a', [1]);
// @ts-expect-error no such type
new Tensor('float', new Float32Array(1), [1]);
// @ts-expect-error dims are numbers
new Tensor('float32', new Float32Array(1), ['1']);
// @ts-expect-error dims are missing
new Tensor('float32', new Float32Array(1));

const tensor = new Tensor('int32', new Int32Array(1), [1]);
export const data: Int32Array = tensor.data;
export const later: Promise<Int32Array> = tensor.getData();
// @ts-expect-error dims are for reading
tensor.dims.push(1);
// @ts-expect-error the type is part of the type
export const other: TensorLike<'float32'> = tensor;
export const any: TensorLike = tensor;
export const each: { [T in TensorType]: DataOf<T> }['string'] = ['a'];

export const options: PooledTensorOptions = { pool: 'host', zero: false };
export const pooled: PooledTensor<'float32'> = memory.allocate('float32', [2, 2], options);
export const pooledData: Float32Array = pooled.data;
export const asTensor: TensorLike<'float32'> = pooled;
export const disposable: Disposable = pooled;
// @ts-expect-error strings have no memory of a fixed size
memory.allocate('string', [1]);
// @ts-expect-error an option is misspelled
memory.allocate('float32', [1], { zeros: true });
