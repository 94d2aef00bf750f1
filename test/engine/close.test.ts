import type { Engine } from 'node-tensorrt';
import { describe, expect, test } from 'vitest';
import { addTwo, identity } from '../fixtures/models.js';
import { f32, load, loadSlow, numbers, one, turn, untilStarted } from '../support/engines.js';
import { failure, rejection } from '../support/failure.js';

const x = f32([1, 2, 3, 4], [1, 4]);

/** Every public method that does work, and what refuses it. */
const methods: [string, (engine: Engine) => Promise<unknown>][] = [
  ['run', (engine) => engine.run({ x })],
  ['run with bad inputs', (engine) => engine.run(null as never)],
  ['runSync', async (engine) => engine.runSync({ x })],
  ['warmup', (engine) => engine.warmup()],
];

describe.each(methods)('on a closed engine, %s()', (_, call) => {
  test('rejects with NOT_OPEN', async () => {
    const engine = await load(identity(), { name: 'mine' });
    await engine.close();
    const error = await rejection(call(engine));
    expect(error).toEqual(failure('NOT_OPEN'));
    expect(error.message).toContain("'mine'");
  });

  test('rejects with NOT_OPEN while it is closing, and after destroy()', async () => {
    const [engine, destroyed] = [await load(identity()), await load(identity())];
    const closed = engine.close();
    await expect(call(engine)).rejects.toEqual(failure('NOT_OPEN'));
    destroyed.destroy();
    await expect(call(destroyed)).rejects.toEqual(failure('NOT_OPEN'));
    await closed;
  });
});

describe('on a closed engine', () => {
  test('descriptions and stats() still answer', async () => {
    const engine = await load(identity());
    await engine.run({ x });
    const before = engine.stats();
    await engine.close();
    expect(engine.inputs).toHaveLength(1);
    expect(engine.placement.backend).toBe('cpu');
    expect(engine.stats()).toEqual(before);
    engine.destroy();
    engine.destroy(new Error('again'));
    expect(engine.stats()).toEqual(before);
  });
});

describe('close()', () => {
  test('is idempotent: every call returns the same promise', async () => {
    const engine = await load(identity());
    const first = engine.close();
    expect(engine.close()).toBe(first);
    expect(engine[Symbol.asyncDispose]()).toBe(first);
    await first;
    expect(engine.close()).toBe(first);
  });

  test('waits for accepted work, running and queued', async () => {
    const engine = await loadSlow({}, 4);
    const order: string[] = [];
    const runs = [1, 2, 3].map((i) => engine.run(one(i)).then((result) => order.push(`run ${numbers(result, 'y')}`)));
    const closed = engine.close().then(() => order.push('closed'));
    await Promise.all([...runs, closed]);
    expect(order).toEqual(['run 1', 'run 2', 'run 3', 'closed']);
    expect(engine.stats()).toMatchObject({ requests: { completed: 3 }, queue: { depth: 0 } });
  });

  test('waits for inputs that are still being copied and results that are', async () => {
    const engine = await load(addTwo(), { inlineBelowUs: 0 });
    const large = { type: 'float32' as const, data: new Float32Array(2 ** 19).fill(2), dims: [2 ** 19] };
    const runs = [engine.run({ a: large, b: large }), engine.run({ a: large, b: large })];
    await turn();
    await engine.close();
    expect(engine.stats().requests).toMatchObject({ accepted: 2, completed: 2 });
    for (const result of await Promise.all(runs)) expect(numbers(result, 'sum').at(-1)).toBe(4);
  });

  test('resolves when what was under way was aborted', async () => {
    const engine = await loadSlow();
    const controller = new AbortController();
    const running = rejection(engine.run(one(), { signal: controller.signal }));
    await untilStarted(engine, 1);
    const closed = engine.close();
    controller.abort();
    await Promise.all([running, closed]);
    expect(engine.stats().requests).toMatchObject({ accepted: 1, aborted: 1 });
  });

  test('is what `await using` calls', async () => {
    let kept: Engine;
    {
      await using engine = await load(identity());
      kept = engine;
      await engine.run({ x });
    }
    await expect(kept.run({ x })).rejects.toEqual(failure('NOT_OPEN'));
  });
});
