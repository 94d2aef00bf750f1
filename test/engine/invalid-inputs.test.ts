import { Engine, type TensorMap } from 'node-tensorrt';
import { beforeAll, describe, expect, test } from 'vitest';
import { addTwo, identity, scalar, stringConcat } from '../fixtures/models.js';
import { f32, load, numbers } from '../support/engines.js';
import { failure, rejection } from '../support/failure.js';

const good = f32([1, 2, 3, 4], [1, 4]);
const data = good.data;

/** What x is, the code, and details of the error. */
const bad: [string, unknown, string, Record<string, unknown>][] = [
  ['nothing', undefined, 'INVALID_ARGUMENT', { option: 'inputs.x', received: 'nothing' }],
  ['null', null, 'INVALID_ARGUMENT', { option: 'inputs.x' }],
  ['a number', 5, 'INVALID_ARGUMENT', { option: 'inputs.x' }],
  ['a bare array', data, 'INVALID_ARGUMENT', {}],
  [
    'another type',
    { ...good, type: 'float64' },
    'INVALID_ARGUMENT',
    { option: 'inputs.x.type', received: '"float64"' },
  ],
  ['no type', { data, dims: [1, 4] }, 'INVALID_ARGUMENT', { option: 'inputs.x.type' }],
  ['another array', { ...good, data: new Float64Array(4) }, 'INVALID_ARGUMENT', { option: 'inputs.x.data' }],
  ['a plain array', { ...good, data: [1, 2, 3, 4] }, 'INVALID_ARGUMENT', { option: 'inputs.x.data' }],
  ['a DataView', { ...good, data: new DataView(data.buffer) }, 'INVALID_ARGUMENT', { option: 'inputs.x.data' }],
  ['an ArrayBuffer', { ...good, data: data.buffer }, 'INVALID_ARGUMENT', { option: 'inputs.x.data' }],
  ['no data', { type: 'float32', dims: [1, 4] }, 'INVALID_ARGUMENT', { option: 'inputs.x.data' }],
  ['a false array', { ...good, data: { [Symbol.toStringTag]: 'Float32Array', length: 4 } }, 'INVALID_ARGUMENT', {}],
  ['no dims', { type: 'float32', data }, 'INVALID_ARGUMENT', { option: 'inputs.x.dims' }],
  ['dims of text', { ...good, dims: '14' }, 'INVALID_ARGUMENT', { option: 'inputs.x.dims' }],
  ['dims like an array', { ...good, dims: { length: 2, 0: 1, 1: 4 } }, 'INVALID_ARGUMENT', { option: 'inputs.x.dims' }],
  ['text in dims', { ...good, dims: ['1', 4] }, 'INVALID_ARGUMENT', { option: 'inputs.x.dims[0]' }],
  ['a bigint in dims', { ...good, dims: [1n, 4n] }, 'INVALID_ARGUMENT', { option: 'inputs.x.dims[0]' }],
  ['a symbol in dims', { ...good, dims: [Symbol('1'), 4] }, 'INVALID_ARGUMENT', { option: 'inputs.x.dims[0]' }],
  ['bigint dims', { ...good, dims: BigInt64Array.of(1n, 4n) }, 'INVALID_ARGUMENT', {}],
  ['NaN in dims', { ...good, dims: [Number.NaN, 4] }, 'INVALID_ARGUMENT', { option: 'inputs.x.dims[0]' }],
  ['a fraction in dims', { ...good, dims: [1.5, 4] }, 'INVALID_ARGUMENT', { option: 'inputs.x.dims[0]' }],
  ['a hole in dims', { ...good, dims: new Array(1).concat(4) }, 'INVALID_ARGUMENT', { option: 'inputs.x.dims[0]' }],
  ['a negative dim', { ...good, dims: [-1, 4] }, 'OUT_OF_RANGE', { option: 'inputs.x.dims[0]' }],
  ['a dim beyond 2^53', { ...good, dims: [2 ** 53, 4] }, 'INVALID_ARGUMENT', { option: 'inputs.x.dims[0]' }],
  ['an infinite dim', { ...good, dims: [Number.POSITIVE_INFINITY, 4] }, 'INVALID_ARGUMENT', {}],
  ['rank 1', { ...good, dims: [4] }, 'SHAPE_MISMATCH', { option: 'inputs.x.dims', expected: '[N, 4]', tensor: 'x' }],
  ['rank 3', { ...good, dims: [1, 1, 4] }, 'SHAPE_MISMATCH', { option: 'inputs.x.dims' }],
  ['rank 33', { ...good, dims: new Array(33).fill(1) }, 'OUT_OF_RANGE', { option: 'inputs.x.dims' }],
  ['another size', { ...good, dims: [2, 2] }, 'SHAPE_MISMATCH', { option: 'inputs.x.dims', received: '[2,2]' }],
  ['too few elements', { ...good, dims: [2, 4] }, 'SHAPE_MISMATCH', { option: 'inputs.x.data', received: '4' }],
  ['too many elements', { ...good, dims: [0, 4] }, 'SHAPE_MISMATCH', { option: 'inputs.x.data' }],
  ['dims whose product is huge', { ...good, dims: [2 ** 52, 4] }, 'OUT_OF_RANGE', { option: 'inputs.x.dims' }],
];

