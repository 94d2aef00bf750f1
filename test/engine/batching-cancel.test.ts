// Who leaves a batch: aborted, timed out, the engine closed or destroyed.

import { describe, expect, test } from 'vitest';
import { identity } from '../fixtures/models.js';
import { loadBusy, loadFilling, rows, sizes } from '../support/batches.js';
import { load, numbers, turn, until, untilStarted } from '../support/engines.js';
import { failure, rejection } from '../support/failure.js';

const reason = new Error('not needed any more');

describe('run() in a batch with a signal', () => {
  test.each([0, 1, 2])('leaves the batch that is filling as number %d, and others take its place', async (left) => {
    const engine = await loadFilling(identity(), 4);
    const controller = new AbortController();
    const runs = [0, 1, 2].map((i) => engine.run(rows([i]), i === left ? { signal: controller.signal } : {}));
    const aborted = rejection(runs[left] as Promise<unknown>);
    await turn();
    controller.abort(reason);
    expect(engine.stats()).toMatchObject({ queue: { depth: 2 }, requests: { aborted: 1 } });
    expect(await aborted).toBe(reason);
    const others = [...runs.filter((_, i) => i !== left), engine.run(rows([8])), engine.run(rows([9]))];
    const expected = [...[0, 1, 2].filter((i) => i !== left), 8, 9];
    expect((await Promise.all(others)).map((result) => numbers(result, 'y'))).toEqual(
      expected.map((value) => [value, value, value, value]),
    );
    expect(sizes(engine)).toEqual({ 4: 1 });
  });

  test('leaves with all of its rows', async () => {
    const engine = await loadFilling(identity(), 5);
    const controller = new AbortController();
    const first = engine.run(rows([1]));
    const aborted = rejection(engine.run(rows([2, 3, 4]), { signal: controller.signal }));
    controller.abort(reason);
    const others = [first, engine.run(rows([5, 6])), engine.run(rows([7, 8]))];
    const firsts = (await Promise.all(others)).map((result) => numbers(result, 'y').filter((_, i) => i % 4 === 0));
    expect(firsts).toEqual([[1], [5, 6], [7, 8]]);
    expect(await aborted).toBe(reason);
    expect(sizes(engine)).toEqual({ 5: 1 });
  });

  test('rejects at once while the batch runs; the others get their rows', async () => {
    const { engine, blocker } = await loadBusy({ maxSize: 64, maxDelayMs: 60_000 });
    await blocker;
    const controller = new AbortController();
    const values = Array.from({ length: 64 }, (_, i) => i);
    const runs = values.map((i) => engine.run(rows([i], 1), i === 5 ? { signal: controller.signal } : {}));
    const aborted = rejection(runs[5] as Promise<unknown>);
    await untilStarted(engine, 65);
    controller.abort(reason);
    expect(await aborted).toBe(reason);
    expect(engine.stats().requests.completed).toBe(1);
    const others = values.filter((i) => i !== 5);
    const results = await Promise.all(others.map((i) => runs[i] as (typeof runs)[0]));
    expect(results.map((result) => numbers(result, 'y'))).toEqual(others.map((value) => [value]));
    expect(engine.stats().requests).toMatchObject({ accepted: 65, completed: 64, aborted: 1 });
  });

  test('gives up what is left of a request that is split', async () => {
    const { engine, blocker } = await loadBusy({ maxSize: 64 });
    await blocker;
    const controller = new AbortController();
    const values = Array.from({ length: 64 * 50 }, (_, i) => i);
    const aborted = rejection(engine.run(rows(values, 1), { signal: controller.signal }));
    await until(() => engine.stats().batches.count > 1);
    controller.abort(reason);
    expect(await aborted).toBe(reason);
    expect(numbers(await engine.run(rows([3], 1)), 'y')).toEqual([3]);
    expect(engine.stats().batches.count).toBeLessThan(50);
    expect(engine.stats().requests).toMatchObject({ accepted: 3, completed: 2, aborted: 1 });
  });
});

