import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { convertFloats, convertFloatsSync } from '../../../dist/esm/onnx/numeric/convert.js';
import { turn } from '../../support/engines.js';
import { failure, rejection } from '../../support/failure.js';
import { as, firstDifference, unaligned, valueOfBrain, valueOfHalf } from './reference.js';

const all16 = Uint16Array.from({ length: 0x10000 }, (_, i) => i);
const values = Float32Array.of(1, -2.5, 65520, 1e-8, 2 ** -24, 0.1);
/** Three slices of float32, and a bit. */
const large = new Float32Array(3 * 2 ** 17 + 5).map((_, i) => i / 7);

describe('convertFloatsSync()', () => {
  test('knows the value of each float16 and bfloat16', () => {
    const halves = as(Float32Array, convertFloatsSync(all16, 'float16', 'float32'));
    expect(firstDifference(halves, Float32Array.from(all16, valueOfHalf))).toBe(-1);
    const brains = as(Float32Array, convertFloatsSync(all16, 'bfloat16', 'float32'));
    expect(firstDifference(brains, Float32Array.from(all16, valueOfBrain))).toBe(-1);
    expect(firstDifference(as(Float64Array, convertFloatsSync(all16, 'float16', 'float64')), halves)).toBe(-1);
  });

  test('rounds to the nearest value', () => {
    const halves = as(Uint16Array, convertFloatsSync(values, 'float32', 'float16'));
    expect([...halves]).toEqual([0x3c00, 0xc100, 0x7c00, 0, 1, 0x2e66]);
    const brains = as(Uint16Array, convertFloatsSync(values, 'float32', 'bfloat16'));
    expect([...brains]).toEqual([0x3f80, 0xc020, 0x4780, 0x322c, 0x3380, 0x3dcd]);
  });

  test('rounds float64 once', () => {
    const tie = Float64Array.of(1 + 2 ** -11 + 2 ** -40);
    expect([...as(Uint16Array, convertFloatsSync(tie, 'float64', 'float16'))]).toEqual([0x3c01]);
    expect([...as(Float32Array, convertFloatsSync(tie, 'float64', 'float32'))]).toEqual([
      Math.fround(tie[0] as number),
    ]);
  });

  test('takes bytes at any address, and gives the same', () => {
    const expected = convertFloatsSync(large, 'float32', 'bfloat16');
    expect(firstDifference(convertFloatsSync(unaligned(large), 'float32', 'bfloat16'), expected)).toBe(-1);
    const target = new Uint8Array(expected.byteLength + 9).subarray(3);
    expect(firstDifference(convertFloatsSync(unaligned(large), 'float32', 'bfloat16', target), expected)).toBe(-1);
  });

  test('writes the beginning of a larger target, and returns that', () => {
    const target = new Uint8Array(20).fill(0xaa);
    const result = convertFloatsSync(values.subarray(0, 2), 'float32', 'float16', target);
    expect(result.buffer).toBe(target.buffer);
    expect([...result]).toEqual([0x00, 0x3c, 0x00, 0xc1]);
    expect(target.subarray(4).every((byte) => byte === 0xaa)).toBe(true);
  });

  test('converts between two parts of one buffer', () => {
    const buffer = new ArrayBuffer(24);
    new Float32Array(buffer, 0, 4).set([1, 2, 3, 4]);
    convertFloatsSync(new Uint8Array(buffer, 0, 16), 'float32', 'float16', new Uint8Array(buffer, 16));
    expect([...new Uint16Array(buffer, 16)]).toEqual([0x3c00, 0x4000, 0x4200, 0x4400]);
  });

  test('reads shared memory, Buffers, and nothing at all', () => {
    const shared = new Uint8Array(new SharedArrayBuffer(4));
    expect([...convertFloatsSync(shared, 'float32', 'float16')]).toEqual([0, 0]);
    expect([...convertFloatsSync(Buffer.from([0x80, 0x3f]), 'bfloat16', 'float16')]).toEqual([0x00, 0x3c]);
    expect(convertFloatsSync(new Uint8Array(0), 'float32', 'float16')).toEqual(new Uint8Array(0));
  });

  test.each<[string, unknown[], string]>([
    ['a type that is none', [values, 'float32', 'int8'], 'to'],
    ['no type', [values, undefined, 'float16'], 'from'],
    ['no elements', ['text', 'float32', 'float16'], 'source'],
    ['an array of another type', [new Int32Array(4), 'float32', 'float16'], 'source'],
    ['half an element', [new Uint8Array(6), 'float32', 'float16'], 'source'],
    ['a target that is not of bytes', [values, 'float32', 'float16', new Uint16Array(6)], 'target'],
  ])('refuses %s', async (_, args, option) => {
    const wrong = args as Parameters<typeof convertFloatsSync>;
    const expected = failure('INVALID_ARGUMENT', { option });
    expect(() => convertFloatsSync(...wrong)).toThrow(expected as Error);
    expect(await rejection(convertFloats(...wrong))).toEqual(expected);
  });

  test('says how large a target must be', () => {
    expect(() => convertFloatsSync(values, 'float32', 'float16', new Uint8Array(11))).toThrow(
      failure('OUT_OF_RANGE', { option: 'target', expected: 'at least 12 bytes' }) as Error,
    );
  });

  test.each([
    [0, 0],
    [15, 0],
    [0, 7],
  ])('refuses a target that overlaps: source at %i, target at %i', (source, target) => {
    const buffer = new ArrayBuffer(64);
    const act = () =>
      convertFloatsSync(new Uint8Array(buffer, source, 16), 'float32', 'float64', new Uint8Array(buffer, target));
    expect(act).toThrow(failure('INVALID_ARGUMENT', { option: 'target' }) as Error);
  });

  test('throws OUT_OF_MEMORY when no array can be that large', () => {
    onTestFinished(() => void vi.unstubAllGlobals());
    class Full {
      constructor() {
        throw new RangeError('Invalid typed array length');
      }
    }
    const source = new Uint8Array(8);
    vi.stubGlobal('Uint8Array', Full);
    const act = () => convertFloatsSync(source, 'float32', 'float64');
    expect(act).toThrow(failure('OUT_OF_MEMORY', { requestedBytes: 16 }) as Error);
  });
});

