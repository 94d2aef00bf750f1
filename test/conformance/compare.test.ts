import { describe, expect, test } from 'vitest';
import { differenceInBits, differenceInValues, float16, onnxTolerance, wideTolerance } from './compare.mjs';
import { packStrings } from './onnx-file.mjs';
import { typeNumber } from './tensor-types.mjs';

const bytes = (view: ArrayBufferView) => Buffer.from(view.buffer, view.byteOffset, view.byteLength);
const tensor = (type: string, data: Buffer, dims: number[], name = 'y') => ({
  name,
  type: typeNumber(type),
  dims,
  data,
});
const floats = (...values: number[]) => tensor('float32', bytes(new Float32Array(values)), [values.length]);
const strings = (...texts: string[]) =>
  tensor('string', packStrings(texts.map((text) => Buffer.from(text))), [texts.length]);
const values = (expected: object, actual: object, tolerance = onnxTolerance) =>
  differenceInValues([expected as never], [actual as never], tolerance);

/** What neither comparison may overlook. */
const wrong: [string, object, object, RegExp][] = [
  ['another value', floats(1, 2, 3), floats(1, 2, 4), /'y'/],
  ['NaN for a number', floats(1, 2), floats(1, Number.NaN), /'y'/],
  ['a number for NaN', floats(1, Number.NaN), floats(1, 2), /'y'/],
  ['infinity for a number', floats(1), floats(Number.POSITIVE_INFINITY), /'y'/],
  ['the other infinity', floats(Number.POSITIVE_INFINITY), floats(Number.NEGATIVE_INFINITY), /'y'/],
  ['swapped dims', { ...floats(1, 2), dims: [1, 2] }, { ...floats(1, 2), dims: [2, 1] }, /shape \[2, 1\]/],
  ['another rank', { ...floats(1), dims: [] }, { ...floats(1), dims: [1] }, /shape \[1\], expected \[\]/],
  ['another shape without elements', { ...floats(), dims: [0, 3] }, { ...floats(), dims: [3, 0] }, /shape/],
  ['another type of the same bytes', floats(0), { ...floats(0), type: typeNumber('int32') }, /int32, expected float32/],
  ['another name', floats(1), { ...floats(1), name: 'z' }, /'y' is missing, 'z' is in its place/],
  ['too few bytes', floats(1, 2), { ...floats(1), dims: [2] }, /'y'/],
  ['another string', strings('a', 'b'), strings('a', 'c'), /'y'/],
  ['strings cut elsewhere', strings('ab', 'c'), strings('a', 'bc'), /'y'/],
];

describe.each([
  ['differenceInBits', (a: object, b: object) => differenceInBits([a as never], [b as never])],
  ['differenceInValues', (a: object, b: object) => values(a, b)],
])('%s', (_, difference) => {
  test.each(wrong)('reports %s', (_what, expected, actual, message) => {
    expect(difference(expected, actual)).toMatch(message);
  });

  test('reports a missing and a superfluous output', () => {
    const both = [floats(1), { ...floats(2), name: 'z' }];
    expect(differenceInBits(both, [floats(1)])).toBe('1 outputs, expected 2');
    expect(differenceInValues([floats(1)], both, onnxTolerance)).toBe('2 outputs, expected 1');
  });

  test('finds no difference between a tensor and its copy', () => {
    for (const one of [floats(1, -0, Number.NaN, Number.NEGATIVE_INFINITY), strings('', 'ä'), floats()]) {
      expect(difference(one, { ...one, data: Buffer.from(one.data) })).toBeNull();
    }
  });
});

describe('differenceInBits', () => {
  test('reports every single flipped bit', () => {
    const one = floats(1, -2.5, 0);
    for (let bit = 0; bit < one.data.length * 8; bit++) {
      const data = Buffer.from(one.data);
      data.writeUInt8(data.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expect(differenceInBits([one], [{ ...one, data }])).toBe(`output 'y' differs at byte ${bit >> 3}`);
    }
  });

  test('tells -0 from 0 and one NaN from another', () => {
    expect(differenceInBits([floats(0)], [floats(-0)])).toMatch('byte 3');
    const nan = (payload: number) => tensor('float32', bytes(Uint32Array.of(0x7fc00000 + payload)), [1]);
    expect(differenceInBits([nan(0)], [nan(1)])).toMatch('byte 0');
  });
});

describe('differenceInValues', () => {
  test('takes what lies just within the tolerance, and not what lies just outside', () => {
    const double = (value: number) => tensor('float64', bytes(Float64Array.of(value)), [1]);
    expect(values(double(1000), double(1000.9999))).toBeNull();
    expect(values(double(1000), double(1001.0001))).toMatch('1001');
    expect(values(double(0), double(0.99e-7))).toBeNull();
    expect(values(double(0), double(1.01e-7))).not.toBeNull();
    expect(values(double(0), double(0.99e-3), wideTolerance)).toBeNull();
    expect(values(double(0), double(1.01e-3), wideTolerance)).not.toBeNull();
  });

  test('takes -0 for 0 and any NaN for NaN', () => {
    expect(values(floats(0, Number.NaN), floats(-0, Number.NaN))).toBeNull();
  });

  const samples: [string, ArrayBufferView, ArrayBufferView][] = [
    ['float16', Uint16Array.of(0x3c00), Uint16Array.of(0x3d00)],
    ['bfloat16', Uint16Array.of(0x3f80), Uint16Array.of(0x3fa0)],
    ['float64', Float64Array.of(-3), Float64Array.of(3)],
    ['int8', Int8Array.of(-1), Int8Array.of(1)],
    ['uint8', Uint8Array.of(255), Uint8Array.of(254)],
    ['bool', Uint8Array.of(0), Uint8Array.of(1)],
    ['int16', Int16Array.of(-300), Int16Array.of(300)],
    ['uint16', Uint16Array.of(500), Uint16Array.of(502)],
    ['int32', Int32Array.of(-70000), Int32Array.of(70000)],
    ['uint32', Uint32Array.of(4e9), Uint32Array.of(3e9)],
    ['int64', BigInt64Array.of(-(2n ** 40n)), BigInt64Array.of(2n ** 40n)],
    ['uint64', BigUint64Array.of(2n ** 63n), BigUint64Array.of(2n ** 62n)],
  ];
  test.each(samples)('reads %s', (type, a, b) => {
    const one = tensor(type, bytes(a), [1]);
    expect(values(one, one)).toBeNull();
    expect(values(one, tensor(type, bytes(b), [1]))).not.toBeNull();
  });

  test('refuses to compare a type that it cannot read', () => {
    expect(() => values({ ...floats(1), type: 17 }, { ...floats(1), type: 17 })).toThrow('float8e4m3fn');
  });

  test('float16() reads normal and subnormal numbers, infinities and NaN', () => {
    const read = [0x3c00, 0xc000, 0x0001, 0x83ff, 0x7bff, 0x7c00, 0xfc00, 0x8000].map(float16);
    expect(read).toEqual([1, -2, 2 ** -24, -1023 * 2 ** -24, 65504, Number.POSITIVE_INFINITY, -Infinity, -0]);
    expect(float16(0x7e00)).toBeNaN();
  });
});
