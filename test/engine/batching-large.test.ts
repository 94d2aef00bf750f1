// Batches of tensors that are copied over several turns of the event loop.

import { describe, expect, test } from 'vitest';
import { identity } from '../fixtures/models.js';
import { loadFilling, sizes } from '../support/batches.js';

/** More than 1 MiB of float32. */
const WIDTH = 300_000;
const model = identity('float32', ['N', WIDTH]);

function large(value: number) {
  return { type: 'float32' as const, data: new Float32Array(WIDTH).fill(value), dims: [1, WIDTH] };
}

/** The first, the last and the only value of a result. */
function ends(data: ArrayLike<unknown> | undefined): unknown[] {
  const all = data as Float32Array;
  return [all.length, all[0], all.at(-1), all.every((value) => value === all[0])];
}

describe('run() in a batch with inputs over 1 MiB', () => {
  test('gives each request its own row', async () => {
    const engine = await loadFilling(model, 4);
    const results = await Promise.all([1, 2, 3, 4].map((value) => engine.run({ x: large(value) })));
    expect(results.map(({ y }) => ends(y?.data))).toEqual([1, 2, 3, 4].map((value) => [WIDTH, value, value, true]));
    expect(engine.stats()).toMatchObject({
      batches: { count: 1, sizes: { 4: 1 }, gatheredItems: 4 },
      requests: { accepted: 4, completed: 4 },
    });
  });

  test('writes into the tensors of each caller', async () => {
    const engine = await loadFilling(model, 3);
    const outs = [large(0), large(0)];
    const results = await Promise.all([
      ...outs.map((y, i) => engine.run({ x: large(i + 1) }, { into: { y } })),
      engine.run({ x: large(3) }),
    ]);
    expect(results[1]?.['y']).toBe(outs[1]);
    expect(results.map(({ y }) => ends(y?.data))).toEqual([1, 2, 3].map((value) => [WIDTH, value, value, true]));
    expect(sizes(engine)).toEqual({ 3: 1 });
  });

  test('answers all the others when one is aborted while its input is copied', async () => {
    const engine = await loadFilling(model, 2);
    const controller = new AbortController();
    const aborted = engine.run({ x: large(9) }, { signal: controller.signal });
    const others = [1, 2].map((value) => engine.run({ x: large(value) }));
    controller.abort();
    await expect(aborted).rejects.toBe(controller.signal.reason);
    const results = await Promise.all(others);
    expect(results.map(({ y }) => ends(y?.data))).toEqual([1, 2].map((value) => [WIDTH, value, value, true]));
    expect(sizes(engine)).toEqual({ 2: 1 });
  });
});
