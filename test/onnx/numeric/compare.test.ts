import { describe, expect, test } from 'vitest';
import { ComparisonCollector, compareArrays } from '../../../dist/esm/onnx/numeric/compare.js';
import { convertFloatsSync } from '../../../dist/esm/onnx/numeric/convert.js';
import { failure, rejection } from '../../support/failure.js';
import { unaligned } from './reference.js';

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;
const float32 = (...values: number[]) => ({ type: 'float32' as const, data: Float32Array.from(values) });

describe('compareArrays()', () => {
  test('says how far the values are from the reference', async () => {
    expect(await compareArrays(float32(1, 2, 3, -4), float32(1, 2.5, 1, -4))).toEqual({
      count: 4,
      finite: 4,
      mismatches: 0,
      firstMismatchIndex: null,
      maxAbsError: 2,
      maxAbsErrorIndex: 2,
      meanAbsError: 2.5 / 4,
      errorSquares: 4.25,
      referenceSquares: 30,
      actualSquares: 24.25,
      products: 25,
      cosine: expect.closeTo(25 / Math.sqrt(30 * 24.25), 12),
      signalToNoiseDb: expect.closeTo(10 * Math.log10(30 / 4.25), 12),
    });
  });

  test('finds no error in what is the same', async () => {
    const same = await compareArrays(float32(1, nan, infinity), float32(1, nan, infinity));
    expect(same).toMatchObject({ finite: 1, mismatches: 0, maxAbsError: 0, maxAbsErrorIndex: 0, cosine: 1 });
    expect(same.signalToNoiseDb).toBe(infinity);
  });

  test('counts values that only one side has', async () => {
    const result = await compareArrays(float32(1, nan, infinity, 2), float32(1, nan, -infinity, nan));
    expect(result).toMatchObject({ finite: 1, mismatches: 2, firstMismatchIndex: 2 });
  });

  test('has neither error nor cosine without finite pairs', async () => {
    const empty = { maxAbsError: null, maxAbsErrorIndex: null, meanAbsError: null, cosine: null };
    expect(await compareArrays(float32(), float32())).toMatchObject({ ...empty, count: 0 });
    expect(await compareArrays(float32(nan), float32(1))).toMatchObject({ ...empty, mismatches: 1 });
  });

  test('takes different types, and integers beyond what a double holds', async () => {
    const values = float32(0.1, 1, 1000);
    const halves = { type: 'float16' as const, data: convertFloatsSync(values.data, 'float32', 'float16') };
    const result = await compareArrays(values, halves);
    expect(result.maxAbsErrorIndex).toBe(0);
    expect(result.maxAbsError).toBeCloseTo(0.0000244, 6);
    const large = { type: 'int64' as const, data: BigInt64Array.of(2n ** 53n + 1n) };
    const less = { type: 'int64' as const, data: BigInt64Array.of(2n ** 53n) };
    expect((await compareArrays(large, less)).maxAbsError).toBe(1);
  });

  test('goes through large arrays in slices', async () => {
    const reference = new Float32Array(2 ** 18 + 100).fill(1);
    const actual = reference.slice();
    actual[2 ** 18 + 50] = 3;
    actual[2 ** 17] = nan;
    const result = await compareArrays(
      { type: 'float32', data: unaligned(reference) },
      { type: 'float32', data: actual },
    );
    expect(result).toMatchObject({ count: 2 ** 18 + 100, maxAbsErrorIndex: 2 ** 18 + 50, firstMismatchIndex: 2 ** 17 });
  });

  test.each<[string, unknown, unknown, string, string]>([
    ['no object', 5, float32(1), 'reference', 'INVALID_ARGUMENT'],
    ['strings', { type: 'string', data: ['a'] }, float32(1), 'reference.type', 'INVALID_ARGUMENT'],
    ['data of another type', float32(1), { type: 'int8', data: new Int16Array(1) }, 'actual.data', 'INVALID_ARGUMENT'],
    ['half an element', float32(1), { type: 'float32', data: new Uint8Array(3) }, 'actual.data', 'INVALID_ARGUMENT'],
    ['not as many elements', float32(1, 2), float32(1), 'actual', 'SHAPE_MISMATCH'],
  ])('refuses %s', async (_, reference, actual, option, code) => {
    const args = [reference, actual] as Parameters<typeof compareArrays>;
    expect(await rejection(compareArrays(...args))).toEqual(failure(code, { option }));
  });
});

describe('ComparisonCollector', () => {
  test('adds up pieces', () => {
    const collector = new ComparisonCollector('float32', 'int8');
    collector.add(Float32Array.of(1, 2), Int8Array.of(1, 1));
    collector.add(Float32Array.of(5), Int8Array.of(1));
    expect(collector.result()).toMatchObject({ count: 3, maxAbsError: 4, maxAbsErrorIndex: 2, meanAbsError: 5 / 3 });
  });

  test('refuses types and pieces that do not fit', () => {
    expect(() => new ComparisonCollector('string' as 'int8', 'int8')).toThrow(
      failure('INVALID_ARGUMENT', { option: 'referenceType' }) as Error,
    );
    expect(() => new ComparisonCollector('int8', 'int8').add(new Int8Array(2), new Int8Array(3))).toThrow(
      failure('SHAPE_MISMATCH', { option: 'actual' }) as Error,
    );
  });
});
