// How large batches get: maxSize, preferredSizes, requests of many rows.

import { describe, expect, test } from 'vitest';
import { addTwo, identity, stringConcat } from '../fixtures/models.js';
import { loadBusy, loadFilling, rows, sizes } from '../support/batches.js';
import { f32, load, numbers, until } from '../support/engines.js';

const upTo = (count: number, from = 0) => Array.from({ length: count }, (_, i) => from + i);

describe('run() with batching.maxSize', () => {
  test('makes no batch of more rows', async () => {
    const { engine, blocker } = await loadBusy({ maxSize: 8 });
    const runs = upTo(20).map((value) => engine.run(rows([value], 1)));
    expect((await Promise.all(runs)).map((result) => numbers(result, 'y'))).toEqual(upTo(20).map((value) => [value]));
    await blocker; // of 64 rows, which ran before the limit was set
    const { 64: _, ...others } = sizes(engine);
    expect(Math.max(...Object.keys(others).map(Number))).toBe(8);
  });

  test('splits a request of more rows, and returns one result', async () => {
    const engine = await loadFilling(identity(), 4);
    const result = await engine.run(rows(upTo(12)));
    expect(result['y']?.dims).toEqual([12, 4]);
    expect(numbers(result, 'y')).toEqual(upTo(12).flatMap((value) => [value, value, value, value]));
    expect(engine.stats()).toMatchObject({
      batches: { count: 3, sizes: { 4: 3 } },
      items: 12,
      requests: { accepted: 1, completed: 1 },
    });
  });

  test('lets the last rows of a request that is split meet others', async () => {
    const engine = await loadFilling(identity(), 4);
    const results = await Promise.all([engine.run(rows(upTo(6))), engine.run(rows([10, 11]))]);
    expect(results.map(({ y }) => y?.dims)).toEqual([
      [6, 4],
      [2, 4],
    ]);
    expect(numbers(results[0], 'y').filter((_, i) => i % 4 === 0)).toEqual(upTo(6));
    expect(numbers(results[1], 'y').filter((_, i) => i % 4 === 0)).toEqual([10, 11]);
    expect(sizes(engine)).toEqual({ 4: 2 });
  });

  test('splits over several instances, with several inputs and outputs', async () => {
    const engine = await loadFilling(addTwo(), 100, { instances: 3 });
    const [a, b] = [upTo(2000), upTo(2000, 7)];
    const results = await Promise.all(
      [1, 2].map((by) => engine.run({ a: f32(a), b: f32(b.map((value) => value * by)) })),
    );
    for (const [i, result] of results.entries()) {
      expect(numbers(result, 'sum')).toEqual(a.map((value, at) => value + (b[at] as number) * (i + 1)));
      expect(numbers(result, 'difference')).toEqual(a.map((value, at) => value - (b[at] as number) * (i + 1)));
    }
    expect(sizes(engine)).toEqual({ 100: 40 });
  });

  test('splits strings, and writes a split result into the tensor of the caller', async () => {
    const texts = await loadFilling(stringConcat(), 2);
    const strings = (data: string[]) => ({ type: 'string' as const, data, dims: [data.length] });
    const { y } = await texts.run({ a: strings(['a', 'b', 'c', 'd']), b: strings(['1', '2', '3', '4']) });
    expect(y?.data).toEqual(['a1', 'b2', 'c3', 'd4']);
    const engine = await loadFilling(identity(), 3);
    const out = f32(new Float32Array(24), [6, 4]);
    await engine.run(rows(upTo(6)), { into: { y: out } });
    expect(Array.from(out.data)).toEqual(upTo(6).flatMap((value) => [value, value, value, value]));
  });

  test('runs a request of more rows as it is when no maxSize was given', async () => {
    const engine = await load(identity(), { inlineBelowUs: 0 });
    const result = await engine.run(rows(upTo(100)));
    expect(numbers(result, 'y').filter((_, i) => i % 4 === 0)).toEqual(upTo(100));
    expect(engine.stats()).toMatchObject({ batches: { count: 1 }, requests: { completed: 1 } });
  });

  test('never splits a request that fits', async () => {
    const engine = await loadFilling(identity(), 4);
    const runs = [3, 3, 1, 3, 1].map((count, i) => engine.run(rows(new Array(count).fill(i))));
    for (const [i, { y }] of (await Promise.all(runs)).entries()) expect(y?.data[0]).toBe(i);
    expect(sizes(engine)).toEqual({ 3: 1, 4: 2 });
  });
});

describe('run() with batching.preferredSizes', () => {
  test('starts a batch of a preferred size without waiting', async () => {
    const engine = await loadFilling(identity(), 8, { batching: { preferredSizes: [4] } });
    const results = await Promise.all([1, 2, 3, 4].map((value) => engine.run(rows([value]))));
    expect(results.map(({ y }) => y?.data[0])).toEqual([1, 2, 3, 4]);
    expect(sizes(engine)).toEqual({ 4: 1 });
  });

  test('makes batches of preferred sizes only, as long as there may be more', async () => {
    const engine = await loadFilling(identity(), 8, { batching: { preferredSizes: [4, 2] } });
    const runs = [1, 2, 3, 4, 5, 6, 7].map((value) => engine.run(rows([value])));
    await Promise.all(runs.slice(0, 6));
    await until(() => engine.stats().queue.depth === 1);
    runs.push(engine.run(rows([8])));
    expect((await Promise.all(runs)).map(({ y }) => y?.data[0])).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    for (const size of Object.keys(sizes(engine))) expect(['2', '4']).toContain(size);
  });
});
