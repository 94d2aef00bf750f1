import { describe, expect, test } from 'vitest';
import { addTwo } from '../fixtures/models.js';
import { load, loadSlow, numbers, one, turn, untilStarted } from '../support/engines.js';
import { failure, rejection } from '../support/failure.js';

const reason = new Error('shutting down');

describe('destroy()', () => {
  test('rejects what is queued with the reason, at once', async () => {
    const engine = await loadSlow();
    const running = engine.run(one(1));
    const queued = [engine.run(one(2)), engine.run(one(3))].map(rejection);
    await untilStarted(engine, 1);
    engine.destroy(reason);
    expect(engine.stats()).toMatchObject({ queue: { depth: 0 }, requests: { aborted: 2 } });
    expect(await Promise.all(queued)).toEqual([reason, reason]);
    await running.catch(() => undefined);
  });

  test('lets a run that is under way finish', async () => {
    const engine = await loadSlow();
    const running = engine.run(one(1));
    await untilStarted(engine, 1);
    engine.destroy(reason);
    expect(numbers(await running, 'y')).toEqual([1]);
    await engine.close();
    expect(engine.stats().requests).toMatchObject({ accepted: 1, completed: 1, aborted: 0 });
  });

  test('rejects with NOT_OPEN when no reason is given', async () => {
    const engine = await loadSlow({ name: 'mine' });
    const running = engine.run(one(1));
    const queued = rejection(engine.run(one(2)));
    await untilStarted(engine, 1);
    engine.destroy();
    expect(await queued).toEqual(failure('NOT_OPEN'));
    expect((await queued).message).toContain("'mine'");
    await running.catch(() => undefined);
  });

  test('rejects runs whose inputs are still being copied', async () => {
    const engine = await load(addTwo(), { inlineBelowUs: 0 });
    const large = { type: 'float32' as const, data: new Float32Array(2 ** 20), dims: [2 ** 20] };
    const run = rejection(engine.run({ a: large, b: large }));
    await turn();
    engine.destroy(reason);
    expect(await run).toBe(reason);
    await engine.close();
  });

  test('makes close() wait for the end, and turns a close() that waits into itself', async () => {
    const engine = await loadSlow();
    const running = engine.run(one(1)).catch(() => undefined);
    const queued = rejection(engine.run(one(2)));
    await untilStarted(engine, 1);
    const closed = engine.close();
    engine.destroy(reason);
    expect(await queued).toBe(reason);
    await closed;
    await running;
    const { accepted, completed, aborted } = engine.stats().requests;
    expect(accepted).toBe(2);
    expect(completed + aborted).toBe(2);
  });

  test('may be called on an idle engine and more than once', async () => {
    const engine = await loadSlow({}, 1);
    engine.destroy(reason);
    engine.destroy(reason);
    await engine.close();
    await expect(engine.run(one())).rejects.toEqual(failure('NOT_OPEN'));
  });
});
