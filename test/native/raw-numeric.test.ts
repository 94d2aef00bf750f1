// The functions on numbers without the library around them, which checks everything first.

import { describe, expect, it } from 'vitest';
import { loadAddon } from '../../dist/esm/native/load.js';
import { StatisticsField } from '../../lib/native/numeric-contract.js';

const addon = loadAddon();
const [float32, float16, int8, string] = ['float32', 'float16', 'int8', 'string'].map((t) => addon.dtypes.indexOf(t));

// biome-ignore lint/suspicious/noExplicitAny: what no type allows is what is tested
type Anything = any;

const bytes = (length: number) => new Uint8Array(length);
const detached = () => {
  const array = bytes(8);
  structuredClone(array.buffer, { transfer: [array.buffer] });
  return array;
};

function expectInternal(act: () => unknown): void {
  expect(act).toThrow(expect.objectContaining({ code: 'INTERNAL' }) as Error);
}

describe('convertFloats()', () => {
  const convert = addon.convertFloats as (...args: Anything[]) => void;

  it('returns nothing for what is right', () => {
    const target = bytes(4);
    expect(convert(new Uint8Array(Float32Array.of(1, -2).buffer), float32, target, float16)).toBeUndefined();
    expect([...new Uint16Array(target.buffer)]).toEqual([0x3c00, 0xc000]);
    expect(convert(detached(), float32, bytes(0), float16)).toBeUndefined();
  });

  it.each<[string, Anything[]]>([
    ['nothing', []],
    ['no array', [{}, float32, bytes(4), float16]],
    ['an array that is not of bytes', [new Float32Array(2), float32, bytes(4), float16]],
    ['no target', [bytes(8), float32, undefined, float16]],
    ['a type that is none', [bytes(8), 99, bytes(4), float16]],
    ['a type that is no number', [bytes(8), 'float32', bytes(4), float16]],
    ['a type that is no float', [bytes(8), int8, bytes(4), float16]],
    ['a target type that is no float', [bytes(8), float32, bytes(4), string]],
    ['half an element', [bytes(6), float32, bytes(4), float16]],
    ['half an element in the target', [bytes(8), float32, bytes(3), float16]],
    ['too small a target', [bytes(8), float32, bytes(2), float16]],
    ['too large a target', [bytes(8), float32, bytes(6), float16]],
    ['a target that is detached', [bytes(8), float32, detached(), float16]],
  ])('refuses %s', (_, args) => {
    expectInternal(() => convert(...args));
  });
});

describe('addStatistics()', () => {
  const add = addon.addStatistics as (...args: Anything[]) => void;
  const sums = () => new Float64Array(11);

  it('starts from zeros, and goes on from what there is', () => {
    const all = sums();
    add(new Uint8Array(Float32Array.of(3).buffer), float32, float16, all);
    add(new Uint8Array(Float32Array.of(4, -5).buffer), float32, float16, all);
    expect(all[StatisticsField.count]).toBe(3);
    expect(all[StatisticsField.min]).toBe(-5);
    expect(all[StatisticsField.squares]).toBe(50);
  });

  it.each<[string, Anything[]]>([
    ['no array', [5, float32, float16, sums()]],
    ['a type that is no float', [bytes(8), int8, float16, sums()]],
    ['a target that is no float', [bytes(8), float32, int8, sums()]],
    ['half an element', [bytes(6), float32, float16, sums()]],
    ['no sums', [bytes(8), float32, float16]],
    ['sums of another type', [bytes(8), float32, float16, bytes(88)]],
    ['too few sums', [bytes(8), float32, float16, new Float64Array(10)]],
    ['too many sums', [bytes(8), float32, float16, new Float64Array(12)]],
  ])('refuses %s', (_, args) => {
    expectInternal(() => add(...args));
  });
});
