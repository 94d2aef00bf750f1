import { describe, expect, test } from 'vitest';
import { profilesOption } from '../../dist/esm/builder/check-profile.js';
import { buildProfiles, type InputShape, type SizeHints } from '../../dist/esm/builder/derive-profiles.js';
import { seenShapes } from '../../dist/esm/builder/seen-shapes.js';
import { failure, rejection } from '../support/failure.js';

const hints = (more: Partial<SizeHints> = {}): SizeHints => ({
  batch: { opt: 8, max: 32 },
  pads: [],
  fixed: {},
  ...more,
});
const x = (...dims: (number | string | null)[]): InputShape => ({ name: 'x', dims });
const float = (...dims: number[]) => ({
  type: 'float32' as const,
  dims,
  data: new Float32Array(dims.reduce((a, b) => a * b, 1)),
});

describe('profiles that are derived', () => {
  test('are none where all sizes are fixed', () => {
    expect(buildProfiles([x(1, 3, 8)], undefined, hints())).toEqual([]);
  });

  test('open the first dimension for batches, in names or without', () => {
    const range = { min: [1, 4], opt: [8, 4], max: [32, 4] };
    expect(buildProfiles([x('N', 4)], undefined, hints())).toEqual([{ x: range }]);
    expect(buildProfiles([x(null, 4)], undefined, hints())).toEqual([{ x: range }]);
  });

  test('take lengths of pads, and sizes that are always the same', () => {
    const pads = [{ input: 'x', axis: 1, buckets: [16, 32, 64] }];
    expect(buildProfiles([x('N', 'T', 'C')], undefined, hints({ pads, fixed: { C: 5 } }))).toEqual([
      { x: { min: [1, 16, 5], opt: [8, 64, 5], max: [32, 64, 5] } },
    ]);
  });

  test('take the shapes of samples: smallest, most frequent, largest', async () => {
    const seen = await seenShapes([{ x: float(1, 20) }, { x: float(1, 30) }, { x: float(1, 30) }, { x: float(1, 90) }]);
    expect(buildProfiles([x('N', 'T')], undefined, hints({ seen }))).toEqual([
      { x: { min: [1, 20], opt: [8, 30], max: [32, 90] } },
    ]);
    const large = await seenShapes([{ x: float(64, 20) }]);
    expect(buildProfiles([x('N', 'T')], undefined, hints({ seen: large }))).toEqual([
      { x: { min: [1, 20], opt: [64, 20], max: [64, 20] } },
    ]);
  });

  test('take the values of inputs that may be shapes', async () => {
    const shape = (...sizes: bigint[]) => ({ type: 'int64' as const, dims: [2], data: BigInt64Array.from(sizes) });
    const seen = await seenShapes([{ s: shape(4n, 9n) }, { s: shape(2n, 9n) }, { s: shape(2n, 9n) }]);
    expect(buildProfiles([{ name: 's', dims: [2] }], undefined, hints({ seen }))).toEqual([
      { s: { min: [2], opt: [2], max: [2], values: { min: [2, 9], opt: [2, 9], max: [4, 9] } } },
    ]);
  });

  test('are refused where nothing says how large a dimension is, with what would', () => {
    expect(() => buildProfiles([x('N', 'T')], undefined, hints())).toThrow(
      failure('INVALID_ARGUMENT', { input: 'x', axis: 1, dimension: 'T', reason: 'open-dimension' }),
    );
    expect(() => buildProfiles([x('N', null)], undefined, hints())).toThrow(/dimension 1 open; say how large/);
    expect(() => buildProfiles([{ name: 'x', dims: undefined }], undefined, hints())).toThrow(
      /rank the model does not say/,
    );
  });

  test('know the rank from samples where the model does not', async () => {
    const seen = await seenShapes([{ x: float(2, 7) }]);
    expect(buildProfiles([{ name: 'x', dims: undefined }], undefined, hints({ seen }))).toEqual([
      { x: { min: [1, 7], opt: [8, 7], max: [32, 7] } },
    ]);
  });
});

describe('profiles that are given', () => {
  const range = { min: [1, 4], opt: [2, 4], max: [3, 4] };

  test('are taken as they are, with what they leave out', () => {
    const inputs = [x('N', 4), { name: 'm', dims: ['N'] }, { name: 'fixed', dims: [3] }];
    expect(buildProfiles(inputs, [{ x: range }], hints())).toEqual([
      { x: range, m: { min: [1], opt: [8], max: [32] } },
    ]);
  });

  test.each([
    ['an input that is not there', { y: range }, 'INVALID_ARGUMENT', /inputs of the model: x/],
    ['another rank', { x: { min: [1], opt: [1], max: [1] } }, 'SHAPE_MISMATCH', /fits \["N",4\]/],
    ['another size', { x: { min: [1, 5], opt: [1, 5], max: [1, 5] } }, 'SHAPE_MISMATCH', /profiles\[0\]\.x\.min/],
  ])('are refused with %s', (_, profile, code, text) => {
    const look = () => buildProfiles([x('N', 4)], [profile], hints());
    expect(look).toThrow(failure(code));
    expect(look).toThrow(text);
  });

  test.each([
    ['no profile', [], /at least one/],
    ['a profile that is none', ['x'], /profiles\[0\]: expected an object/],
    ['an end that is missing', { x: { min: [1], opt: [1] } }, /x\.max: expected an array/],
    ['another key', { x: { ...range, most: [1] } }, /one of min, opt, max/],
    ['a size that is none', { x: { ...range, opt: [1.5, 4] } }, /x\.opt\[0\]: expected an integer/],
    ['ends of several ranks', { x: { ...range, max: [3] } }, /x\.max: expected 2 numbers/],
    ['ends that do not rise', { x: { ...range, opt: [4, 4] } }, /x\.max\[0\]: expected 4 or more/],
    [
      'values that do not rise',
      { x: { min: [1], opt: [1], max: [1], values: { min: [2], opt: [1], max: [3] } } },
      /values\.opt\[0\]/,
    ],
  ])('by themselves: %s', (_, given, text) => {
    expect(() => profilesOption(given)).toThrow(text);
  });
});

describe('samples', () => {
  test.each([
    ['none', [], /at least one sample/],
    ['of several ranks', [{ x: float(1, 2) }, { x: float(2) }], /2 dimensions in all samples/],
    ['no tensors', [{ x: 5 }], /samples\[0\]\.x: expected an object/],
    ['without a shape', [{ x: {} }], /samples\[0\]\.x\.dims/],
    ['no list', 7, /options\.samples: expected an array/],
  ])('%s are refused', async (_, given, text) => {
    expect((await rejection(seenShapes(given))).message).toMatch(text);
  });

  test('are read to the thousandth', async () => {
    let read = 0;
    function* endless() {
      for (;;) {
        read++;
        yield { x: float(1) };
      }
    }
    await seenShapes(endless());
    expect(read).toBe(1000);
  });
});
