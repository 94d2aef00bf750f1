import { describe, expect, test } from 'vitest';
import { resolvePreprocessing } from '../../../dist/esm/toolkit/samples/index.js';
import type { Preprocessing } from '../../../lib/toolkit/samples/index.js';
import { failure } from '../../support/failure.js';

const size = { width: 224, height: 160 };

describe('resolvePreprocessing', () => {
  test('names every default', () => {
    expect(resolvePreprocessing(size)).toEqual({
      width: 224,
      height: 160,
      fit: 'cover',
      channels: 'rgb',
      layout: 'nchw',
      type: 'float32',
      scale: 1 / 255,
      mean: [0, 0, 0],
      std: [1, 1, 1],
      padColor: [0, 0, 0],
      kernel: 'lanczos3',
    });
  });

  test.each<Preprocessing>([
    size,
    { ...size, channels: 'gray', mean: [0.5], std: [0.25], layout: 'nhwc' },
    { ...size, type: 'uint8', channels: 'bgr', fit: 'contain', padColor: [255, 0, 7], kernel: 'nearest' },
    { ...size, type: 'uint8', channels: 'gray' },
  ])('gives what JSON can keep, and takes it back: %j', (preprocessing) => {
    const resolved = resolvePreprocessing(preprocessing);
    expect(resolved).toMatchObject(preprocessing);
    expect(resolvePreprocessing(JSON.parse(JSON.stringify(resolved)))).toEqual(resolved);
  });

  test.each<[string, string, unknown]>([
    ['width', 'INVALID_ARGUMENT', { height: 1 }],
    ['width', 'OUT_OF_RANGE', { ...size, width: 0 }],
    ['height', 'OUT_OF_RANGE', { ...size, height: 16_385 }],
    ['height', 'INVALID_ARGUMENT', { ...size, height: 1.5 }],
    ['fit', 'INVALID_ARGUMENT', { ...size, fit: 'inside' }],
    ['channels', 'INVALID_ARGUMENT', { ...size, channels: 'RGB' }],
    ['layout', 'INVALID_ARGUMENT', { ...size, layout: 'chw' }],
    ['type', 'INVALID_ARGUMENT', { ...size, type: 'float16' }],
    ['kernel', 'INVALID_ARGUMENT', { ...size, kernel: 'bilinear' }],
    ['scale', 'INVALID_ARGUMENT', { ...size, scale: Number.NaN }],
    ['mean', 'INVALID_ARGUMENT', { ...size, mean: 0.5 }],
    ['mean', 'INVALID_ARGUMENT', { ...size, mean: [0.5] }],
    ['mean[1]', 'INVALID_ARGUMENT', { ...size, mean: [0, '0', 0] }],
    ['std', 'INVALID_ARGUMENT', { ...size, channels: 'gray', std: [1, 1, 1] }],
    ['std[2]', 'OUT_OF_RANGE', { ...size, std: [1, 1, 0] }],
    ['padColor', 'INVALID_ARGUMENT', { ...size, padColor: '#fff' }],
    ['padColor[0]', 'OUT_OF_RANGE', { ...size, padColor: [256, 0, 0] }],
    ['scale', 'INVALID_ARGUMENT', { ...size, type: 'uint8', scale: 1 / 255 }],
    ['std', 'INVALID_ARGUMENT', { ...size, type: 'uint8', std: [2, 2, 2] }],
    ['size', 'INVALID_ARGUMENT', { ...size, size: 1 }],
  ])('refuses a wrong %s', (option, code, preprocessing) => {
    expect(() => resolvePreprocessing(preprocessing as Preprocessing)).toThrow(
      failure(code, { option: `preprocessing.${option}` }) as Error,
    );
  });

  test('refuses what is no description', () => {
    expect(() => resolvePreprocessing('imagenet' as never)).toThrow(failure('INVALID_ARGUMENT') as Error);
  });
});
