// Pooled tensors of requests that meet in batches, are padded, split, or steps of sequences.

import { memory, type PooledTensor, type TensorLike } from 'node-tensorrt';
import { describe, expect, test } from 'vitest';
import { lengthIdentity } from '../fixtures/length-models.js';
import { identity, slowRows } from '../fixtures/models.js';
import { loadBusy, loadFilling, rows, sizes } from '../support/batches.js';
import { f32, load, numbers, turn, until } from '../support/engines.js';
import { failure } from '../support/failure.js';
import { allocated } from '../support/pooled.js';
import { chain, loadStateful } from '../support/sequences.js';

function pooledRows(values: readonly number[], width = 4): PooledTensor<'float32'> {
  const tensor = memory.allocate('float32', [values.length, width]);
  for (const [i, value] of values.entries()) tensor.data.fill(value, i * width, (i + 1) * width);
  return tensor;
}

describe('run() in a batch', () => {
  test('reads and writes pooled tensors beside ordinary ones', async () => {
    const engine = await loadFilling(identity(), 6);
    const base = allocated();
    const x = pooledRows([3, 4]);
    const y = pooledRows([0, 0]);
    const results = await Promise.all([
      engine.run(rows([1])),
      engine.run({ x }, { into: { y } }),
      engine.run(rows([5])),
      engine.run({ x }, { preferredOutputLocation: 'pool' }),
    ]);
    expect(sizes(engine)).toEqual({ 6: 1 });
    expect(results[1]?.['y']).toBe(y);
    const four = [1, 1, 1, 1];
    const pair = [...four.map(() => 3), ...four.map(() => 4)];
    expect(results.map((result) => numbers(result, 'y'))).toEqual([four, pair, four.map(() => 5), pair]);
    expect(engine.stats().batches.gatheredItems).toBe(6);
    for (const tensor of [x, y, results[3]?.['y'] as PooledTensor]) tensor.release();
    await until(() => allocated() === base);
  });

  test('leaves rows of one batch in the pool, each to its own caller', async () => {
    const engine = await loadFilling(identity(), 3);
    const base = allocated();
    const results = await Promise.all(
      [1, 2, 3].map((value) => engine.run(rows([value]), { preferredOutputLocation: 'pool' })),
    );
    const tensors = results.map(({ y }) => y as PooledTensor<'float32'>);
    tensors[0]?.data.fill(9);
    expect(tensors.map(({ data }) => data.join())).toEqual(['9,9,9,9', '2,2,2,2', '3,3,3,3']);
    // One run computed them in one piece, which goes back with the last of them.
    for (const tensor of tensors.slice(1)) tensor.release();
    await turn();
    expect(allocated() - base).toBeGreaterThanOrEqual(48);
    tensors[0]?.release();
    await until(() => allocated() === base);
  });

  test('only the request fails whose pooled tensor does not fit', async () => {
    const engine = await loadFilling(identity(), 2);
    using y = pooledRows([0, 0, 0]);
    const [bad, good] = await Promise.allSettled([engine.run(rows([1]), { into: { y } }), engine.run(rows([2]))]);
    expect(bad).toMatchObject({ status: 'rejected', reason: failure('SHAPE_MISMATCH', { option: 'into.y.dims' }) });
    expect(good).toMatchObject({ status: 'fulfilled' });
    expect(sizes(engine)).toEqual({ 2: 1 });
    expect([...new Set(y.data)]).toEqual([0]);
  });

  test('splits a request of pooled tensors, and writes each part where it belongs', async () => {
    const engine = await load(identity(), { threads: 1, inlineBelowUs: 0, instances: 2, batching: { maxSize: 4 } });
    const values = Array.from({ length: 30 }, (_, i) => i);
    using x = pooledRows(values);
    using y = pooledRows(values.map(() => -1));
    await engine.run({ x }, { into: { y } });
    expect([...y.data]).toEqual([...x.data]);
    const result = await engine.run({ x }, { preferredOutputLocation: 'pool' });
    expect(numbers(result, 'y')).toEqual([...x.data]);
    (result['y'] as PooledTensor).release();
  });

  test('runs what waits in a queue on what the tensor holds when its batch begins', async () => {
    const { engine, blocker } = await loadBusy();
    using x = pooledRows([1], 1);
    const waiting = engine.run({ x });
    x.data[0] = 2;
    expect(numbers(await waiting, 'y')).toEqual([2]);
    await blocker;
  });
});

