import type { TensorLike, TensorType } from 'node-tensorrt';
import { describe, expect, test } from 'vitest';
import { Pauses } from '../../../dist/esm/onnx/file/pauses.js';
import { halfToNumber } from '../../../dist/esm/onnx/graph/numbers.js';
import { dataTypes } from '../../../dist/esm/tensor/data-types.js';
import { castFloats } from '../../../dist/esm/toolkit/compare/cast-floats.js';
import { compareTensors } from '../../../dist/esm/toolkit/compare/statistics/compare-tensors.js';
import { ErrorHistogram } from '../../../dist/esm/toolkit/compare/statistics/error-histogram.js';
import { failure, rejection } from '../../support/failure.js';
import { uniform } from '../../support/graph-models.js';

function tensor(type: TensorType, values: readonly (number | bigint | string)[], dims = [values.length]): TensorLike {
  const data = dataTypes[type].create(values.length) as unknown as (number | bigint | string)[];
  values.forEach((value, i) => {
    data[i] = value;
  });
  return { type, dims, data } as unknown as TensorLike;
}

const compare = (a: TensorLike, b: TensorLike, options = {}) =>
  compareTensors({ what: 'a', tensor: a }, { what: 'b', tensor: b }, options);

describe('compareTensors()', () => {
  test('gives the sums that the definitions give, in double precision', async () => {
    const a = [3, -4, 0, 1];
    const b = [3.5, -4, 0.25, 2];
    const { sums } = await compare(tensor('float32', a), tensor('float32', b));
    expect(sums).toMatchObject({ elements: 4, differing: 3, nonFinite: 0, maxAbs: 1, maxAbsIndex: 3, maxRel: 1 });
    expect(sums.meanAbs).toBeCloseTo(1.75 / 4, 12);
    expect(sums.snr).toBeCloseTo(10 * Math.log10(26 / 1.3125), 12);
    const products = 3 * 3.5 + 16 + 2;
    expect(sums.cosine).toBeCloseTo(products / Math.sqrt(26 * (3.5 ** 2 + 16 + 0.25 ** 2 + 4)), 12);
  });

  test('gives the same for arrays of many slices as a loop over all', async () => {
    const count = 100_001;
    const a = uniform(count, 1);
    const b = a.map((value, i) => value + (i % 7 === 0 ? 1e-3 : 0));
    const { sums } = await compare(
      { type: 'float32', dims: [count], data: a },
      { type: 'float32', dims: [count], data: b },
    );
    let squares = 0;
    let errors = 0;
    let worst = 0;
    a.forEach((value, i) => {
      const error = Math.abs(value - (b[i] as number));
      squares += value * value;
      errors += error * error;
      worst = Math.max(worst, error);
    });
    expect(sums.maxAbs).toBe(worst);
    expect(Math.abs(a[sums.maxAbsIndex] as number) - 1).toBeLessThan(0);
    expect(Math.abs((a[sums.maxAbsIndex] as number) - (b[sums.maxAbsIndex] as number))).toBe(worst);
    expect(sums.snr).toBeCloseTo(10 * Math.log10(squares / errors), 9);
    expect(sums.differing).toBe(a.filter((value, i) => value !== b[i]).length);
  });

  test('is Infinity dB, cosine 1 for equal tensors, also of zeros', async () => {
    const { sums } = await compare(tensor('float32', [0, 0]), tensor('float32', [0, -0]));
    expect(sums).toMatchObject({ differing: 0, snr: Number.POSITIVE_INFINITY, cosine: 1, maxAbsIndex: -1 });
    const { sums: noSignal } = await compare(tensor('float32', [0]), tensor('float32', [1]));
    expect(noSignal).toMatchObject({ snr: Number.NEGATIVE_INFINITY, cosine: 0, maxRel: 0 });
  });

  test('counts what is not finite in one of both, and leaves it out of the rest', async () => {
    const { NaN: nan, POSITIVE_INFINITY: inf } = Number;
    const { sums } = await compare(
      tensor('float32', [nan, inf, inf, 1, 2]),
      tensor('float32', [nan, inf, -inf, nan, 3]),
    );
    expect(sums).toMatchObject({ elements: 5, nonFinite: 2, differing: 3, finite: 1, maxAbs: 1 });
  });

  test('reads float16 and bfloat16 as the numbers that their bits are', async () => {
    const { sums } = await compare(
      tensor('float32', [1, -2.5, 65_504, 2 ** -24]),
      tensor('float16', [0x3c00, 0xc100, 0x7bff, 1]),
    );
    expect(sums.differing).toBe(0);
    const bfloat = await compare(tensor('float32', [1, -2.5, 3.0e38]), tensor('bfloat16', [0x3f80, 0xc020, 0x7f61]));
    expect(bfloat.sums).toMatchObject({ differing: 1, nonFinite: 0 });
  });

  test('reads every float16 as the definition does', async () => {
    const bits = Array.from({ length: 65_536 }, (_, i) => i);
    const { sums } = await compare(tensor('float16', bits), tensor('float64', bits.map(halfToNumber)));
    expect(sums.differing).toBe(0);
  });

  test('tells whole numbers apart that doubles cannot', async () => {
    const big = 2n ** 60n;
    const { sums, isFloat } = await compare(tensor('int64', [big, 5n, 7n]), tensor('int64', [big + 1n, 5n, 9n]));
    expect({ isFloat, differing: sums.differing, maxAbs: sums.maxAbs }).toEqual({
      isFloat: false,
      differing: 2,
      maxAbs: 2,
    });
  });

  test('counts strings and booleans that differ', async () => {
    const text = await compare(tensor('string', ['a', 'b', 'c']), tensor('string', ['a', 'x', 'c']));
    expect({ isText: text.isText, ...text.sums }).toMatchObject({ isText: true, elements: 3, differing: 1 });
    const flags = await compare(tensor('bool', [1, 0, 1]), tensor('bool', [1, 1, 0]));
    expect(flags.sums.differing).toBe(2);
  });

  test('compares arg-max row by row, over the ends of slices too', async () => {
    const rows = 9000;
    const a = uniform(rows * 5, 3);
    const b = Float32Array.from(a);
    for (let row = 0; row < 100; row++) b[row * 5 + 2] = row < 50 ? 9 : -9;
    const expected = Array.from({ length: rows }, (_, row) => {
      const best = (data: Float32Array) =>
        [0, 1, 2, 3, 4].reduce((x, y) => ((data[row * 5 + y] as number) > (data[row * 5 + x] as number) ? y : x), 0);
      return best(a) === best(b);
    }).filter(Boolean).length;
    const { argMax } = await compare(
      { type: 'float32', dims: [rows, 5], data: a },
      { type: 'float32', dims: [rows, 5], data: b },
    );
    expect(argMax).toMatchObject({ rows, same: expected });
    expect(expected).toBeLessThan(rows - 30);
    const map = await compare(tensor('float32', [1, 2], [1, 1, 1, 2]), tensor('float32', [1, 2], [1, 1, 1, 2]));
    expect(map.argMax).toBeUndefined();
  });

  test('counts elements beyond rtol and atol', async () => {
    const [a, b] = [tensor('float32', [100, 1, 0]), tensor('float32', [101, 1.5, 0.25])];
    expect((await compare(a, b, { rtol: 0.011, atol: 0.5 })).sums.beyond).toBe(0);
    expect((await compare(a, b, { rtol: 0, atol: 0.5 })).sums.beyond).toBe(1);
    expect((await compare(a, b, { rtol: 0.6 })).sums.beyond).toBe(1);
  });

  test('refuses other shapes, with both named, and strings against numbers', async () => {
    const error = await rejection(compare(tensor('float32', [1, 2], [1, 2]), tensor('float32', [1, 2], [2, 1])));
    expect(error).toEqual(failure('SHAPE_MISMATCH', { a: 'a', b: 'b', aDims: [1, 2], bDims: [2, 1] }));
    expect(error.message).toMatch(/a has the shape \[1, 2\], but b has \[2, 1\]/);
    expect(await rejection(compare(tensor('float32', [1]), tensor('string', ['1'])))).toEqual(
      failure('INVALID_ARGUMENT'),
    );
  });

  test.each([
    ['one large tensor', 1, 4_000_000],
    ['many small ones', 200, 20_000],
  ])('lets the event loop turn while it compares %s', async (_, times, count) => {
    const data = uniform(count, 5);
    const one: TensorLike = { type: 'float32', dims: [count], data };
    let turns = 0;
    const turn = () => {
      turns++;
      timer = setImmediate(turn);
    };
    let timer = setImmediate(turn);
    const pauses = new Pauses();
    for (let i = 0; i < times; i++) await compare(one, one, { pauses });
    clearImmediate(timer);
    expect(turns).toBeGreaterThan(3);
  });
});

