import { describe, expect, test } from 'vitest';
import {
  choiceOption,
  integerOption,
  knownKeys,
  objectOption,
  signalOption,
  stringOption,
  timeoutOption,
} from '../lib/options.js';
import { failure } from './support/failure.js';

const refused = (code: string) => failure(code, { option: 'x' }) as Error;

describe('integerOption()', () => {
  test.each([1, 5, 10])('takes %d from 1 to 10', (value) => expect(integerOption('x', value, 1, 10)).toBe(value));

  test.each([
    [0, 'OUT_OF_RANGE'],
    [11, 'OUT_OF_RANGE'],
    [-1, 'OUT_OF_RANGE'],
    [1.5, 'INVALID_ARGUMENT'],
    [Number.NaN, 'INVALID_ARGUMENT'],
    [Number.POSITIVE_INFINITY, 'INVALID_ARGUMENT'],
    ['5', 'INVALID_ARGUMENT'],
    [5n, 'INVALID_ARGUMENT'],
    [null, 'INVALID_ARGUMENT'],
    [undefined, 'INVALID_ARGUMENT'],
    [[5], 'INVALID_ARGUMENT'],
  ])('refuses %s with %s', (value, code) => {
    expect(() => integerOption('x', value, 1, 10)).toThrow(refused(code));
  });
});

describe('timeoutOption()', () => {
  test.each([0.5, 1, 2 ** 31 - 1])('takes %d', (value) => expect(timeoutOption('x', value)).toBe(value));

  test.each([
    [0, 'OUT_OF_RANGE'],
    [-0.5, 'OUT_OF_RANGE'],
    [2 ** 31, 'OUT_OF_RANGE'],
    [Number.POSITIVE_INFINITY, 'OUT_OF_RANGE'],
    [Number.NaN, 'INVALID_ARGUMENT'],
    ['1', 'INVALID_ARGUMENT'],
  ])('refuses %j with %s', (value, code) => {
    expect(() => timeoutOption('x', value)).toThrow(refused(code));
  });
});

describe('the other checks', () => {
  test('take what they name and refuse the rest', () => {
    const { signal } = new AbortController();
    expect(stringOption('x', 'a')).toBe('a');
    expect(choiceOption('x', 'b', ['a', 'b'])).toBe('b');
    expect(signalOption('x', signal)).toBe(signal);
    const object = {};
    expect(objectOption('x', object)).toBe(object);
    for (const odd of ['', 5, null, undefined]) {
      expect(() => stringOption('x', odd)).toThrow(refused('INVALID_ARGUMENT'));
      expect(() => choiceOption('x', odd, ['a'])).toThrow(refused('INVALID_ARGUMENT'));
      expect(() => signalOption('x', odd)).toThrow(refused('INVALID_ARGUMENT'));
    }
    for (const odd of [[], null, 'text', () => 1])
      expect(() => objectOption('x', odd)).toThrow(refused('INVALID_ARGUMENT'));
  });

  test('knownKeys() refuses what it does not know, and says when it comes later', () => {
    knownKeys('o', { a: 1, later: undefined }, ['a'], ['later']);
    expect(() => knownKeys('o', { b: 1 }, ['a'])).toThrow(failure('INVALID_ARGUMENT', { option: 'o.b' }) as Error);
    expect(() => knownKeys('o', { b: undefined }, ['a'])).toThrow(failure('INVALID_ARGUMENT') as Error);
    expect(() => knownKeys('o', { precison: 1 }, ['precision', 'profiles'])).toThrow(
      /^o\.precison: expected one of precision, profiles, received "precison"; did you mean 'precision'\?$/,
    );
    expect(() => knownKeys('o', { later: 1 }, ['a'], ['later'])).toThrow(
      failure('UNSUPPORTED', { option: 'o.later' }) as Error,
    );
  });
});
