// What each request of a batch gets back.

import { Tensor, type TensorLike, type TensorMap, type TensorType } from 'node-tensorrt';
import { describe, expect, test } from 'vitest';
import { addTwo, identity, stringConcat } from '../fixtures/models.js';
import { loadFilling, rows, sizes } from '../support/batches.js';
import { f32, numbers, turn } from '../support/engines.js';

/** Two rows of two for each of four requests. */
const samples: Partial<Record<TensorType, ArrayBufferView & ArrayLike<unknown>>> = {
  float64: Float64Array.from({ length: 16 }, (_, i) => i / 3),
  float16: Uint16Array.from({ length: 16 }, (_, i) => 0x3c00 + i),
  bfloat16: Uint16Array.from({ length: 16 }, (_, i) => 0x3f80 + i),
  int8: Int8Array.from({ length: 16 }, (_, i) => i - 8),
  uint8: Uint8Array.from({ length: 16 }, (_, i) => 255 - i),
  int16: Int16Array.from({ length: 16 }, (_, i) => i * 1000 - 8000),
  int32: Int32Array.from({ length: 16 }, (_, i) => i * 2 ** 27 - 2 ** 30),
  int64: BigInt64Array.from({ length: 16 }, (_, i) => BigInt(i) * 2n ** 59n - 2n ** 62n),
  uint64: BigUint64Array.from({ length: 16 }, (_, i) => BigInt(i) * 2n ** 60n + 1n),
  bool: Uint8Array.of(0, 1, 1, 0, 1, 1, 0, 0, 1, 0, 0, 1, 0, 0, 1, 1),
};
const types = Object.keys(samples) as TensorType[];

function strings(data: string[]): TensorLike<'string'> {
  return { type: 'string', data, dims: [data.length] };
}

describe('run() in a batch', () => {
  test('gives each request its own row', async () => {
    const engine = await loadFilling(identity(), 8);
    const results = await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map((value) => engine.run(rows([value]))));
    for (const [i, { y }] of results.entries()) {
      expect(y).toBeInstanceOf(Tensor);
      expect(y).toMatchObject({ type: 'float32', dims: [1, 4] });
      expect(Array.from(y?.data as Float32Array)).toEqual([i + 1, i + 1, i + 1, i + 1]);
    }
    expect(engine.stats()).toMatchObject({
      batches: { count: 1, sizes: { 8: 1 }, gatheredItems: 0 },
      items: 8,
      requests: { accepted: 8, completed: 8 },
    });
  });

  test('gives each request all of its rows, in their order', async () => {
    const engine = await loadFilling(identity(), 8);
    const requests = [[1, 2, 3], [4], [5, 6], [7, 8]];
    const results = await Promise.all(requests.map((values) => engine.run(rows(values))));
    for (const [i, values] of requests.entries()) {
      expect(results[i]?.['y']?.dims).toEqual([values.length, 4]);
      expect(numbers(results[i] ?? {}, 'y')).toEqual(values.flatMap((value) => [value, value, value, value]));
    }
    expect(sizes(engine)).toEqual({ 8: 1 });
    expect(engine.stats().items).toBe(8);
  });

  test('keeps several inputs and several outputs apart', async () => {
    const engine = await loadFilling(addTwo(), 6);
    const requests = [1, 2, 3].map((i) => ({ a: f32([10 * i, 20 * i]), b: f32([i, -i]) }));
    const results = await Promise.all(requests.map((inputs) => engine.run(inputs)));
    expect(results.map((result) => [numbers(result, 'sum'), numbers(result, 'difference')])).toEqual([
      [[11, 19], [9, 21]],
      [[22, 38], [18, 42]],
      [[33, 57], [27, 63]],
    ]); // biome-ignore format: a row for each request
    expect(sizes(engine)).toEqual({ 6: 1 });
  });

  test('keeps strings apart', async () => {
    const engine = await loadFilling(stringConcat(), 5);
    const results = await Promise.all([
      engine.run({ a: strings(['Grü', '']), b: strings(['ße', 'x'.repeat(3000)]) }),
      engine.run({ a: strings(['模']), b: strings(['型']) }),
      engine.run({ a: strings(['', 'c']), b: strings(['', 'd']) }),
    ]);
    expect(results.map(({ y }) => y?.data)).toEqual([['Grüße', 'x'.repeat(3000)], ['模型'], ['', 'cd']]);
    expect(sizes(engine)).toEqual({ 5: 1 });
    expect(engine.stats().batches.gatheredItems).toBe(5);
  });

  test.each(types)('returns exactly the bits of %s', async (type) => {
    const engine = await loadFilling(identity(type, ['N', 2]), 8);
    expect(engine.placement.batching).toEqual({ enabled: true, reason: 'proved with generated rows' });
    const all = samples[type] as Uint8Array;
    const parts = [0, 4, 8, 12].map((from) => all.subarray(from, from + 4));
    const results = await Promise.all(
      parts.map((data) => engine.run({ x: { type, data, dims: [2, 2] } as TensorLike })),
    );
    for (const [i, { y }] of results.entries()) {
      expect(y).toMatchObject({ type, dims: [2, 2] });
      expect(y?.data).toEqual(parts[i]);
    }
    expect(sizes(engine)).toEqual({ 8: 1 });
  });

  test('takes the inputs as they were at the call', async () => {
    const engine = await loadFilling(identity(), 2);
    const inputs = rows([1]);
    const first = engine.run(inputs);
    (inputs.x.data as Float32Array).fill(9);
    const second = engine.run(rows([2]));
    expect([numbers(await first, 'y'), numbers(await second, 'y')]).toEqual([
      [1, 1, 1, 1],
      [2, 2, 2, 2],
    ]);
  });

  test('shares no memory between the results of its callers', async () => {
    const engine = await loadFilling(identity(), 4);
    const runs = [1, 2, 3, 4].map((value) => engine.run(rows([value])));
    const floats = (result: TensorMap | undefined) => result?.['y']?.data as Float32Array;
    floats(await runs[0]).fill(99);
    await turn();
    const results = await Promise.all(runs);
    for (const i of [1, 2, 3]) expect(numbers(results[i] ?? {}, 'y')).toEqual(new Array(4).fill(i + 1));
    const buffers = results.map((result) => floats(result).buffer);
    expect(new Set(buffers).size).toBe(4);
    expect(buffers.map(({ byteLength }) => byteLength)).toEqual([16, 16, 16, 16]);
    await Promise.all([5, 6, 7, 8].map((value) => engine.run(rows([value]))));
    expect(numbers(results[3] ?? {}, 'y')).toEqual([4, 4, 4, 4]);
  });

  test('writes into the tensors of each caller', async () => {
    const engine = await loadFilling(addTwo(), 3);
    const sums = [f32([0]), f32([0])];
    const results = await Promise.all([
      ...sums.map((sum, i) => engine.run({ a: f32([i]), b: f32([10]) }, { into: { sum } })),
      engine.run({ a: f32([2]), b: f32([10]) }),
    ]);
    expect(results[0]?.['sum']).toBe(sums[0]);
    expect(sums.map(({ data }) => data[0])).toEqual([10, 11]);
    expect(results.map((result) => numbers(result, 'difference'))).toEqual([[-10], [-9], [-8]]);
    expect(sizes(engine)).toEqual({ 3: 1 });
  });
});