describe('convertFloats()', () => {
  test('gives what convertFloatsSync() gives', async () => {
    for (const to of ['float16', 'bfloat16', 'float64', 'float32'] as const) {
      const converted = await convertFloats(large, 'float32', to);
      expect(firstDifference(converted, convertFloatsSync(large, 'float32', to))).toBe(-1);
    }
    const target = new Uint8Array(large.length * 2 + 10);
    const result = await convertFloats(unaligned(large), 'float32', 'float16', target);
    expect(result.buffer).toBe(target.buffer);
    expect(firstDifference(result, convertFloatsSync(large, 'float32', 'float16'))).toBe(-1);
  });

  test('lets the event loop turn between slices', async () => {
    let turns = 0;
    let done = false;
    const count = () => {
      turns++;
      if (!done) setImmediate(count);
    };
    setImmediate(count);
    await convertFloats(large, 'float32', 'float16');
    done = true;
    expect(turns).toBeGreaterThanOrEqual(3);
  });

  test('rejects when the source is transferred meanwhile', async () => {
    const source = Float32Array.from(large);
    const promise = rejection(convertFloats(source, 'float32', 'float16'));
    structuredClone(source.buffer, { transfer: [source.buffer] });
    expect(await promise).toEqual(failure('INVALID_ARGUMENT', { option: 'source', reason: 'detached-or-resized' }));
  });

  test('rejects when the target is transferred meanwhile', async () => {
    const target = new Uint8Array(large.length * 2);
    const promise = rejection(convertFloats(large, 'float32', 'float16', target));
    await turn();
    structuredClone(target.buffer, { transfer: [target.buffer] });
    expect(await promise).toEqual(failure('INVALID_ARGUMENT', { option: 'target', reason: 'detached-or-resized' }));
  });
});
