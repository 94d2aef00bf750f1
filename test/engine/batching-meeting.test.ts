// Which requests meet in a batch.

import { describe, expect, test } from 'vitest';
import { addTwo, identity } from '../fixtures/models.js';
import { loadBusy, loadFilling, rows, sizes } from '../support/batches.js';
import { f32, load, numbers, turn } from '../support/engines.js';

describe('run() meets', () => {
  test('requests of the same turn, by default', async () => {
    const engine = await load(identity(), { inlineBelowUs: 0 });
    let { batches, items } = engine.stats();
    // One batch a round, unless this thread was held up for over a millisecond between two calls, as on a busy machine.
    for (let round = 1; round <= 10 && batches.count === items; round++) {
      const results = await Promise.all(Array.from({ length: 30 }, (_, i) => engine.run(rows([i]))));
      expect(results.map(({ y }) => y?.data[0])).toEqual(Array.from({ length: 30 }, (_, i) => i));
      ({ batches, items } = engine.stats());
      expect(items).toBe(30 * round);
    }
    expect(batches.count).toBeLessThan(items);
  });

  test('requests that wait for a free instance, by default', async () => {
    const { engine, blocker } = await loadBusy();
    const waiting = [];
    for (const value of [1, 2, 3]) {
      waiting.push(engine.run(rows([value], 1)));
      await turn();
    }
    expect(engine.stats().queue.depth).toBe(3);
    expect((await Promise.all(waiting)).map((result) => numbers(result, 'y'))).toEqual([[1], [2], [3]]);
    expect(numbers(await blocker, 'y')).toEqual(new Array(64).fill(1));
    expect(sizes(engine)).toEqual({ 64: 1, 3: 1 });
  });

  test('requests of different turns while the first may wait (maxDelayMs)', async () => {
    const engine = await loadFilling(identity(), 2);
    const first = engine.run(rows([1]));
    for (let i = 0; i < 5; i++) await turn();
    expect(engine.stats()).toMatchObject({ queue: { depth: 1, windowMs: 60_000 }, batches: { count: 0 } });
    expect(engine.stats().queue.oldestMs).toBeGreaterThan(0);
    const second = engine.run(rows([2]));
    expect((await Promise.all([first, second])).map(({ y }) => y?.data[0])).toEqual([1, 2]);
    expect(sizes(engine)).toEqual({ 2: 1 });
  });

  test('requests of different priorities', async () => {
    const engine = await loadFilling(identity(), 3);
    const priorities = ['low', 'high', 'normal'] as const;
    const results = await Promise.all(priorities.map((priority, i) => engine.run(rows([i]), { priority })));
    expect(results.map(({ y }) => y?.data[0])).toEqual([0, 1, 2]);
    expect(sizes(engine)).toEqual({ 3: 1 });
  });

  test('requests with and without signal, time-out and into', async () => {
    const engine = await loadFilling(identity(), 4);
    const results = await Promise.all([
      engine.run(rows([0]), { signal: new AbortController().signal }),
      engine.run(rows([1]), { timeoutMs: 50_000 }),
      engine.run(rows([2]), { into: { y: f32([0, 0, 0, 0], [1, 4]) } }),
      engine.run(rows([3])),
    ]);
    expect(results.map(({ y }) => y?.data[0])).toEqual([0, 1, 2, 3]);
    expect(sizes(engine)).toEqual({ 4: 1 });
  });
});

describe('run() never meets', () => {
  test('requests of different shapes', async () => {
    const engine = await loadFilling(identity('float32', ['N', 'M']), 2);
    const widths = [3, 4, 3, 4, 5, 5];
    const results = await Promise.all(widths.map((width, i) => engine.run(rows([i], width))));
    for (const [i, width] of widths.entries()) {
      expect(results[i]?.['y']?.dims).toEqual([1, width]);
      expect(numbers(results[i] ?? {}, 'y')).toEqual(new Array(width).fill(i));
    }
    expect(sizes(engine)).toEqual({ 2: 3 });
  });

  test('requests for different outputs', async () => {
    const engine = await loadFilling(addTwo(), 2);
    const wanted = [undefined, ['sum'], ['difference'], undefined, ['difference'], ['sum']];
    const inputs = { a: f32([3]), b: f32([1]) };
    const results = await Promise.all(
      wanted.map((outputs) => engine.run(inputs, outputs === undefined ? {} : { outputs })),
    );
    const all = { sum: [4], difference: [2] };
    expect(results.map((result) => Object.keys(result).sort())).toEqual(
      wanted.map((outputs) => outputs ?? ['difference', 'sum']),
    );
    for (const result of results) {
      for (const name of Object.keys(result) as (keyof typeof all)[]) expect(numbers(result, name)).toEqual(all[name]);
    }
    expect(sizes(engine)).toEqual({ 2: 3 });
  });

  test('a request without rows, which is run by itself', async () => {
    const engine = await loadFilling(identity(), 2);
    const first = engine.run(rows([1]));
    expect((await engine.run(rows([]))).y?.dims).toEqual([0, 4]);
    expect(engine.stats().queue.depth).toBe(1);
    await Promise.all([first, engine.run(rows([2]))]);
    expect(sizes(engine)).toEqual({ 1: 1, 2: 1 });
  });

  test('a request whose inputs have different numbers of rows, which is run by itself', async () => {
    const engine = await loadFilling(addTwo(), 3);
    const result = await engine.run({ a: f32([1, 2, 3]), b: f32([1]) }); // ONNX repeats the one
    expect(numbers(result, 'sum')).toEqual([2, 3, 4]);
    expect(sizes(engine)).toEqual({ 1: 1 });
  });

  test('requests of an engine that was loaded with batching: false', async () => {
    const engine = await load(identity(), { inlineBelowUs: 0, batching: false });
    const results = await Promise.all([1, 2, 3, 4].map((value) => engine.run(rows([value, value]))));
    expect(results.map(({ y }) => y?.data[7])).toEqual([1, 2, 3, 4]);
    expect(engine.stats()).toMatchObject({ batches: { count: 4, sizes: { 1: 4 } }, items: 4 });
  });
});
