import { inspect } from 'node:util';
import { Engine, Tensor, type TensorType } from 'node-tensorrt';
import { describe, expect, test } from 'vitest';
import { dataTypes } from '../../lib/tensor/data-types.js';
import { tensorTypes } from '../../lib/tensor/types.js';
import { identity } from '../fixtures/models.js';
import { failure, rejection } from '../support/failure.js';

const data = Float32Array.of(1, 2, 3, 4, 5, 6);

describe('new Tensor()', () => {
  test('holds the array it is given, without a copy, and its own dims', () => {
    const dims = [2, 3];
    const tensor = new Tensor('float32', data, dims);
    dims[0] = 9;
    expect(tensor.data).toBe(data);
    expect(tensor).toMatchObject({ type: 'float32', dims: [2, 3], location: 'cpu' });
  });

  test.each(tensorTypes)('takes %s in its array', (type: TensorType) => {
    const array = dataTypes[type].create(2);
    expect(new Tensor(type, array, [2]).data).toBe(array);
    expect(new Tensor(type, dataTypes[type].create(1), []).dims).toEqual([]);
    expect(new Tensor(type, dataTypes[type].create(0), [3, 0]).data).toHaveLength(0);
  });

  test.each([
    ['a type that is none', 'float8', data, [6], 'INVALID_ARGUMENT', 'type'],
    ['no type', undefined, data, [6], 'INVALID_ARGUMENT', 'type'],
    ['a type that objects inherit', 'toString', data, [6], 'INVALID_ARGUMENT', 'type'],
    ['the array of another type', 'int32', data, [6], 'INVALID_ARGUMENT', 'data'],
    ['a plain array', 'float32', [1, 2], [2], 'INVALID_ARGUMENT', 'data'],
    ['a BigInt64Array for uint64', 'uint64', new BigInt64Array(1), [1], 'INVALID_ARGUMENT', 'data'],
    ['a DataView', 'uint8', new DataView(new ArrayBuffer(1)), [1], 'INVALID_ARGUMENT', 'data'],
    ['no data', 'float32', undefined, [1], 'INVALID_ARGUMENT', 'data'],
    ['a number among strings', 'string', ['a', 5], [2], 'INVALID_ARGUMENT', 'data[1]'],
    ['nothing among strings', 'string', ['a', undefined], [2], 'INVALID_ARGUMENT', 'data[1]'],
    ['no dims', 'float32', data, undefined, 'INVALID_ARGUMENT', 'dims'],
    ['a number for dims', 'float32', data, 6, 'INVALID_ARGUMENT', 'dims'],
    ['a fraction in dims', 'float32', data, [2.5], 'INVALID_ARGUMENT', 'dims[0]'],
    ['a negative dim', 'float32', data, [-2, -3], 'OUT_OF_RANGE', 'dims[0]'],
    ['33 dims', 'float32', data, new Array(33).fill(1), 'OUT_OF_RANGE', 'dims'],
    ['too few elements', 'float32', data, [2, 4], 'SHAPE_MISMATCH', 'data'],
    ['too many elements', 'float32', data, [], 'SHAPE_MISMATCH', 'data'],
  ])('refuses %s', (_, type, array, dims, code, option) => {
    expect(() => new Tensor(type as never, array as never, dims as never)).toThrow(failure(code, { option }) as Error);
  });
});

describe('a Tensor', () => {
  test('gives its data by getData() too', async () => {
    expect(await new Tensor('float32', data, [6]).getData()).toBe(data);
  });

  test('lets its data go with dispose(), which is idempotent', async () => {
    const tensor = new Tensor('float32', data, [6]);
    tensor.dispose();
    tensor.dispose();
    expect(() => tensor.data).toThrow(failure('NOT_OPEN') as Error);
    expect(await rejection(tensor.getData())).toEqual(failure('NOT_OPEN'));
    expect(tensor.dims).toEqual([6]);
  });

  test('that was disposed of is refused as an input, and as into', async () => {
    const engine = await Engine.load(identity('float32', ['N']));
    const [gone, x] = [new Tensor('float32', data, [6]), new Tensor('float32', data, [6])];
    gone.dispose();
    await expect(engine.run({ x: gone })).rejects.toEqual(failure('NOT_OPEN'));
    await expect(engine.run({ x }, { into: { y: gone } })).rejects.toEqual(failure('NOT_OPEN'));
    await engine.close();
  });

  test('shows type, dims and data when it is inspected, also after dispose()', () => {
    const tensor = new Tensor('int8', Int8Array.of(1, -2), [2]);
    expect(inspect(tensor)).toBe("{ type: 'int8', dims: [ 2 ], data: Int8Array(2) [ 1, -2 ] }");
    tensor.dispose();
    expect(inspect(tensor)).toBe("{ type: 'int8', dims: [ 2 ], data: undefined }");
  });
});