describe('ErrorHistogram', () => {
  test('gives percentiles within a sixteenth of the true ones', () => {
    const errors = uniform(50_000, 9).map((value) => Math.abs(value) ** 8);
    const histogram = new ErrorHistogram();
    histogram.add(new Float64Array(errors.length), Float64Array.from(errors), errors.length);
    const sorted = Float64Array.from(errors).sort();
    for (const share of [0.1, 0.5, 0.9, 0.99, 0.999]) {
      const exact = sorted[Math.ceil(share * sorted.length) - 1] as number;
      const found = histogram.percentile(share) as number;
      expect(Math.abs(found / exact - 1), `${share}`).toBeLessThan(1 / 16);
    }
  });

  test('gives 0 where most are equal, and null for nothing', () => {
    const histogram = new ErrorHistogram();
    expect(histogram.percentile(0.5)).toBeNull();
    histogram.add(Float64Array.of(1, 1, 1, 1, Number.NaN), Float64Array.of(1, 1, 1, 2, 0), 5);
    expect(histogram.percentile(0.5)).toBe(0);
    expect(histogram.percentile(1)).toBeGreaterThan(0.9);
  });
});

describe('castFloats()', () => {
  test('rounds to the nearest, and keeps the shape', async () => {
    const data = Float32Array.of(1 / 3, 65_520, -2);
    const half = await castFloats('x', { type: 'float32', dims: [3, 1], data }, 'float16');
    expect(half).toEqual({ type: 'float16', dims: [3, 1], data: Uint16Array.of(0x3555, 0x7c00, 0xc000) });
    const bfloat = await castFloats('x', { type: 'float32', dims: [3], data }, 'bfloat16');
    expect(bfloat.data).toEqual(Uint16Array.of(0x3eab, 0x4780, 0xc000));
  });
});
