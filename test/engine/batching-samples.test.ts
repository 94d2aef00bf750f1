// load() with batching.verify: samples that do not fit.

import type { TensorMap } from 'node-tensorrt';
import { describe, expect, test } from 'vitest';
import { addTwo, codes, identity, stringConcat } from '../fixtures/models.js';
import { onnxModel } from '../fixtures/onnx-writer.js';
import { f32, load } from '../support/engines.js';
import { failure } from '../support/failure.js';

const option = 'options.batching.verify';
const both = { a: f32([1, 2]), b: f32([3, 4]) };

function code(...values: number[]): TensorMap {
  return { code: { type: 'int64', data: BigInt64Array.from(values, BigInt), dims: [values.length] } };
}

/** y = (1 - x)·9 as an index into a table of one: of the made-up 1 and 2, the one runs and the other fails. */
const pickyModels = [1n, 2n].map((good) =>
  onnxModel({
    inputs: [{ name: 'x', type: 'int64', dims: ['N'] }],
    outputs: [{ name: 'y', type: 'float32', dims: ['N'] }],
    nodes: [
      { op: 'Sub', inputs: ['x', 'good'], outputs: ['off'] },
      { op: 'Mul', inputs: ['off', 'nine'], outputs: ['index'] },
      { op: 'Gather', inputs: ['table', 'index'], outputs: ['y'] },
    ],
    initializers: [
      { name: 'good', type: 'int64', dims: [], data: BigInt64Array.of(good) },
      { name: 'nine', type: 'int64', dims: [], data: BigInt64Array.of(9n) },
      { name: 'table', type: 'float32', dims: [1], data: Float32Array.of(5) },
    ],
  }),
);

describe('load() rejects samples', () => {
  test.each<[string, Uint8Array, unknown[], string, string]>([
    ['without an input', addTwo(), [{ a: f32([1, 2]) }], 'INVALID_ARGUMENT', '[0]'],
    ['without an input in the second', addTwo(), [both, { b: f32([1]) }], 'INVALID_ARGUMENT', '[1]'],
    ['with an unknown input', addTwo(), [{ ...both, c: f32([1, 2]) }], 'INVALID_ARGUMENT', '[0]'],
    ['of another type', codes(), [{ code: f32([1, 2]) }], 'INVALID_ARGUMENT', '[0].code'],
    ['of another rank', identity(), [{ x: f32([1, 2]) }], 'SHAPE_MISMATCH', '[0].x'],
    ['of other dimensions', identity(), [{ x: f32([1, 2, 3, 4, 5, 6], [2, 3]) }], 'SHAPE_MISMATCH', '[0].x'],
    ['that are no objects', addTwo(), [null], 'INVALID_ARGUMENT', '[0]'],
    ['with an input that is no tensor', addTwo(), [{ ...both, b: 5 }], 'INVALID_ARGUMENT', '[0].b'],
    ['with too little data', addTwo(), [{ ...both, b: f32([1, 2], [3]) }], 'SHAPE_MISMATCH', '[0].b.data'],
    [
      'in the wrong kind of array',
      codes(),
      [{ code: { ...code(1)['code'], data: [1] } }],
      'INVALID_ARGUMENT',
      '[0].code.data',
    ],
    ['of no type', addTwo(), [{ ...both, b: { ...both.b, type: 'float' } }], 'INVALID_ARGUMENT', '[0].b.type'],
    ['that the model fails on', codes(), [code(100, 5)], 'INVALID_ARGUMENT', ''],
    ['that there are none of', codes(), [], 'INVALID_ARGUMENT', ''],
  ])('%s, naming the option', async (_, model, verify, errorCode, where) => {
    await expect(load(model, { batching: { verify: verify as never } })).rejects.toEqual(
      failure(errorCode, { option: option + where }),
    );
  });

  test('with what their iterator throws', async () => {
    const reason = new Error('no samples today');
    const verify = (function* (): Generator<TensorMap> {
      yield both;
      throw reason;
    })();
    await expect(load(addTwo(), { batching: { verify } })).rejects.toBe(reason);
  });
});

describe('load() with samples that prove nothing does not batch', () => {
  const few = 'the samples of batching.verify have fewer than two rows of one shape';
  test.each<[string, Uint8Array, TensorMap[], string | RegExp]>([
    ['one row', codes(), [code(100)], few],
    ['no row', codes(), [code()], few],
    [
      'rows of different shapes',
      identity('float32', ['N', 'M']),
      [{ x: f32([1, 2], [1, 2]) }, { x: f32([1], [1, 1]) }],
      few,
    ],
    ['inputs with different numbers of rows', addTwo(), [{ a: f32([1, 2]), b: f32([1]) }], few],
    ['equal rows', codes(), [code(101, 101, 101)], /^all rows gave the same results/],
  ])('%s', async (_, model, verify, reason) => {
    const { batching } = (await load(model, { batching: { verify } })).placement;
    expect(batching.enabled).toBe(false);
    expect(batching.reason).toMatch(reason);
  });
});

describe('load() with samples', () => {
  test('looks at no more than it needs of those that never end', async () => {
    let given = 0;
    const verify = (function* (): Generator<TensorMap> {
      for (;;) yield code(100 + (given++ % 4));
    })();
    const engine = await load(codes(), { batching: { verify } });
    expect(engine.placement.batching).toEqual({ enabled: true, reason: 'proved with samples' });
    expect(given).toBeLessThanOrEqual(16);
  });

  test('takes strings, and tensors over 1 MiB', async () => {
    const strings = (...data: string[]) => ({ type: 'string' as const, data, dims: [data.length] });
    const texts = { batching: { verify: [{ a: strings('a', 'b'), b: strings('c', 'd') }] } };
    expect((await load(stringConcat(), texts)).placement.batching.reason).toBe('proved with samples');
    const x = f32(Float32Array.from({ length: 600_000 }, (_, i) => i), [2, 300_000]); // biome-ignore format: short
    const large = await load(identity('float32', ['N', 300_000]), { batching: { verify: [{ x }] } });
    expect(large.placement.batching).toEqual({ enabled: true, reason: 'proved with samples' });
  });
});

test.each([0, 1])('load() succeeds without batching when the model runs on some made-up rows only (%d)', async (i) => {
  const { batching } = (await load(pickyModels[i] as Uint8Array)).placement;
  expect(batching.enabled).toBe(false);
  expect(batching.reason).toMatch(/^the model does not run on generated inputs/);
});
