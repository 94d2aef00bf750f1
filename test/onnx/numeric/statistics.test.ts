import { describe, expect, test } from 'vitest';
import { convertFloatsSync } from '../../../dist/esm/onnx/numeric/convert.js';
import { StatisticsCollector } from '../../../dist/esm/onnx/numeric/statistics.js';
import { failure, rejection } from '../../support/failure.js';
import { as, unaligned, valueOfHalf } from './reference.js';

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;

/** Of all magnitudes about float16's range. */
const many = new Float32Array(300_000).map((_, i) => Math.sin(i) * 2 ** ((i % 52) - 33));
const parts = [[0, 1], [1, 5000], [5000, 5000], [5000, 300_000]] as const; // biome-ignore format: short

/** Of values that are added at once. */
async function floatStatistics(values: ArrayBufferView, ...types: ConstructorParameters<typeof StatisticsCollector>) {
  const collector = new StatisticsCollector(...types);
  collector.add(values);
  return collector.result();
}

describe('StatisticsCollector', () => {
  test('says what the values are, and what they would lose', async () => {
    const values = Float32Array.of(1, -3, 0, 65520, 2 ** -20, 2 ** -30, nan, -infinity);
    expect(await floatStatistics(values, 'float32', 'float16')).toEqual({
      count: 8,
      finite: 6,
      min: -3,
      max: 65520,
      smallestMagnitude: 2 ** -30,
      largestMagnitude: 65520,
      overflows: 1,
      vanishing: 1,
      subnormal: 1,
      squares: 1 + 9 + 65520 ** 2 + 2 ** -40 + 2 ** -60,
      errorSquares: 2 ** -60,
      signalToNoiseDb: expect.closeTo(10 * Math.log10((10 + 65520 ** 2) / 2 ** -60), 6),
    });
  });

  test('has no range without finite values, and no smallest magnitude of zeros', async () => {
    const none = { finite: 0, min: null, max: null, smallestMagnitude: null, largestMagnitude: 0 };
    expect(await floatStatistics(Float32Array.of(nan), 'float32', 'float16')).toMatchObject({ ...none, count: 1 });
    expect(await floatStatistics(new Uint8Array(0), 'float64', 'float16')).toMatchObject({ ...none, count: 0 });
    const zeros = await floatStatistics(new Float32Array(3), 'float32', 'bfloat16');
    expect(zeros).toMatchObject({ min: 0, max: 0, smallestMagnitude: null, largestMagnitude: 0 });
    expect(zeros.signalToNoiseDb).toBe(infinity);
  });

  test('counts and sums up what convertFloatsSync() does', async () => {
    const halves = Float32Array.from(as(Uint16Array, convertFloatsSync(many, 'float32', 'float16')), valueOfHalf);
    const expected = { overflows: 0, vanishing: 0, subnormal: 0, errorSquares: 0 };
    for (const [i, value] of many.entries()) {
      const half = halves[i] as number;
      if (!Number.isFinite(half)) expected.overflows++;
      else expected.errorSquares += (value - half) ** 2;
      if (half === 0 && value !== 0) expected.vanishing++;
      if (half !== 0 && Math.abs(half) < 2 ** -14) expected.subnormal++;
    }
    const close = expect.closeTo(expected.errorSquares, 3);
    expect(await floatStatistics(many, 'float32', 'float16')).toMatchObject({ ...expected, errorSquares: close });
  });

  test('is the same for any division into parts, and for bytes at any address', async () => {
    const whole = await floatStatistics(unaligned(many), 'float32', 'float16');
    const collector = new StatisticsCollector('float32', 'float16');
    for (const [begin, end] of parts) collector.add(many.subarray(begin, end));
    const { squares, errorSquares, signalToNoiseDb, ...exact } = collector.result();
    expect(whole).toMatchObject(exact);
    const ratios = [
      squares / whole.squares,
      errorSquares / whole.errorSquares,
      signalToNoiseDb / whole.signalToNoiseDb,
    ];
    for (const ratio of ratios) expect(ratio).toBeCloseTo(1, 10);
  });

  test.each<[string, unknown[], string]>([
    ['a type that is no float', [new Int8Array(4), 'int8', 'float16'], 'type'],
    ['a target that is none', [new Float32Array(4), 'float32', 'string'], 'target'],
    ['no elements', [null, 'float32', 'float16'], 'values'],
    ['half an element', [new Uint8Array(7), 'float64', 'float16'], 'values'],
  ])('refuses %s', async (_, args, option) => {
    const wrong = args as Parameters<typeof floatStatistics>;
    expect(await rejection(floatStatistics(...wrong))).toEqual(failure('INVALID_ARGUMENT', { option }));
  });
});
