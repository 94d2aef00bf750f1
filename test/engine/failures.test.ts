import { memory } from 'node-tensorrt';
import { describe, expect, test } from 'vitest';
import { identity, stringConcat } from '../fixtures/models.js';
import { onnxModel } from '../fixtures/onnx-writer.js';
import { f32, load, loadSlow, numbers, one, turn, until, untilStarted } from '../support/engines.js';
import { failure, rejection } from '../support/failure.js';

/** y = x[index]: the run fails when the index is outside. */
const gather = onnxModel({
  inputs: [
    { name: 'x', type: 'float32', dims: ['N'] },
    { name: 'index', type: 'int64', dims: ['K'] },
  ],
  outputs: [{ name: 'y', type: 'float32', dims: ['K'] }],
  nodes: [{ op: 'Gather', inputs: ['x', 'index'], outputs: ['y'] }],
});
const index = (at: bigint) => ({ type: 'int64' as const, data: BigInt64Array.of(at), dims: [1] });
const x = f32([5, 6, 7]);

describe.each([
  ['on a lane', 0],
  ['in place', 1_000_000],
])('run() %s', (_, inlineBelowUs) => {
  test('rejects with BACKEND_ERROR when the model fails, and the next run is right', async () => {
    const engine = await load(gather, { inlineBelowUs });
    for (let i = 0; i < 3; i++) {
      expect(numbers(await engine.run({ x, index: index(1n) }), 'y')).toEqual([6]);
      const error = await rejection(engine.run({ x, index: index(9n) }));
      expect(error).toEqual(failure('BACKEND_ERROR', { onnxRuntimeCode: expect.any(Number) }));
      expect(error.message).toMatch(/out of (data )?bounds|out-of-bounds/i);
    }
    expect(() => engine.runSync({ x, index: index(9n) })).toThrow(failure('BACKEND_ERROR') as Error);
    expect(numbers(engine.runSync({ x, index: index(2n) }), 'y')).toEqual([7]);
    expect(engine.stats().requests).toMatchObject({ accepted: 8, completed: 4, failed: 4 });
  });

  test('fails one request without touching its neighbours', async () => {
    const engine = await load(gather, { inlineBelowUs });
    const runs = Array.from({ length: 60 }, (__, i) =>
      engine.run({ x, index: index(BigInt(i % 4)) }).then(
        (result) => numbers(result, 'y')[0],
        (error) => error.code,
      ),
    );
    const expected = Array.from({ length: 60 }, (__, i) => [5, 6, 7, 'BACKEND_ERROR'][i % 4]);
    expect(await Promise.all(runs)).toEqual(expected);
  });

  test('rejects with the async stack of its caller', async () => {
    const engine = await load(gather, { inlineBelowUs });
    await engine.run({ x, index: index(1n) });
    async function theServiceThatCalls() {
      await engine.run({ x, index: index(9n) });
    }
    const error = await rejection(theServiceThatCalls());
    expect(error).toEqual(failure('BACKEND_ERROR'));
    expect(error.stack).toContain('theServiceThatCalls');
  });
});

test('load() rejects with the async stack of its caller', async () => {
  async function theServiceThatLoads() {
    await load(Buffer.from('no model'));
  }
  const error = await rejection(theServiceThatLoads());
  expect(error).toEqual(failure('MODEL_INVALID'));
  expect(error.stack).toContain('theServiceThatLoads');
});

test('run() rejects with the async stack of its caller for TIMEOUT', async () => {
  const engine = await loadSlow();
  const running = engine.run(one());
  async function theServiceThatIsInAHurry() {
    await engine.run(one(), { timeoutMs: 1 });
  }
  const error = await rejection(theServiceThatIsInAHurry());
  expect(error).toEqual(failure('TIMEOUT'));
  expect(error.stack).toContain('theServiceThatIsInAHurry');
  await running;
});

describe('warmup()', () => {
  test('runs the model on zeros', async () => {
    const engine = await load(identity());
    await engine.warmup();
    expect(engine.stats().requests).toMatchObject({ accepted: 2, completed: 2 });
    const strings = await load(stringConcat());
    await strings.warmup();
    expect(strings.stats().requests.completed).toBe(2);
  });

  test('makes a quick model run in place from then on', async () => {
    const engine = await load(identity(), { inlineBelowUs: 1_000_000 });
    await engine.warmup();
    const inPlace = () => engine.stats().requests.inPlace;
    const before = inPlace();
    // A turn of the event loop that others have used up has no time for one.
    for (let i = 0; i < 5 && inPlace() === before; i++) {
      await turn();
      await engine.run({ x: f32([1, 2, 3, 4], [1, 4]) });
    }
    expect(inPlace()).toBe(before + 1);
  });
});

describe('run() in place', () => {
  test('leaves the event loop its turns when it is awaited in a loop', async () => {
    const engine = await load(identity(), { inlineBelowUs: 1_000_000 });
    await engine.warmup();
    let fired = false;
    setImmediate(() => {
      fired = true;
    });
    // Would never end if all of it stayed in the microtask queue.
    for (let i = 0; !fired; i++) await engine.run({ x: f32([i, 2, 3, 4], [1, 4]) });
    expect(engine.stats().requests.inPlace).toBeGreaterThan(0);
  });

  test('does not happen while the engine is busy: order is kept', async () => {
    const engine = await loadSlow({ inlineBelowUs: 1_000_000 }, 4);
    const running = engine.run(one(1));
    await untilStarted(engine, 1);
    const base = memory.stats().numOoms;
    const queued = engine.run(one(2));
    expect(engine.stats().requests.inPlace).toBe(0);
    expect([numbers(await running, 'y'), numbers(await queued, 'y')]).toEqual([[1], [2]]);
    await until(() => memory.stats().numOoms === base);
  });
});
