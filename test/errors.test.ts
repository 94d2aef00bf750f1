import { runInNewContext } from 'node:vm';
import { NodeTensorRTError } from 'node-tensorrt';
import { describe, expect, test } from 'vitest';
import { argumentError, errorCodes, errorTable, withCallerStack } from '../lib/errors.js';

describe('NodeTensorRTError', () => {
  test('is an Error with name, code, message, details and cause', () => {
    const cause = new Error('why');
    const error = new NodeTensorRTError('BUSY', 'in use', { option: 'x' }, { cause });
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({
      name: 'NodeTensorRTError',
      code: 'BUSY',
      message: 'in use',
      details: { option: 'x' },
    });
    expect(error.cause).toBe(cause);
    expect(String(error)).toBe('NodeTensorRTError: in use');
    expect(new NodeTensorRTError('INTERNAL', 'x').details).toEqual({});
  });

  test.each(errorCodes)('%s says whether to try again as the table does', (code) => {
    expect(new NodeTensorRTError(code, '').retryable).toBe(errorTable[code].retryable);
  });

  test('codes have no prefix and an HTTP status of 4xx or 5xx that fits the retrying', () => {
    for (const [code, { httpStatus, retryable }] of Object.entries(errorTable)) {
      expect(code).toMatch(/^(?!ERR_)[A-Z]+(_[A-Z]+)*$/);
      expect(httpStatus).toBeGreaterThanOrEqual(400);
      expect(httpStatus).toBeLessThan(600);
      if (retryable) expect([503, 504]).toContain(httpStatus);
    }
  });
});

describe('argumentError()', () => {
  test('says option, expected and received, in the message and in details', () => {
    const error = argumentError('options.x', 'a number', 'five', 'OUT_OF_RANGE', { tensor: 't' });
    expect(error.message).toBe('options.x: expected a number, received "five"');
    expect(error).toMatchObject({
      code: 'OUT_OF_RANGE',
      details: { option: 'options.x', expected: 'a number', received: '"five"', tensor: 't' },
    });
  });

  const hostile = {
    toString: () => {
      throw new Error('user code was called');
    },
    get [Symbol.toPrimitive]() {
      throw new Error('user code was called');
    },
  };
  test.each([
    [undefined, 'undefined'],
    [null, 'null'],
    [Number.NaN, 'NaN'],
    [5n, '5n'],
    [true, 'true'],
    [Symbol('secret'), 'a symbol'],
    [() => 1, 'a function'],
    ['a"b', '"a\\"b"'],
    ['x'.repeat(81), `"${'x'.repeat(77)}..."`],
    [[1, 'a'], '[1,"a"]'],
    [new Array(17).fill(1), 'an array of 17'],
    [[{}], 'an array of 1'],
    [new Float32Array(3), 'a Float32Array of 3'],
    [new DataView(new ArrayBuffer(5)), 'a DataView of 5'],
    [new Map(), 'an object of class Map'],
    [hostile, 'an object of class Object'],
    [Object.create(null), 'an object of class Object'],
    [runInNewContext('new Uint8Array(2)'), 'a Uint8Array of 2'],
  ])('shows a value of any kind shortly and safely: %#', (value, shown) => {
    expect(argumentError('x', 'y', value).details['received']).toBe(shown);
  });
});

describe('withCallerStack()', () => {
  test('gives our errors a new stack and leaves others as they are', () => {
    const foreign = new Error('foreign');
    const { stack } = foreign;
    expect(withCallerStack(foreign)).toBe(foreign);
    expect(foreign.stack).toBe(stack);
    expect(withCallerStack('text')).toBe('text');
  });
});
