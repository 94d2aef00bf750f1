// Whether requests may meet: what is tried at load, and what placement.batching says of it.

import { memory, type TensorMap } from 'node-tensorrt';
import { describe, expect, test } from 'vitest';
import {
  addTwo, bigWeights, centre, codes, identity, matmul16, mlp, scalar, slowRows, stringConcat,
} from '../fixtures/models.js'; // biome-ignore format: a list
import { onnxModel } from '../fixtures/onnx-writer.js';
import { loadFilling, rows, sizes } from '../support/batches.js';
import { f32, load, numbers, until } from '../support/engines.js';
import { rejection } from '../support/failure.js';

/** y = the constant [1, 2] whatever x is, float32 ['N'] to [1, 2]. */
const constant = onnxModel({
  inputs: [{ name: 'x', type: 'float32', dims: ['N'] }],
  outputs: [{ name: 'y', type: 'float32', dims: [1, 2] }],
  nodes: [{ op: 'Identity', inputs: ['c'], outputs: ['y'] }],
  initializers: [{ name: 'c', type: 'float32', dims: [1, 2], data: Float32Array.of(1, 2) }],
});

/** max = the largest of x, float32 ['N'] to [1], and y = x. */
const largest = onnxModel({
  inputs: [{ name: 'x', type: 'float32', dims: ['N'] }],
  outputs: [
    { name: 'y', type: 'float32', dims: ['N'] },
    { name: 'max', type: 'float32', dims: [1] },
  ],
  nodes: [
    { op: 'Identity', inputs: ['x'], outputs: ['y'] },
    { op: 'ReduceMax', inputs: ['x'], outputs: ['max'], attributes: { keepdims: { int: 1 } } },
  ],
});

/** y = x, of any number of dimensions. */
const anyRank = onnxModel({
  inputs: [{ name: 'x', type: 'float32' }],
  outputs: [{ name: 'y', type: 'float32' }],
  nodes: [{ op: 'Identity', inputs: ['x'], outputs: ['y'] }],
});

/** y = x plus a hundredth of the mean of all rows, float32 ['N', 4]. */
const blend = onnxModel({
  inputs: [{ name: 'x', type: 'float32', dims: ['N', 4] }],
  outputs: [{ name: 'y', type: 'float32', dims: ['N', 4] }],
  nodes: [
    { op: 'ReduceMean', inputs: ['x'], outputs: ['mean'], attributes: { axes: { ints: [0] } } },
    { op: 'Mul', inputs: ['mean', 'little'], outputs: ['shift'] },
    { op: 'Add', inputs: ['x', 'shift'], outputs: ['y'] },
  ],
  initializers: [{ name: 'little', type: 'float32', dims: [], data: Float32Array.of(0.01) }],
});

/** y = x with rows and columns swapped, float32 ['N', 1] to [1, 'N']. */
const swapped = onnxModel({
  inputs: [{ name: 'x', type: 'float32', dims: ['N', 1] }],
  outputs: [{ name: 'y', type: 'float32', dims: [1, 'N'] }],
  nodes: [{ op: 'Transpose', inputs: ['x'], outputs: ['y'] }],
});

/** y = the sum of all of x, float32 ['N'] to []. */
const sum = onnxModel({
  inputs: [{ name: 'x', type: 'float32', dims: ['N'] }],
  outputs: [{ name: 'y', type: 'float32', dims: [] }],
  nodes: [{ op: 'ReduceSum', inputs: ['x'], outputs: ['y'], attributes: { keepdims: { int: 0 } } }],
});

const proved = { enabled: true, reason: 'proved with generated rows' };

/** int64 input of `codes`. */
function code(...values: number[]): TensorMap {
  return { code: { type: 'int64', data: BigInt64Array.from(values, BigInt), dims: [values.length] } };
}

