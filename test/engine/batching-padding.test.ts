// Requests of different lengths in one batch: what each gets back.

import { readFile } from 'node:fs/promises';
import type { Engine, PadOptions, TensorLike, TensorMap, TensorType } from 'node-tensorrt';
import { describe, expect, test } from 'vitest';
import { packagedModels } from '../../examples/ocr/models.mjs';
import {
  attention,
  convolution,
  lengthIdentity,
  pooling,
  products,
  reduced,
  tokens,
  trimmed,
} from '../fixtures/length-models.js';
import { identity } from '../fixtures/models.js';
import { loadFilling, sizes } from '../support/batches.js';
import { f32, load, numbers } from '../support/engines.js';

const proved = { enabled: true, reason: 'proved with generated rows' };

function upTo(count: number, first = 1): number[] {
  return Array.from({ length: count }, (_, i) => first + i);
}

/** A row of token numbers. */
function ids(values: number[]): { ids: TensorLike<'int64'> } {
  return { ids: { type: 'int64', data: BigInt64Array.from(values, BigInt), dims: [1, values.length] } };
}

/** One row of two channels. */
function wave(length: number, first = 1): { x: TensorLike<'float32'> } {
  return { x: f32(upTo(2 * length, first).map(Math.sin), [1, 2, length]) };
}

/** What each request gives without padding and batches. */
async function alone(model: Uint8Array, requests: TensorMap[]): Promise<TensorMap[]> {
  const engine = await load(model, { threads: 1, batching: false });
  return Promise.all(requests.map((inputs) => engine.run(inputs)));
}

/** An engine whose requests all meet in one batch, and what they gave; compared with how they are alone. */
async function together(model: Uint8Array, pad: Record<string, PadOptions>, requests: TensorMap[]): Promise<Engine> {
  const engine = await loadFilling(model, requests.length, { batching: { pad } });
  expect(engine.placement.batching.padding).toEqual(proved);
  const results = await Promise.all(requests.map((inputs) => engine.run(inputs)));
  expectClose(results, await alone(model, requests));
  expect(sizes(engine)).toEqual({ [requests.length]: 1 });
  return engine;
}

function expectClose(results: TensorMap[], expected: TensorMap[]): void {
  for (const [i, own] of expected.entries()) {
    for (const [name, { type, dims }] of Object.entries(own)) {
      expect(results[i]?.[name]).toMatchObject({ type, dims });
      const values = numbers(results[i] ?? {}, name);
      for (const [at, value] of numbers(own, name).entries()) expect(values[at]).toBeCloseTo(value, 4);
    }
  }
}

