import { describe, expect, test } from 'vitest';
import { identity } from '../fixtures/models.js';
import { load, loadSlow, numbers, one, untilStarted } from '../support/engines.js';
import { resizableBuffer } from '../support/resizable.js';

const x = (data: Float32Array) => ({ x: { type: 'float32' as const, data, dims: [1, 4] } });

describe.each([
  ['on a lane', 0],
  ['in place', 1_000_000],
])('run() %s', (_, inlineBelowUs) => {
  const open = async () => {
    const engine = await load(identity(), { inlineBelowUs });
    await engine.run(x(new Float32Array(4)));
    return engine;
  };

  test('reads a view from its offset on', async () => {
    const engine = await open();
    const wide = Float32Array.of(9, 9, 1, 2, 3, 4, 9);
    expect(numbers(await engine.run(x(wide.subarray(2, 6))), 'y')).toEqual([1, 2, 3, 4]);
    expect(numbers(engine.runSync(x(new Float32Array(wide.buffer, 8, 4))), 'y')).toEqual([1, 2, 3, 4]);
  });

  test('reads shared memory', async () => {
    const engine = await open();
    const shared = new Float32Array(new SharedArrayBuffer(24), 8, 4);
    shared.set([1, 2, 3, 4]);
    expect(numbers(await engine.run(x(shared)), 'y')).toEqual([1, 2, 3, 4]);
  });

  test('reads a resizable buffer, also by a view that follows its length', async () => {
    const engine = await open();
    const buffer = resizableBuffer(8, 64);
    const following = new Float32Array(buffer);
    buffer.resize(16);
    following.set([1, 2, 3, 4]);
    expect(numbers(await engine.run(x(following)), 'y')).toEqual([1, 2, 3, 4]);
    expect(numbers(engine.runSync(x(new Float32Array(buffer, 0, 4))), 'y')).toEqual([1, 2, 3, 4]);
  });

  test('takes a Buffer, which is a Uint8Array of a pool, for uint8', async () => {
    const engine = await load(identity('uint8', ['N']), { inlineBelowUs });
    const data = Buffer.from('hello');
    const { y } = await engine.run({ x: { type: 'uint8', data, dims: [5] } });
    expect(Buffer.from(y?.data as Uint8Array).toString()).toBe('hello');
  });

  test('has copied a small input when it returns', async () => {
    const engine = await open();
    const data = Float32Array.of(1, 2, 3, 4);
    const runs = [];
    for (let i = 0; i < 20; i++) {
      data.fill(i);
      runs.push(engine.run(x(data)));
    }
    const transferred = engine.run(x(data));
    structuredClone(data.buffer, { transfer: [data.buffer] });
    const results = await Promise.all(runs);
    for (const [i, result] of results.entries()) expect(numbers(result, 'y')).toEqual([i, i, i, i]);
    expect(numbers(await transferred, 'y')).toEqual([19, 19, 19, 19]);
  });

  test('returns results that are independent of each other and can be transferred', async () => {
    const engine = await open();
    const first = (await engine.run(x(Float32Array.of(1, 2, 3, 4))))['y']?.data as Float32Array;
    const second = (await engine.run(x(Float32Array.of(5, 6, 7, 8))))['y']?.data as Float32Array;
    expect(second.buffer).not.toBe(first.buffer);
    first.fill(0);
    const moved = structuredClone(second, { transfer: [second.buffer as ArrayBuffer] });
    expect(second.length).toBe(0);
    expect(Array.from(moved)).toEqual([5, 6, 7, 8]);
    await engine.run(x(Float32Array.of(9, 9, 9, 9)));
    expect(Array.from(moved)).toEqual([5, 6, 7, 8]);
    expect(Array.from(first)).toEqual([0, 0, 0, 0]);
  });
});

test('run() does not read an input again once it is queued', async () => {
  const engine = await loadSlow();
  const data = Float32Array.of(7);
  const first = engine.run(one(3));
  const queued = engine.run({ x: { type: 'float32', data, dims: [1] } });
  await untilStarted(engine, 1);
  data.fill(0);
  expect(numbers(await queued, 'y')).toEqual([7]);
  expect(numbers(await first, 'y')).toEqual([3]);
});