describe('run() and runSync()', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await Engine.load(identity());
    return () => engine.close();
  });

  test.each(bad)('refuse an input that is %s', async (_, x, code, details) => {
    const inputs = { x } as TensorMap;
    await expect(engine.run(inputs)).rejects.toEqual(failure(code, details));
    expect(() => engine.runSync(inputs)).toThrow(failure(code, details) as Error);
  });

  test.each([[null], [undefined], [5], ['x'], [() => 1]])('refuse %s in place of the inputs', async (inputs) => {
    await expect(engine.run(inputs as never)).rejects.toEqual(failure('INVALID_ARGUMENT'));
    expect(() => engine.runSync(inputs as never)).toThrow(failure('INVALID_ARGUMENT') as Error);
  });

  test('refuse inputs that the model does not have, and list those that it has', async () => {
    const error = await rejection(engine.run({ x: good, mask: good }));
    expect(error).toEqual(failure('INVALID_ARGUMENT', { tensor: 'mask', expected: "one of 'x'", received: '"mask"' }));
    const two = await load(addTwo());
    const misspelled = await rejection(two.run({ a: f32([1]), B: f32([1]) }));
    expect(misspelled).toEqual(failure('INVALID_ARGUMENT', { option: 'inputs.b' }));
    await expect(two.run({ a: f32([1]), b: f32([1]), c: undefined as never })).rejects.toEqual(
      failure('INVALID_ARGUMENT', { tensor: 'c' }),
    );
  });

  test('refuse what is no string in a string tensor', async () => {
    const strings = await load(stringConcat());
    for (const odd of [5, undefined, null, ['a']]) {
      const a = { type: 'string' as const, data: ['a', odd] as string[], dims: [2] };
      const b = { type: 'string' as const, data: ['a', 'b'], dims: [2] };
      await expect(strings.run({ a, b })).rejects.toEqual(failure('INVALID_ARGUMENT', { option: 'inputs.a.data[1]' }));
    }
  });

  test('refuse an empty tensor whose other sizes are absurd, or return it', async () => {
    const wide = await load(identity('float32', ['A', 'B', 'C']));
    const dims = [2 ** 53 - 1, 2 ** 53 - 1, 0];
    const outcome = await wide.run({ x: f32([], dims) }).catch((error) => error);
    if (outcome instanceof Error) expect(outcome).toMatchObject({ name: 'NodeTensorRTError' });
    else expect(outcome.y.dims).toEqual(dims);
  });

  test('take dims in a typed array, and minus zero', async () => {
    const dims = Int32Array.of(1, 4) as unknown as number[];
    expect(numbers(await engine.run({ x: { ...good, dims } }), 'y')).toEqual([1, 2, 3, 4]);
    expect((await engine.run({ x: f32([], [-0, 4]) }))['y']?.data).toHaveLength(0);
  });

  test('count nothing that was refused so', async () => {
    const fresh = await load(scalar());
    await rejection(fresh.run({ a: f32([1], []) }));
    expect(fresh.stats().requests).toMatchObject({ accepted: 0, failed: 0, rejected: 0 });
    expect(numbers(await fresh.run({ a: f32([1], []), b: f32([2], []) }), 'y')).toEqual([3]);
  });

  test('refuse by rejection, never by throwing', () => {
    const settled = engine.run(null as never).catch(() => 'rejected');
    return expect(settled).resolves.toBe('rejected');
  });
});
