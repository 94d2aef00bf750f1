import { describe, expect, test } from 'vitest';
import { matmul16 } from '../fixtures/models.js';
import { onnxModel } from '../fixtures/onnx-writer.js';
import { f32, load, numbers } from '../support/engines.js';

/** Declares [4], and computes as many elements as the condition lets through. */
const misleading = onnxModel({
  inputs: [
    { name: 'x', type: 'float32', dims: [4] },
    { name: 'keep', type: 'bool', dims: [4] },
  ],
  outputs: [{ name: 'y', type: 'float32', dims: [4] }],
  nodes: [{ op: 'Compress', inputs: ['x', 'keep'], outputs: ['y'], attributes: { axis: { int: 0 } } }],
});

const keep = (...flags: number[]) => ({ type: 'bool' as const, data: Uint8Array.from(flags), dims: [4] });

describe('results of fixed shape', () => {
  test('run() and runSync() return the real shape when the model declares another', async () => {
    const engine = await load(misleading, { inlineBelowUs: 1_000_000 });
    const x = f32([1, 2, 3, 4]);
    expect(numbers(await engine.run({ x, keep: keep(1, 1, 1, 1) }), 'y')).toEqual([1, 2, 3, 4]);
    expect(numbers(await engine.run({ x, keep: keep(1, 1, 1, 1) }), 'y')).toEqual([1, 2, 3, 4]);
    for (const result of [
      await engine.run({ x, keep: keep(0, 1, 1, 0) }),
      await engine.run({ x, keep: keep(0, 1, 1, 0) }),
      engine.runSync({ x, keep: keep(0, 1, 1, 0) }),
    ]) {
      expect(numbers(result, 'y')).toEqual([2, 3]);
      expect(result['y']?.dims).toEqual([2]);
    }
  });

  test('run() gives every caller a result of its own', async () => {
    const engine = await load(matmul16(), { inlineBelowUs: 1_000_000 });
    const a = f32(new Array(256).fill(1), [16, 16]);
    const results = [];
    // On a busy machine the lane may not be idle yet when the next run comes.
    while (engine.stats().requests.inPlace < 3) results.push(await engine.run({ a }));
    expect(new Set(results.map((result) => result['y']?.data)).size).toBe(results.length);
  });
});

describe('run() beyond the budget of a turn', () => {
  test('goes on in the next turn of the event loop', async () => {
    const engine = await load(matmul16(), { inlineBelowUs: 1_000_000 });
    const a = f32(new Array(256).fill(1), [16, 16]);
    let turns = 0;
    let counting = true;
    const count = () => {
      turns++;
      if (counting) setImmediate(count);
    };
    setImmediate(count);
    for (let i = 0; i < 2000; i++) await engine.run({ a });
    counting = false;
    expect(turns).toBeGreaterThan(2);
    expect(engine.stats().requests.completed).toBe(2000);
  });
});