describe('run() with batching.pad lets requests of different lengths meet', () => {
  test('in a model of tokens', async () => {
    const requests = [[3], [1, 2, 3], [4, 5, 6, 7, 8, 9, 10], [11, 12, 13, 14, 15, 1, 2, 3]].map(ids);
    const engine = await together(tokens(), { ids: { axis: 1, buckets: [8, 16] } }, requests);
    expect(engine.stats()).toMatchObject({ batches: { gatheredItems: 0 }, items: 4 });
  });

  test('in self-attention with a mask', async () => {
    const requests = [1, 3, 4, 7, 8].map((length) => {
      const mask = { type: 'int64' as const, data: new BigInt64Array(length).fill(1n), dims: [1, length] };
      return { ...ids(upTo(length, 2)), mask };
    });
    const pad = { ids: { axis: 1, buckets: [8, 32] }, mask: { axis: 1, buckets: [8, 32], value: 0n } };
    await together(attention(), pad, requests);
  });

  test.each([
    ['a convolution', convolution(), [1, 2, 5, 8]],
    ['one without a border', convolution({ kernel: 5, border: 0 }), [5, 6, 7, 8]],
    ['one that halves the length, rounded up', convolution({ stride: 2 }), [1, 2, 5, 6, 7, 8]],
    ['one that divides the length, rounded down', convolution({ stride: 3, kernel: 3, border: 0 }), [3, 4, 5, 6, 7, 8]],
  ])('in %s', async (_, model, lengths) => {
    const requests = lengths.map((length) => wave(length, length));
    await together(model, { x: { axis: 2, buckets: [8, 64] } }, requests);
  });

  test('in a pooling whose last window may be short, with a value that is never the largest', async () => {
    const requests = [1, 2, 3, 6, 7].map((length) => wave(length, length));
    await together(pooling(), { x: { axis: 2, buckets: [8, 64], value: Number.NEGATIVE_INFINITY } }, requests);
  });

  test('with several rows each', async () => {
    const engine = await loadFilling(tokens(), 6, { batching: { pad: { ids: { axis: 1, buckets: [4, 8] } } } });
    const rows = (count: number, length: number, first: number) => ({
      ids: {
        type: 'int64' as const,
        data: BigInt64Array.from(upTo(count * length, first), BigInt),
        dims: [count, length],
      },
    });
    const requests = [rows(2, 3, 1), rows(1, 4, 2), rows(3, 1, 5)];
    const results = await Promise.all(requests.map((inputs) => engine.run(inputs)));
    expectClose(results, await alone(tokens(), requests));
    expect(sizes(engine)).toEqual({ 6: 1 });
  });

  test('with requests that are split', async () => {
    const engine = await loadFilling(tokens(), 4, { batching: { pad: { ids: { axis: 1, buckets: [4, 8] } } } });
    const data = BigInt64Array.from({ length: 18 }, (_, i) => BigInt(i % 16));
    const large = { ids: { type: 'int64' as const, data, dims: [6, 3] } };
    const requests = [large, ids([1]), ids([1, 2, 3, 4])];
    const results = await Promise.all(requests.map((inputs) => engine.run(inputs)));
    expectClose(results, await alone(tokens(), requests));
    expect(sizes(engine)).toEqual({ 4: 2 });
  });

  test('into tensors of the callers', async () => {
    const engine = await loadFilling(tokens(), 2, { batching: { pad: { ids: { axis: 1, buckets: [4, 8] } } } });
    const y = f32(new Float32Array(8), [1, 2, 4]);
    const [result, other] = await Promise.all([engine.run(ids([5, 6]), { into: { y } }), engine.run(ids([7, 8, 9]))]);
    expect(result?.['y']).toBe(y);
    expectClose([{ y }, other as TensorMap], await alone(tokens(), [ids([5, 6]), ids([7, 8, 9])]));
    expect(sizes(engine)).toEqual({ 2: 1 });
  });

  test('with inputs over 1 MiB', async () => {
    const engine = await loadFilling(identity('float32', ['N', 'L']), 3, {
      batching: { pad: { x: { axis: 1, buckets: [300_000, 500_000] } } },
    });
    const large = (length: number) => ({ x: f32(new Float32Array(length).fill(length), [1, length]) });
    const results = await Promise.all([499_999, 300_001, 400_000].map((length) => engine.run(large(length))));
    for (const [i, length] of [499_999, 300_001, 400_000].entries()) {
      const data = results[i]?.['y']?.data as Float32Array;
      expect(data.length).toBe(length);
      expect(data.every((value) => value === length)).toBe(true);
    }
    expect(sizes(engine)).toEqual({ 3: 1 });
  });
});

