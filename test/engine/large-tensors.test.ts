import { getEventListeners } from 'node:events';
import type { TensorLike } from 'node-tensorrt';
import { describe, expect, test } from 'vitest';
import { addTwo, identity } from '../fixtures/models.js';
import { load, turn } from '../support/engines.js';
import { failure, rejection } from '../support/failure.js';
import { resizableBuffer } from '../support/resizable.js';

const COUNT = 3 * 2 ** 18 + 1; // 3 MiB and a little: more than two slices
function big(seed = 0, count = COUNT): TensorLike<'float32'> {
  const data = new Float32Array(count);
  for (let i = 0; i < count; i++) data[i] = i + seed;
  return { type: 'float32', data, dims: [count] };
}
const open = () => load(identity('float32', ['N']), { inlineBelowUs: 0 });
const changed = failure('INVALID_ARGUMENT', { reason: 'detached-or-resized', tensor: 'x' });

/** Compares without the cost of a deep comparison. */
function same(a: TensorLike | undefined, b: TensorLike): boolean {
  const bytes = ({ data }: TensorLike) => Buffer.from((data as Float32Array).buffer);
  return a !== undefined && bytes(a).equals(bytes(b));
}

describe('run() with more than 1 MiB', () => {
  test('returns the right results, of several runs at once too', async () => {
    const engine = await open();
    const inputs = [0, 1, 2, 3].map((seed) => big(seed));
    const results = await Promise.all(inputs.map((x) => engine.run({ x })));
    for (const [i, { y }] of results.entries()) expect(same(y, inputs[i] as TensorLike)).toBe(true);
    expect(same(engine.runSync({ x: inputs[1] as TensorLike })['y'], inputs[1] as TensorLike)).toBe(true);
  });

  test.each([2 ** 18 - 1, 2 ** 18, 2 ** 18 + 1, 2 ** 19])('is right around the limit: %d elements', async (count) => {
    const engine = await open();
    const x = big(7, count);
    expect(same((await engine.run({ x }))['y'], x)).toBe(true);
  });

  test('is right with a large and a small input, and both outputs into memory of the caller', async () => {
    const engine = await load(addTwo(), { inlineBelowUs: 0 });
    const [a, b, sum, difference] = [big(5), big(1), big(), big()];
    const result = await engine.run({ a, b }, { into: { sum, difference } });
    expect(result['sum']).toBe(sum);
    expect([sum.data[9], difference.data[9], sum.data[COUNT - 1]]).toEqual([24, 4, 2 * COUNT + 4]);
    expect(same(difference, { ...b, data: new Float32Array(COUNT).fill(4) })).toBe(true);
  });

  test('lets the event loop turn while it copies', async () => {
    const engine = await open();
    const x = big(0, 16 * 2 ** 18);
    let turns = 0;
    let settled = false;
    const run = engine.run({ x }).finally(() => {
      settled = true;
    });
    for (; !settled; turns++) await turn();
    expect(same((await run)['y'], x)).toBe(true);
    // 16 slices, each in a turn of its own.
    expect(turns).toBeGreaterThanOrEqual(16);
  });

  test('returns results that can be transferred', async () => {
    const engine = await open();
    const { y } = await engine.run({ x: big() });
    const data = y?.data as Float32Array;
    const moved = structuredClone(data, { transfer: [data.buffer as ArrayBuffer] });
    expect([data.length, moved.length, moved[COUNT - 1]]).toEqual([0, COUNT, COUNT - 1]);
  });
});

describe('run() of a large input that changes meanwhile', () => {
  test.each([0, 1, 2])('rejects when its buffer is transferred after %d turns', async (turns) => {
    const engine = await open();
    const x = big();
    const run = engine.run({ x });
    for (let i = 0; i < turns; i++) await turn();
    structuredClone(x.data.buffer, { transfer: [x.data.buffer as ArrayBuffer] });
    expect(await rejection(run)).toEqual(changed);
    const again = big(1);
    expect(same((await engine.run({ x: again }))['y'], again)).toBe(true);
  });

  test.each([-4, 4])('rejects when its buffer is resized by %d bytes', async (difference) => {
    const engine = await open();
    const bytes = COUNT * 4;
    const buffer = resizableBuffer(bytes, bytes * 2);
    const run = engine.run({ x: { type: 'float32', data: new Float32Array(buffer), dims: [COUNT] } });
    await turn();
    buffer.resize(bytes + difference);
    expect(await rejection(run)).toEqual(changed);
  });

  test('rejects when the buffer of into is transferred', async () => {
    const engine = await open();
    const y = big();
    const run = engine.run({ x: big(3) }, { into: { y } });
    structuredClone(y.data.buffer, { transfer: [y.data.buffer as ArrayBuffer] });
    expect(await rejection(run)).toEqual(failure('INVALID_ARGUMENT', { reason: 'detached-or-resized' }));
    const fresh = big();
    expect((await engine.run({ x: big(3) }, { into: { y: fresh } }))['y']).toBe(fresh);
    expect(same(fresh, big(3))).toBe(true);
  });
});

describe('run() of a large input with a signal', () => {
  // Through every step: copying in, queued, running, copying out; then done.
  test.each(Array.from({ length: 14 }, (_, i) => i))('is aborted after %d turns, or done', async (turns) => {
    const engine = await load(addTwo(), { inlineBelowUs: 0 });
    const controller = new AbortController();
    let done = false;
    const run = engine.run({ a: big(), b: big() }, { signal: controller.signal }).finally(() => {
      done = true;
    });
    run.catch(() => undefined);
    for (let i = 0; i < turns; i++) await turn();
    const late = done;
    const reason = new Error('enough');
    controller.abort(reason);
    if (late) await run;
    else expect(await rejection(run)).toBe(reason);
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
    await engine.close();
    const { accepted, completed, failed, aborted, timedOut } = engine.stats().requests;
    expect(completed + failed + aborted + timedOut).toBe(accepted);
  });

  test('rejects with TIMEOUT when the time is up while it copies', async () => {
    const engine = await open();
    await expect(engine.run({ x: big(0, 64 * 2 ** 18) }, { timeoutMs: 0.001 })).rejects.toEqual(failure('TIMEOUT'));
  });
});
