// Batches that fail, or whose results do not add up.

import type { TensorMap } from 'node-tensorrt';
import { describe, expect, test } from 'vitest';
import { bigWeights, doublesAndDrops, dropsRows } from '../fixtures/models.js';
import { loadFilling, sizes } from '../support/batches.js';
import { f32, load, numbers } from '../support/engines.js';
import { failure } from '../support/failure.js';

/** 256 rows of 1024: y[n] is 1024 times index[n], and a run with an index from 256 on fails. */
const table = bigWeights(1);

function index(...values: number[]): TensorMap {
  return { index: { type: 'int64', data: BigInt64Array.from(values, BigInt), dims: [values.length] } };
}

/** The first number of each row, or the error's code. */
async function outcome(run: Promise<TensorMap>): Promise<number[] | string> {
  return run.then(
    (result) => numbers(result, 'y').filter((_, i) => i % 1024 === 0),
    (error: { code: string }) => error.code,
  );
}

describe('run() in a batch that fails', () => {
  test('rejects for the request that is to blame only', async () => {
    const engine = await loadFilling(table, 8);
    const runs = [1, 2, 3, 4, 5, 999, 7, 8].map((at) => engine.run(index(at)));
    const blamed = runs[5] as Promise<TensorMap>;
    await expect(blamed).rejects.toEqual(failure('BACKEND_ERROR', { onnxRuntimeCode: expect.any(Number) }));
    const outcomes = await Promise.all(runs.map(outcome));
    expect(outcomes).toEqual([[1], [2], [3], [4], [5], 'BACKEND_ERROR', [7], [8]]);
    expect(engine.stats()).toMatchObject({ requests: { accepted: 8, completed: 7, failed: 1 }, items: 7 });
    expect(engine.placement.batching.enabled).toBe(true);
  });

  test('rejects for each request that is to blame, the first and the last included', async () => {
    const engine = await loadFilling(table, 6);
    const given = [[999], [1, 2], [3], [4, 999]];
    expect(await Promise.all(given.map((at) => outcome(engine.run(index(...at)))))).toEqual([
      'BACKEND_ERROR',
      [1, 2],
      [3],
      'BACKEND_ERROR',
    ]);
    expect(engine.stats().requests).toMatchObject({ completed: 2, failed: 2 });
  });

  test('rejects for all when all are to blame, and the next batch is right', async () => {
    const engine = await loadFilling(table, 4);
    const bad = await Promise.all([300, 301, 302, 303].map((at) => outcome(engine.run(index(at)))));
    expect(bad).toEqual(new Array(4).fill('BACKEND_ERROR'));
    const good = await Promise.all([0, 1, 2, 255].map((at) => outcome(engine.run(index(at)))));
    expect(good).toEqual([[0], [1], [2], [255]]);
    expect(sizes(engine)).toEqual({ 4: 1 });
  });

  test('rejects once for a request that is split, and answers those that met its last rows', async () => {
    const engine = await loadFilling(table, 4, { instances: 2 });
    const split = outcome(engine.run(index(1, 2, 999, 4, 5, 6)));
    const others = [7, 8].map((at) => outcome(engine.run(index(at))));
    // Its last rows may have been given up, and nobody else fills that batch.
    const more = [9, 10].map((at) => outcome(engine.run(index(at))));
    expect(await split).toBe('BACKEND_ERROR');
    await engine.close();
    expect(await Promise.all([...others, ...more])).toEqual([[7], [8], [9], [10]]);
    expect(engine.stats().requests).toMatchObject({ accepted: 5, completed: 4, failed: 1 });
  });
});

describe('run() in a batch whose results have another number of rows', () => {
  test('gives everybody the right answer, and batching turns itself off', async () => {
    const engine = await loadFilling(dropsRows(), 4);
    expect(engine.placement.batching).toEqual({ enabled: true, reason: 'proved with generated rows' });
    const fine = await Promise.all([1, 2, 3, 4].map((value) => engine.run({ x: f32([value]) })));
    expect(fine.map((result) => numbers(result, 'y'))).toEqual([[1], [2], [3], [4]]);
    expect(engine.placement.batching.enabled).toBe(true);

    const given = [[5], [-9], [7, -9]];
    const results = await Promise.all(given.map((values) => engine.run({ x: f32(values) })));
    expect(results.map((result) => numbers(result, 'y'))).toEqual([[5], [], [7]]);
    expect(engine.placement.batching).toEqual({
      enabled: false,
      reason: 'a batch gave results of another shape than its inputs call for; since then requests run one by one',
    });
    expect(engine.stats().requests).toMatchObject({ completed: 7, failed: 0 });

    // Nobody waits for company any more, and what was split before is run as it is.
    expect(numbers(await engine.run({ x: f32([6]) }), 'y')).toEqual([6]);
    expect(numbers(await engine.run({ x: f32([1, -9, 3, -9, 5, 6]) }), 'y')).toEqual([1, 3, 5, 6]);
    await engine.close();
    expect(engine.placement.batching.enabled).toBe(false);
  });

  test('is what placement says after close(), though nobody had asked before', async () => {
    const engine = await loadFilling(dropsRows(), 2);
    const runs = [5, -9].map((value) => engine.run({ x: f32([value]) }));
    await engine.close();
    expect((await Promise.all(runs)).map((result) => numbers(result, 'y'))).toEqual([[5], []]);
    expect(engine.placement.batching).toMatchObject({ enabled: false, reason: expect.stringContaining('one by one') });
  });

  test('gives everybody the right answer when those of a part of the batch add up by chance', async () => {
    const engine = await loadFilling(doublesAndDrops(), 4);
    expect(engine.placement.batching.enabled).toBe(true);
    const results = await Promise.all([5, -9, 1, -9].map((value) => engine.run({ x: f32([value]) })));
    expect(results.map((result) => numbers(result, 'y'))).toEqual([[5, 5], [], [1], []]);
    expect(engine.placement.batching.enabled).toBe(false);
  });

  test('gives everybody the right answer from several instances and turns at once', async () => {
    const engine = await load(dropsRows(), {
      threads: 1,
      inlineBelowUs: 0,
      instances: 2,
      batching: { maxQueue: 2000 },
    });
    const given = Array.from({ length: 1000 }, (_, i) => (i % 7 === 3 ? [-9, i] : [i]));
    const results = await Promise.all(given.map((values) => engine.run({ x: f32(values) })));
    expect(results.map((result) => numbers(result, 'y'))).toEqual(Array.from({ length: 1000 }, (_, i) => [i]));
  });
});