describe('run() with batching.pad', () => {
  test('pads to the next bucket: one of its length, and none longer than the last', async () => {
    const pad = { ids: { axis: 1, buckets: [4, 8] } };
    const engine = await loadFilling(tokens(), 2, { batching: { pad } });
    const lengths = [4, 5, 9, 1, 8, 9];
    const requests = lengths.map((length) => ids(upTo(length, 2)));
    const results = await Promise.all(requests.map((inputs) => engine.run(inputs)));
    expectClose(results, await alone(tokens(), requests));
    expect(sizes(engine)).toEqual({ 2: 3 });
  });

  test('leaves requests alone whose padded inputs have different lengths', async () => {
    const pad = { ids: { axis: 1, buckets: [4, 8] }, mask: { axis: 1, buckets: [4, 8] } };
    const engine = await loadFilling(attention(), 1, { batching: { pad } });
    const mask = { type: 'int64' as const, data: BigInt64Array.of(1n), dims: [1, 1] };
    const inputs = { ...ids([1, 2, 3]), mask }; // spread over all, as the model has it
    expectClose([await engine.run(inputs)], await alone(attention(), [inputs]));
  });

  test('rejects a length that the model refuses, and nobody else', async () => {
    const model = convolution({ kernel: 5, border: 0 });
    const engine = await loadFilling(model, 2, { batching: { pad: { x: { axis: 2, buckets: [8, 64] } } } });
    const results = await Promise.allSettled([2, 5, 2, 6].map((length) => engine.run(wave(length))));
    const refused = { status: 'rejected', reason: { code: 'BACKEND_ERROR' } };
    const right = { status: 'fulfilled' };
    expect(results).toMatchObject([refused, right, refused, right]);
  });

  test('pads a request without company, but not one of runSync()', async () => {
    const pad = { x: { axis: 1, buckets: [8], value: 5 } };
    const engine = await load(lengthIdentity('float32'), { inlineBelowUs: 0, batching: { pad } });
    const inputs = { x: f32([1, 2, 3], [1, 3]) };
    for (const result of [await engine.run(inputs), engine.runSync(inputs)]) {
      expect(result['y']).toMatchObject({ dims: [1, 3] });
      expect(numbers(result, 'y')).toEqual([1, 2, 3]);
    }
  });

  test('is right where runs are in place, too', async () => {
    const pad = { ids: { axis: 1, buckets: [4, 8] } };
    const engine = await load(tokens(), { inlineBelowUs: 1_000_000, batching: { pad } });
    const [expected] = await alone(tokens(), [ids([1, 2, 3])]);
    for (let i = 0; i < 20; i++) expectClose([await engine.run(ids([1, 2, 3]))], [expected as TensorMap]);
  });

  const typed: [TensorType, ArrayBufferView, number | bigint][] = [
    ['float64', Float64Array.of(1, 2, 3), -1],
    ['float16', Uint16Array.of(0x3c00, 0x4000, 0x4200), 0.5],
    ['bfloat16', Uint16Array.of(0x3f80, 0x4000, 0x4040), Number.NaN],
    ['int8', Int8Array.of(-128, 127, 3), -128],
    ['uint8', Uint8Array.of(1, 255, 3), 255n],
    ['int16', Int16Array.of(1, -2, 3), 7],
    ['uint16', Uint16Array.of(1, 2, 3), 65535],
    ['int32', Int32Array.of(1, -2, 3), -1],
    ['uint32', Uint32Array.of(1, 2, 3), 2 ** 32 - 1],
    ['int64', BigInt64Array.of(1n, -2n, 3n), -(2n ** 63n)],
    ['uint64', BigUint64Array.of(1n, 2n, 2n ** 64n - 1n), 2n ** 63n - 1n],
    ['bool', Uint8Array.of(1, 0, 1), 1],
  ];
  test.each(typed)('returns exactly the bits of %s', async (type, data, value) => {
    const engine = await loadFilling(lengthIdentity(type), 2, {
      batching: { pad: { x: { axis: 1, buckets: [4, 8], value } } },
    });
    expect(engine.placement.batching.padding).toEqual(proved);
    const all = data as Uint8Array;
    const x = { type, data: all, dims: [1, 3] } as TensorLike;
    const shorter = { type, data: all.subarray(0, 1), dims: [1, 1] } as TensorLike;
    const results = await Promise.all([engine.run({ x }), engine.run({ x: shorter })]);
    expect(results.map(({ y }) => [y?.dims, y?.data])).toEqual([[[1, 3], data], [[1, 1], shorter.data]]); // biome-ignore format: short
    expect(sizes(engine)).toEqual({ 2: 1 });
  });

  test('makes the model see its value', async () => {
    // The largest of all of L is that of the padding, which verify: false lets pass.
    const pad = { x: { axis: 1, buckets: [4], value: 7.5 } };
    const engine = await loadFilling(reduced('ReduceMax'), 1, { batching: { pad, verify: false } });
    expect(engine.placement.batching.padding).toEqual({
      enabled: true,
      reason: 'taken as sound (batching.verify: false)',
    });
    expect(numbers(await engine.run({ x: f32([1, 2, 3], [1, 3]) }), 'y')).toEqual([7.5]);
    expect(numbers(await engine.run({ x: f32([1, 2, 3, 4], [1, 4]) }), 'y')).toEqual([4]);
  });

  test('gives batching up, and right results, when padded results have another length than they should', async () => {
    // Values of 2 and more fall out: none of those that are made up.
    const engine = await loadFilling(trimmed(), 2, { batching: { pad: { x: { axis: 1, buckets: [4, 8] } } } });
    expect(engine.placement.batching.padding).toEqual(proved);
    const results = await Promise.all([
      engine.run({ x: f32([1, 5, 1], [1, 3]) }),
      engine.run({ x: f32([1, 1], [1, 2]) }),
    ]);
    expect(results.map((result) => numbers(result, 'y'))).toEqual([
      [1, 1],
      [1, 1],
    ]);
    const reason = 'a batch gave results of another shape than its inputs call for; since then requests run one by one';
    expect(engine.placement.batching).toEqual({ enabled: false, reason, padding: { enabled: false, reason } });
    expect(Object.isFrozen(engine.placement.batching.padding)).toBe(true);
  });
});