test('run() with padding reads and writes pooled tensors of different lengths', async () => {
  const pad = { x: { axis: 1, buckets: [4, 8] } };
  const engine = await loadFilling(lengthIdentity('float32'), 2, { batching: { pad } });
  expect(engine.placement.batching.padding?.enabled).toBe(true);
  const inputs = [2, 3].map((length) => pooledRows([length], length));
  const targets = [2, 3].map((length) => pooledRows([0], length));
  await Promise.all(inputs.map((x, i) => engine.run({ x }, { into: { y: targets[i] as TensorLike } })));
  expect(sizes(engine)).toEqual({ 2: 1 });
  expect(targets.map(({ data }) => data.join())).toEqual(['2,2', '3,3,3']);
  const results = await Promise.all(inputs.map((x) => engine.run({ x }, { preferredOutputLocation: 'pool' })));
  for (const [i, { y }] of results.entries()) {
    expect(y).toMatchObject({ location: 'pool', dims: inputs[i]?.dims, data: inputs[i]?.data });
    (y as PooledTensor).release();
  }
  for (const tensor of [...inputs, ...targets]) tensor.release();
});

describe('run() with sequence', () => {
  test('takes pooled tensors for inputs, for results and for state outputs that are asked for', async () => {
    const engine = await loadStateful({ inlineBelowUs: 0 });
    using x = pooledRows([1], 1);
    using y = pooledRows([0], 1);
    using next = memory.allocate('float32', [2, 1, 1]);
    await engine.run({ x }, { sequence: 'a', into: { y } });
    expect([...y.data]).toEqual([chain(1)]);
    x.data[0] = 2;
    await engine.run({ x }, { sequence: 'a', outputs: ['y', 'next'], into: { next } });
    expect([...next.data]).toEqual([chain(1, 2), chain(1, 2)]);
    next.data.fill(0);
    const result = await engine.run({ x }, { sequence: 'a', outputs: ['next'], preferredOutputLocation: 'pool' });
    expect(numbers(result, 'next')).toEqual([chain(1, 2, 2), chain(1, 2, 2)]);
    (result['next'] as PooledTensor<'float32'>).data.fill(0);
    (result['next'] as PooledTensor).release();
    expect(numbers(await engine.run({ x }, { sequence: 'a' }), 'y')).toEqual([chain(1, 2, 2, 2)]);
  });

  test('keeps the memory of steps that wait for others', async () => {
    const engine = await loadStateful({ inlineBelowUs: 0 });
    const base = allocated();
    const tensors = [1, 2, 3].map((value) => pooledRows([value], 1));
    const steps = tensors.map((x) => engine.run({ x }, { sequence: { id: 'a', end: x === tensors[2] } }));
    for (const tensor of tensors) tensor.release();
    expect((await Promise.all(steps)).map((result) => numbers(result, 'y')[0])).toEqual([
      chain(1),
      chain(1, 2),
      chain(1, 2, 3),
    ]);
    await until(() => allocated() <= base);
  });
});

test('run() with an order of results keeps a pooled tensor of into in use until its promise settles', async () => {
  const engine = await load(slowRows({ size: 64, iterations: 50 }), {
    threads: 1,
    inlineBelowUs: 0,
    batching: { maxSize: 1, preserveOrder: true },
  });
  using y = pooledRows([0], 1);
  const runs = [engine.run(rows([1], 1)), engine.run(rows([2], 1), { into: { y } })];
  await expect(engine.run(rows([3], 1), { into: { y } })).rejects.toEqual(failure('BUSY'));
  await Promise.all(runs);
  await engine.run({ x: f32([4], [1, 1]) }, { into: { y } });
  expect([...y.data]).toEqual([4]);
});