describe('run() in a batch with timeoutMs', () => {
  test('leaves those that wait; the others get their rows', async () => {
    const { engine, blocker } = await loadBusy();
    const runs = [0, 1, 2, 3].map((i) => engine.run(rows([i], 1), i === 1 ? { timeoutMs: 2 } : {}));
    await expect(runs[1]).rejects.toEqual(failure('TIMEOUT'));
    const results = await Promise.all([runs[0], runs[2], runs[3]]);
    expect(results.map((result) => numbers(result ?? {}, 'y'))).toEqual([[0], [2], [3]]);
    await blocker;
    expect(sizes(engine)).toEqual({ 64: 1, 3: 1 });
    expect(engine.stats().requests).toMatchObject({ completed: 4, timedOut: 1, rejected: 0 });
  });
});

describe('with batches in flight', () => {
  test('close() answers everything, without waiting for company', async () => {
    const engine = await loadFilling(identity(), 4);
    const runs = [1, 2, 3, 4, 5, 6].map((value) => engine.run(rows([value])));
    await engine.close();
    expect((await Promise.all(runs)).map(({ y }) => y?.data[0])).toEqual([1, 2, 3, 4, 5, 6]);
    expect(engine.stats()).toMatchObject({ requests: { completed: 6 }, queue: { depth: 0 } });
    expect(sizes(engine)).toEqual({ 4: 1, 2: 1 });
  });

  test('close() answers large requests that are still being copied', async () => {
    const engine = await loadFilling(identity('float32', ['N', 300_000]), 8);
    const runs = [1, 2].map((value) => engine.run(rows([value], 300_000)));
    await engine.close();
    expect((await Promise.all(runs)).map((result) => numbers(result, 'y').at(-1))).toEqual([1, 2]);
  });

  test('destroy() rejects what waits for company, and lets the batch that runs finish', async () => {
    const { engine, blocker } = await loadBusy({ maxDelayMs: 60_000 });
    const waiting = [1, 2, 3].map((value) => rejection(engine.run(rows([value], 1))));
    engine.destroy(reason);
    expect(await Promise.all(waiting)).toEqual([reason, reason, reason]);
    expect(numbers(await blocker, 'y')).toHaveLength(64);
    await engine.close();
    expect(engine.stats().requests).toMatchObject({ accepted: 4, completed: 1, aborted: 3 });
  });

  test('destroy() lets nothing begin that waits for company, however much it is', async () => {
    const engine = await load(identity(), { batching: { maxSize: 4096, maxDelayMs: 60_000, maxQueue: 4096 } });
    const waiting = Array.from({ length: 3000 }, (_, i) => rejection(engine.run(rows([i]))));
    engine.destroy(reason);
    expect(new Set(await Promise.all(waiting))).toEqual(new Set([reason]));
    expect(engine.stats()).toMatchObject({ requests: { aborted: 3000, completed: 0 }, batches: { count: 0 } });
  });

  test('runSync() runs by itself, and those that wait go on waiting', async () => {
    const engine = await loadFilling(identity(), 3);
    const runs = [engine.run(rows([1])), engine.run(rows([2]))];
    expect(numbers(engine.runSync(rows([8, 9])), 'y')).toEqual([8, 8, 8, 8, 9, 9, 9, 9]);
    expect(engine.stats()).toMatchObject({ queue: { depth: 2 }, batches: { sizes: { 2: 1 } } });
    runs.push(engine.run(rows([3])));
    expect((await Promise.all(runs)).map(({ y }) => y?.data[0])).toEqual([1, 2, 3]);
    expect(sizes(engine)).toEqual({ 2: 1, 3: 1 });
  });

  test('runSync() waits for the batch that runs', async () => {
    const { engine, blocker } = await loadBusy();
    const waiting = engine.run(rows([2], 1));
    expect(numbers(engine.runSync(rows([3], 1)), 'y')).toEqual([3]);
    expect((await Promise.all([blocker, waiting])).map(({ y }) => y?.data[0])).toEqual([1, 2]);
  });

  test('other engines run meanwhile', async () => {
    const engine = await loadFilling(identity(), 2);
    const other = await load(identity(), { inlineBelowUs: 0 });
    const run = engine.run(rows([1]));
    await other.warmup();
    expect((await Promise.all([run, engine.run(rows([2]))])).map(({ y }) => y?.data[0])).toEqual([1, 2]);
  });
});