describe('placement.batching.padding is not enabled, and results are right,', () => {
  test.each<[string, Uint8Array, number, RegExp]>([
    [
      'for the mean over the length',
      reduced('ReduceMean'),
      1,
      /^output 'y' of a row of length \d+ differs when it is padded to 16$/,
    ],
    ['for the largest', reduced('ReduceMax'), 1, /^output 'y' of a row of length \d+ differs/],
    ['for the smallest', reduced('ReduceMin'), 1, /^output 'y' of a row of length \d+ differs/],
    ['for products of all with all', products(), 1, /^more than one dimension of output 'z' changes with the length$/],
  ])('%s', async (_, model, axis, reason) => {
    const engine = await loadFilling(model, 1, { batching: { pad: { x: { axis, buckets: [8, 16] } } } });
    expect(engine.placement.batching).toMatchObject({ enabled: true, padding: { enabled: false } });
    expect(engine.placement.batching.padding?.reason).toMatch(reason);
    const dims = engine.inputs[0]?.dims.length === 3 ? [1, 3, 1] : [1, 3];
    const inputs = { x: f32([-1, -2, -3], dims) };
    expectClose([await engine.run(inputs)], await alone(model, [inputs]));
  });

  test('where a mask is forgotten', async () => {
    const engine = await load(attention(), { batching: { pad: { ids: { axis: 1, buckets: [8, 16] } } } });
    const { padding } = engine.placement.batching;
    expect(padding?.enabled).toBe(false);
    expect(padding?.reason).toMatch(/^the model (does not run|runs on too few)/);
  });

  test('where requests do not meet at all', async () => {
    const engine = await load(lengthIdentity('float32', [1, 'L']), {
      batching: { pad: { x: { axis: 1, buckets: [8] } } },
    });
    expect(engine.placement.batching.padding).toEqual({ enabled: false, reason: 'requests do not meet' });
  });

  test('and is absent where nobody asked', async () => {
    expect((await load(tokens())).placement.batching).not.toHaveProperty('padding');
    expect((await load(tokens(), { batching: { pad: {} } })).placement.batching).not.toHaveProperty('padding');
  });

  test('for the recogniser of PP-OCRv4, which reads a whole line at once', async () => {
    const model = await readFile(packagedModels().recognition);
    const pad = { x: { axis: 3, buckets: [160, 320] } };
    const engine = await load(model, { batching: { pad, verify: true } });
    expect(engine.placement.batching.enabled).toBe(true);
    expect(engine.placement.batching.padding).toMatchObject({ enabled: false });
    expect(engine.placement.batching.padding?.reason).toMatch(/^output .* differs when it is padded to \d+$/);
  }, 60_000);

  test('with samples that show it', async () => {
    const rows = (...values: number[]) => ({ x: f32(values, [1, values.length]) });
    const pad = { x: { axis: 1, buckets: [4, 8] } };
    const verify = [rows(1, 2, 3), rows(4, 5, 6), rows(-1, -2)];
    const sound = await load(lengthIdentity('float32'), { batching: { pad, verify } });
    expect(sound.placement.batching.padding).toEqual({ enabled: true, reason: 'proved with samples' });
    const engine = await load(reduced('ReduceMax'), { batching: { pad, verify } });
    expect(engine.placement.batching.padding).toEqual({
      enabled: false,
      reason: "output 'y' of a row of length 2 differs when it is padded to 4",
    });
  });
});
