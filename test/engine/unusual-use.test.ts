import { Engine, type TensorLike } from 'node-tensorrt';
import { describe, expect, test } from 'vitest';
import { addTwo, identity } from '../fixtures/models.js';
import { onnxModel } from '../fixtures/onnx-writer.js';
import { f32, load, loadSlow, numbers, one, turn, untilStarted } from '../support/engines.js';
import { failure, rejection } from '../support/failure.js';

/** y = a followed by b. */
const concat = onnxModel({
  inputs: [
    { name: 'a', type: 'float32', dims: ['A'] },
    { name: 'b', type: 'float32', dims: ['B'] },
  ],
  outputs: [{ name: 'y', type: 'float32', dims: ['C'] }],
  nodes: [{ op: 'Concat', inputs: ['a', 'b'], outputs: ['y'], attributes: { axis: { int: 0 } } }],
});

describe('new Engine()', () => {
  test('throws INVALID_ARGUMENT: engines come from Engine.load()', () => {
    const Constructor = Engine as unknown as new (...args: unknown[]) => Engine;
    expect(() => new Constructor()).toThrow(failure('INVALID_ARGUMENT') as Error);
    expect(() => new Constructor('model.onnx', {})).toThrow(failure('INVALID_ARGUMENT') as Error);
  });
});

describe('a tensor whose data is computed when it is read', () => {
  test.each([
    ['data', 'run'],
    ['dims', 'run'],
    ['data', 'runSync'],
  ] as const)('may use another engine for its %s, in %s()', async (key, method) => {
    const engine = await load(concat);
    const other = await load(identity('float32', ['A', 'B', 'C']));
    const plain = f32([7, 8, 9]);
    const lazy: TensorLike = {
      ...plain,
      get [key]() {
        other.runSync({ x: f32([1, 2, 3, 4, 5, 6], [1, 2, 3]) });
        return plain[key];
      },
    };
    const result = await engine[method]({ a: f32([1, 2]), b: lazy });
    expect(numbers(result, 'y')).toEqual([1, 2, 7, 8, 9]);
    expect(numbers(await engine[method]({ a: lazy, b: lazy }), 'y')).toEqual([7, 8, 9, 7, 8, 9]);
  });
});

describe('run() with a large and an empty input', () => {
  test.each([0, 1, 2, 3, 4, 5, 6])('heeds a signal that is aborted after %d turns', async (turns) => {
    const engine = await load(concat, { inlineBelowUs: 0 });
    const a = { type: 'float32' as const, data: new Float32Array(2 ** 19), dims: [2 ** 19] };
    const controller = new AbortController();
    let done = false;
    const run = engine.run({ a, b: f32([]) }, { signal: controller.signal }).finally(() => {
      done = true;
    });
    run.catch(() => undefined);
    for (let i = 0; i < turns; i++) await turn();
    const late = done;
    controller.abort();
    if (late) await run;
    else expect(await rejection(run)).toBe(controller.signal.reason);
  });
});

describe('into', () => {
  test('is refused when two outputs share their memory, on a lane and in place', async () => {
    for (const inlineBelowUs of [0, 1_000_000]) {
      const engine = await load(addTwo(), { inlineBelowUs });
      const inputs = { a: f32([10]), b: f32([1]) };
      await engine.run(inputs);
      const both = f32([0]);
      expect((await rejection(engine.run(inputs, { into: { sum: both, difference: both } }))).code).toMatch(
        /^(BUSY|INVALID_ARGUMENT)$/,
      );
    }
  });

  test('of a run on its way is refused by runSync() too', async () => {
    const engine = await loadSlow({ instances: 2 });
    const y = f32([0]);
    const running = engine.run(one(5), { into: { y } });
    await untilStarted(engine, 1);
    expect(() => engine.runSync(one(6), { into: { y } })).toThrow(failure('BUSY') as Error);
    await running;
    expect(Array.from(y.data)).toEqual([5]);
  });
});