describe('placement.batching is enabled', () => {
  test.each([
    ['identity', identity()],
    ['a perceptron', mlp({ layers: 2, width: 16 })],
    ['two inputs and two outputs', addTwo()],
    ['strings', stringConcat()],
    ['indices into a table', bigWeights(1)],
    ['rows of any length', identity('float32', ['N', 'A', 'B'])],
    ['images', identity('float32', ['N', 3, 'H', 'W'])],
    ['a first dimension without a name', identity('float32', [null, 4])],
    ['a loop', slowRows({ size: 16, iterations: 3 })],
  ])('for a model whose rows do not influence each other: %s', async (_, model) => {
    expect((await load(model)).placement.batching).toEqual(proved);
  });

  test('with samples where rows cannot be made up', async () => {
    const without = await load(codes());
    expect(without.placement.batching.enabled).toBe(false);
    expect(without.placement.batching.reason).toMatch(/does not run on generated inputs .*batching\.verify/s);
    for (const verify of [[code(100, 101, 103)], [code(100), code(102)], new Set([code(101, 103)])]) {
      const engine = await loadFilling(codes(), 2, { batching: { verify } });
      expect(engine.placement.batching).toEqual({ enabled: true, reason: 'proved with samples' });
      const results = await Promise.all([engine.run(code(100)), engine.run(code(103))]);
      expect(results.map((result) => numbers(result, 'y'))).toEqual([[10], [40]]);
      expect(sizes(engine)).toEqual({ 2: 1 });
    }
  });

  test('without a proof for verify: false', async () => {
    const engine = await loadFilling(codes(), 2, { batching: { verify: false } });
    expect(engine.placement.batching).toEqual({ enabled: true, reason: 'taken as sound (batching.verify: false)' });
    const results = await Promise.all([engine.run(code(101)), engine.run(code(102))]);
    expect(results.map((result) => numbers(result, 'y'))).toEqual([[20], [30]]);
  });

  test('for differences within the tolerance, and not for larger ones', async () => {
    expect((await load(blend)).placement.batching.enabled).toBe(false);
    const tolerance = { atol: 0.1 };
    expect((await load(blend, { batching: { tolerance } })).placement.batching).toEqual(proved);
  });

  test('and is frozen, and leaves no run in the statistics', async () => {
    const engine = await load(identity());
    expect(Object.isFrozen(engine.placement)).toBe(true);
    expect(Object.isFrozen(engine.placement.batching)).toBe(true);
    expect(engine.stats()).toMatchObject({ requests: { accepted: 0 }, batches: { count: 0 } });
  });
});

describe('placement.batching is not enabled', () => {
  test.each<[string, Uint8Array, RegExp]>([
    ['rows that influence each other', blend, /^output 'y' of a row differs when it runs together with others$/],
    ['rows that are nothing by themselves', centre(), /^all rows gave the same results, which proves nothing/],
    ['a fixed first dimension', matmul16(), /^the first dimension of input 'a' is fixed to 16$/],
    ['a scalar', scalar(), /^input 'a' is a scalar$/],
    ['an unknown number of dimensions', anyRank, /^the model does not say how many dimensions input 'x' has$/],
    ['a constant result', constant, /^all rows gave the same results, which proves nothing/],
    ['one result for all rows', largest, /^output 'max' of 2 rows has the shape \[1\], not \[2\]$/],
    [
      'results whose rows lie along another axis',
      swapped,
      /^output 'y' of 2 rows has the shape \[1, 2\], not \[2, 1\]$/,
    ],
    ['results without a row', sum, /^output 'y' has the shape \[\] for one row$/],
  ])('for %s', async (_, model, reason) => {
    const { batching } = (await load(model)).placement;
    expect(batching.enabled).toBe(false);
    expect(batching.reason).toMatch(reason);
  });

  test('for a model that mixes rows: each request is run by itself, and right', async () => {
    const engine = await load(centre(), { inlineBelowUs: 0, batching: { maxSize: 4, maxDelayMs: 60_000 } });
    const results = await Promise.all([[1, 3], [5, 5], [2, 8]].map((values) => engine.run(rows(values)))); // biome-ignore format: short
    expect(results.map((result) => [numbers(result, 'y')[0], numbers(result, 'y')[7]])).toEqual([
      [-1, 1],
      [0, 0],
      [-3, 3],
    ]);
    expect(sizes(engine)).toEqual({ 1: 3 });
  });

  test('for batching: false', async () => {
    expect((await load(identity(), { batching: false })).placement.batching).toEqual({
      enabled: false,
      reason: 'switched off (batching: false)',
    });
  });

  test('for verify: false where rows cannot even be told apart', async () => {
    const { batching } = (await load(matmul16(), { batching: { verify: false } })).placement;
    expect(batching).toEqual({ enabled: false, reason: "the first dimension of input 'a' is fixed to 16" });
  });

  test('for a model that does not end: it is given up after 5 s', async () => {
    const { batching } = (await load(slowRows({ size: 4, iterations: 2 ** 40 }), { threads: 1 })).placement;
    expect(batching.enabled).toBe(false);
    expect(batching.reason).toMatch(/^the proof took longer than 5 s; batching\.verify: true/);
  });

  test('while a load is aborted during the proof, which ends at once', async () => {
    const endless = slowRows({ size: 4, iterations: 2 ** 40 });
    await (await load(identity())).close();
    const before = memory.stats();
    const controller = new AbortController();
    const loading = load(endless, { signal: controller.signal, batching: { verify: true } });
    await until(() => memory.stats().activeBytes.allocated > before.activeBytes.allocated + 2 ** 20); // it loops
    const reason = new Error('changed my mind');
    controller.abort(reason);
    expect(await rejection(loading)).toBe(reason);
    await until(() => memory.stats().allocatedBytes.current <= before.allocatedBytes.current);
    expect(numbers(await (await load(identity())).run({ x: f32([1, 2, 3, 4], [1, 4]) }), 'y')).toEqual([1, 2, 3, 4]);
  });
});
