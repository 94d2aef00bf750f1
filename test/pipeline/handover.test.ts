import { memory, Pipeline, type PipelineEngine, type PooledTensor, type TensorMap } from 'node-tensorrt';
import { describe, expect, test } from 'vitest';
import { identity, mlp } from '../fixtures/models.js';
import { f32, load, numbers } from '../support/engines.js';
import { rejection } from '../support/failure.js';
import { settle } from './support.js';

const WIDTH = 4;

/** An engine whose results are noted, and may be made to wait or fail. */
async function watched(behaviour: (outputs: TensorMap) => unknown = () => undefined) {
  const engine = await load(identity('float32', ['N', WIDTH]), { inlineBelowUs: 0 });
  const seen: { inputs: TensorMap; outputs: TensorMap; options: Record<string, unknown> }[] = [];
  const stage = {
    inputs: engine.inputs,
    outputs: engine.outputs,
    run: async (inputs: TensorMap, options: object = {}) => {
      const outputs = await engine.run(inputs, options);
      seen.push({ inputs, outputs, options: { ...options } });
      await behaviour(outputs);
      return outputs;
    },
  } satisfies PipelineEngine<TensorMap, TensorMap>;
  return { stage, seen };
}

const page = () => ({ x: f32([1, 2, 3, 4, 5, 6, 7, 8], [2, WIDTH]) });
const isReleased = (tensors: TensorMap | undefined) => pooled(tensors).released;
/** Fails for an ordinary tensor. */
function pooled(tensors: TensorMap | undefined): PooledTensor {
  const tensor = tensors?.['y'] as unknown as PooledTensor;
  expect(tensor.location).toBe('pool');
  return tensor;
}
const held = () => memory.stats().allocatedBytes.current;

describe('from engine to engine', () => {
  test('tensors stay in the pool, are named by map, and are released after use', async () => {
    const [a, b, c] = [await watched(), await watched(), await watched()];
    const pipeline = Pipeline.create()
      .stage('a', a.stage)
      .stage('b', b.stage, { map: { y: 'x' } })
      .stage('c', c.stage, {
        map: { y: 'x' },
        result: ({ y }, before) => {
          expect(isReleased(before)).toBe(false);
          return { y, before: Array.from(before['y']?.data as Float32Array) };
        },
      })
      .build();
    const { y, before } = await pipeline.run(page());
    expect(before).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    for (const { seen } of [a, b]) {
      expect(seen[0]?.options).toMatchObject({ outputs: ['y'], preferredOutputLocation: 'pool' });
      expect(isReleased(seen[0]?.outputs)).toBe(true);
    }
    expect(b.seen[0]?.inputs['x']).toBe(a.seen[0]?.outputs['y']);
    // Nobody releases the last one's, so it is none of the pool.
    expect(c.seen[0]?.options).not.toHaveProperty('preferredOutputLocation');
    expect((y as unknown as PooledTensor).location).toBe('cpu');
    expect(numbers({ y: y as never }, 'y')).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  test('what a function gets in between is an ordinary tensor', async () => {
    const [a, b] = [await watched(), await watched()];
    const kept: TensorMap[] = [];
    const pipeline = Pipeline.create()
      .stage('a', a.stage)
      .step('keep', (tensors) => {
        kept.push(tensors);
        return { x: tensors['y'] as never };
      })
      .stage('b', b.stage)
      .build();
    await pipeline.run(page());
    expect(a.seen[0]?.options).not.toHaveProperty('preferredOutputLocation');
    expect(numbers(kept[0] as TensorMap, 'y')).toHaveLength(8);
  });

  test.each<[string, (item: AbortController) => unknown]>([
    ['fails', () => Promise.reject(new Error('no'))],
    ['is aborted', (controller) => controller.abort(new Error('no'))],
  ])('tensors are released when the next engine %s', async (_, end) => {
    const controller = new AbortController();
    const [a, b] = [await watched(), await watched(() => end(controller))];
    const pipeline = Pipeline.create()
      .stage('a', a.stage)
      .stage('b', b.stage, { map: { y: 'x' } })
      .build();
    await rejection(pipeline.run(page(), { signal: controller.signal }));
    await pipeline.close();
    expect(isReleased(a.seen[0]?.outputs)).toBe(true);
  });

  test('tensors are released when the item ends before the next engine begins', async () => {
    const controller = new AbortController();
    const a = await watched();
    const never: PipelineEngine<TensorMap, number> = { run: () => new Promise(() => undefined) };
    const pipeline = Pipeline.create()
      .stage('a', a.stage)
      .stage('b', never, { map: { y: 'x' }, concurrency: 1 })
      .build();
    const first = rejection(pipeline.run(page()));
    while (a.seen.length < 1) await settle();
    const second = rejection(pipeline.run(page(), { signal: controller.signal }));
    while (a.seen.length < 2) await settle();
    await settle();
    controller.abort(new Error('enough'));
    await second;
    await settle();
    expect(a.seen.map(({ outputs }) => isReleased(outputs))).toEqual([false, true]);
    pipeline.destroy();
    await first;
  });

  test('leaves nothing in the pool, whatever becomes of the items', async () => {
    const width = 256;
    const first = await load(mlp({ layers: 1, width }), { inlineBelowUs: 0 });
    const second = await load(mlp({ layers: 1, width }), { inlineBelowUs: 0 });
    const pipeline = Pipeline.create()
      .stage('a', first)
      .stage('b', second, { map: { y: 'x' } })
      .step('some fail', (tensors) => {
        if ((tensors['y']?.dims[0] ?? 0) % 3 === 0) throw new Error('every third');
        return tensors;
      })
      .build();
    const inputs = (rows: number) => ({ x: f32(new Float32Array(rows * width).fill(rows / 10), [rows, width]) });
    await Promise.allSettled([1, 2, 3, 4].map((rows) => pipeline.run(inputs(rows))));
    await settle();
    const before = held();
    for (let round = 0; round < 5; round++) {
      const controller = new AbortController();
      const all = Array.from({ length: 24 }, (_, i) =>
        pipeline.run(inputs(1 + (i % 5)), i % 4 === 0 ? { signal: controller.signal } : {}),
      );
      setImmediate(() => controller.abort(new Error('enough')));
      await Promise.allSettled(all);
    }
    await pipeline.close();
    await settle();
    expect(held()).toBeLessThanOrEqual(before);
  });
});
