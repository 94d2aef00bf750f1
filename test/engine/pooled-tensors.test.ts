// Pooled tensors in runs: as inputs, in `into`, and as results that are left where they were computed.

import { Engine, memory, type PooledTensor, type TensorLike, type TensorMap } from 'node-tensorrt';
import { describe, expect, test } from 'vitest';
import { addTwo, identity, nonZero, stringConcat } from '../fixtures/models.js';
import { f32, load, loadSlow, numbers, one, turn, until, untilStarted } from '../support/engines.js';
import { failure } from '../support/failure.js';
import { allocated, part, pooled } from '../support/pooled.js';

const inputs = { a: f32([10, 20]), b: f32([1, 2]) };

describe.each([
  ['on a lane', 0],
  ['in place', 1_000_000],
])('run() %s', (_, inlineBelowUs) => {
  const open = async (model = addTwo()) => {
    const engine = await load(model, { inlineBelowUs });
    if (engine.inputs.length === 2 && engine.inputs[0]?.type === 'float32') await engine.run(inputs);
    return engine;
  };

  test('reads pooled tensors, whole and in part', async () => {
    const engine = await open();
    using a = pooled([9, 10, 20, 9]);
    using b = pooled([1, 2]);
    expect(numbers(await engine.run({ a: part(a, 1, 3), b }), 'sum')).toEqual([11, 22]);
    expect(numbers(await engine.run({ a: { type: 'float32', data: b.data, dims: [2] }, b }), 'sum')).toEqual([2, 4]);
    expect(numbers(engine.runSync({ a: part(a, 1, 3), b }), 'difference')).toEqual([9, 18]);
  });

  test('writes pooled tensors in into, whole and in part, and returns the very tensor', async () => {
    const engine = await open();
    using sum = pooled([0, 0]);
    using wide = pooled([-7, 0, 0, -7]);
    const difference = part(wide, 1, 3);
    const options = { into: { sum, difference } };
    for (const run of [() => engine.run(inputs, options), () => engine.runSync(inputs, options)]) {
      const result = await run();
      expect(result['sum']).toBe(sum);
      expect(result['difference']).toBe(difference);
      expect([...sum.data]).toEqual([11, 22]);
      expect([...wide.data]).toEqual([-7, 9, 18, -7]);
      wide.data.fill(0, 1, 3);
    }
  });

  test('leaves other outputs to be copied, into ordinary memory or new', async () => {
    const engine = await open();
    using sum = pooled([0, 0]);
    const difference = f32([0, 0]);
    await engine.run(inputs, { into: { sum, difference } });
    expect([...sum.data, ...difference.data]).toEqual([11, 22, 9, 18]);
    expect(numbers(await engine.run(inputs, { into: { sum } }), 'difference')).toEqual([9, 18]);
  });

  test('leaves results in the pool, of all outputs or of those that are named', async () => {
    const engine = await open();
    const base = allocated();
    const all = await engine.run(inputs, { preferredOutputLocation: 'pool' });
    for (const [name, expected] of [
      ['sum', [11, 22]],
      ['difference', [9, 18]],
    ] as const) {
      expect(all[name]).toMatchObject({ type: 'float32', dims: [2], location: 'pool', bytes: 8, released: false });
      expect(numbers(all, name)).toEqual(expected);
    }
    expect(allocated()).toBeGreaterThan(base);
    for (const tensor of Object.values(all)) (tensor as PooledTensor).release();
    await until(() => allocated() === base);

    const some = await engine.run(inputs, { preferredOutputLocation: { sum: 'pool', difference: 'cpu' } });
    expect(some['difference']).not.toHaveProperty('released');
    using sum = some['sum'] as PooledTensor;
    expect(sum.location).toBe('pool');
    const sync = engine.runSync(inputs, { preferredOutputLocation: 'pool' });
    expect([...numbers(sync, 'sum'), ...numbers(sync, 'difference')]).toEqual([11, 22, 9, 18]);
    for (const tensor of Object.values(sync)) (tensor as PooledTensor).release();
  });

  test('chains engines by results that are left in the pool', async () => {
    const engine = await open();
    let current: TensorMap = { sum: f32([1, 1]) };
    const base = allocated();
    for (let i = 0; i < 10; i++) {
      const next = await engine.run(
        { a: current['sum'] as TensorLike, b: inputs.b },
        { outputs: ['sum'], preferredOutputLocation: 'pool' },
      );
      if (i > 0) (current['sum'] as PooledTensor).release();
      current = next;
    }
    expect(numbers(current, 'sum')).toEqual([11, 21]);
    (current['sum'] as PooledTensor).release();
    await until(() => allocated() === base);
  });

  test('keeps results in the pool when the engine is closed', async () => {
    const engine = await Engine.load(addTwo(), { inlineBelowUs });
    await engine.run(inputs);
    const result = await engine.run(inputs, { preferredOutputLocation: 'pool' });
    await engine.close();
    await memory.emptyCache();
    expect(numbers(result, 'sum')).toEqual([11, 22]);
    for (const tensor of Object.values(result)) (tensor as PooledTensor).release();
  });

  test('gives pooled results that are inputs of the graph memory of their own', async () => {
    const engine = await open(identity());
    using x = pooled([1, 2, 3, 4], [1, 4]);
    const { y } = await engine.run({ x }, { preferredOutputLocation: 'pool' });
    x.data.fill(0);
    expect(Array.from(y?.data as Float32Array)).toEqual([1, 2, 3, 4]);
    (y as PooledTensor).release();
  });

  test('gives strings as usual, unless they are named', async () => {
    const engine = await open(stringConcat());
    const text = (data: string[]) => ({ type: 'string' as const, data, dims: [1] });
    const given = { a: text(['x']), b: text(['y']) };
    const { y } = await engine.run(given, { preferredOutputLocation: 'pool' });
    expect(y?.data).toEqual(['xy']);
    await expect(engine.run(given, { preferredOutputLocation: { y: 'pool' } })).rejects.toEqual(
      failure('UNSUPPORTED', { option: 'options.preferredOutputLocation.y' }),
    );
  });

  test('gives results without elements and of a shape that only the data decides', async () => {
    const engine = await open(nonZero());
    for (const x of [
      [0, 0],
      [0, 1],
    ]) {
      const { indices } = await engine.run({ x: f32(x) }, { preferredOutputLocation: 'pool' });
      expect(indices).toMatchObject({ location: 'pool', dims: [1, x[1]] });
      expect(indices?.data.length).toBe(x[1]);
      (indices as PooledTensor).release();
    }
  });

  test('refuses a result that does not fit its pooled tensor', async () => {
    const engine = await open(nonZero());
    using indices = memory.allocate('int64', [1, 2]);
    for (let i = 0; i < 2; i++) {
      await engine.run({ x: f32([1, 0, 1]) }, { into: { indices } });
      expect([...indices.data]).toEqual([0n, 2n]);
      await expect(engine.run({ x: f32([1, 1, 1]) }, { into: { indices } })).rejects.toEqual(failure('SHAPE_MISMATCH'));
      expect(() => engine.runSync({ x: f32([1, 1, 1]) }, { into: { indices } })).toThrow(
        failure('SHAPE_MISMATCH') as Error,
      );
    }
  });

  test.each<[string, unknown, string, string]>([
    ['a GPU', 'gpu-buffer', 'UNSUPPORTED', ''],
    ['a GPU for one output', { sum: 'gpu-buffer' }, 'UNSUPPORTED', '.sum'],
    ['a place that is none', 'disk', 'INVALID_ARGUMENT', ''],
    ['a place that is none for one output', { sum: 1 }, 'INVALID_ARGUMENT', '.sum'],
    ['an output that is none', { sums: 'pool' }, 'INVALID_ARGUMENT', ''],
    ['null', null, 'INVALID_ARGUMENT', ''],
  ])('refuses %s for preferredOutputLocation', async (__, location, code, suffix) => {
    const engine = await open();
    const options = { preferredOutputLocation: location } as never;
    const refused = failure(code, code === 'UNSUPPORTED' || suffix ? optionOf(suffix) : {});
    await expect(engine.run(inputs, options)).rejects.toEqual(refused);
    expect(() => engine.runSync(inputs, options)).toThrow(refused as Error);
  });

  test('refuses the pool for an output with into when it is named, and gives the others', async () => {
    const engine = await open();
    const sum = f32([0, 0]);
    await expect(engine.run(inputs, { into: { sum }, preferredOutputLocation: { sum: 'pool' } })).rejects.toEqual(
      failure('INVALID_ARGUMENT', optionOf('.sum')),
    );
    const result = await engine.run(inputs, { into: { sum }, preferredOutputLocation: 'pool' });
    expect(result['sum']).toBe(sum);
    expect(result['difference']).toMatchObject({ location: 'pool' });
    (result['difference'] as PooledTensor).release();
  });

  test('refuses a tensor that was released', async () => {
    const engine = await open();
    const tensor = pooled([1, 2]);
    const { data } = tensor;
    tensor.release();
    const released = failure('NOT_OPEN', { reason: 'released' });
    await expect(engine.run({ a: tensor, b: inputs.b })).rejects.toEqual(released);
    await expect(engine.run(inputs, { into: { sum: tensor } })).rejects.toEqual(released);
    expect(() => engine.runSync({ a: tensor, b: inputs.b })).toThrow(released as Error);
    await expect(engine.run({ a: { type: 'float32', data, dims: [2] }, b: inputs.b })).rejects.toEqual(
      failure('SHAPE_MISMATCH'),
    );
  });

  test('refuses memory that it would read and write, or write twice', async () => {
    const engine = await open();
    using tensor = pooled([1, 2, 3, 4]);
    const overlap = failure('INVALID_ARGUMENT', { reason: 'overlap', option: 'inputs.b' });
    const own = { a: inputs.a, b: part(tensor, 0, 2) };
    await expect(engine.run(own, { into: { sum: part(tensor, 1, 3) } })).rejects.toEqual(overlap);
    expect(() => engine.runSync(own, { into: { sum: part(tensor, 0, 2) } })).toThrow(overlap as Error);
    const into = { sum: part(tensor, 0, 2), difference: part(tensor, 1, 3) };
    await expect(engine.run(inputs, { into })).rejects.toEqual(failure('BUSY'));
    await engine.run(own, { into: { sum: part(tensor, 2, 4) } });
    expect([...tensor.data]).toEqual([1, 2, 11, 22]);
  });

  test('reads the same memory for several inputs', async () => {
    const engine = await open();
    using a = pooled([1, 2, 3]);
    expect(numbers(await engine.run({ a: part(a, 0, 2), b: part(a, 1, 3) }), 'sum')).toEqual([3, 5]);
  });
});

function optionOf(suffix: string): Record<string, unknown> {
  return { option: `options.preferredOutputLocation${suffix}` };
}

describe('run() on a lane', () => {
  test('reads a pooled input when it runs, and copies nothing when it is called', async () => {
    const engine = await loadSlow();
    using x = pooled([7]);
    const first = engine.run(one(3));
    await untilStarted(engine, 1);
    const base = allocated();
    const queued = engine.run({ x });
    expect(allocated()).toBe(base);
    x.data[0] = 8;
    expect(numbers(await queued, 'y')).toEqual([8]);
    expect(numbers(await first, 'y')).toEqual([3]);
  });

  test('takes 20 MB in and out without a turn of the event loop for a copy', async () => {
    const engine = await load(addTwo(), { inlineBelowUs: 0 });
    using a = memory.allocate('float32', [5_000_000]);
    using sum = memory.allocate('float32', [5_000_000]);
    a.data.fill(3);
    const run = engine.run({ a, b: a }, { outputs: ['sum'], into: { sum } });
    expect(engine.stats().requests.accepted).toBe(1);
    await run;
    expect([sum.data[0], sum.data.at(-1)]).toEqual([6, 6]);
    const result = engine.run({ a, b: a }, { outputs: ['difference'], preferredOutputLocation: 'pool' });
    expect(engine.stats().requests.accepted).toBe(2);
    const difference = (await result)['difference'] as PooledTensor<'float32'>;
    expect([difference.data[0], difference.data.at(-1), difference.data.length]).toEqual([0, 0, 5_000_000]);
    difference.release();
  });

  test('copies large ordinary inputs in slices while it keeps pooled memory of the same run', async () => {
    const engine = await load(addTwo(), { inlineBelowUs: 0 });
    const count = 2 ** 20;
    const base = allocated();
    const a = memory.allocate('float32', [count]);
    const sum = memory.allocate('float32', [count]);
    a.data.fill(2);
    const run = engine.run({ a, b: f32(new Float32Array(count).fill(3)) }, { outputs: ['sum'], into: { sum } });
    await turn();
    expect(engine.stats().requests.accepted).toBe(0);
    await expect(engine.run({ a: sum, b: a })).rejects.toEqual(failure('BUSY', { option: 'inputs.a' }));
    await expect(engine.run({ a: sum, b: f32(new Float32Array(count)) })).rejects.toEqual(failure('BUSY'));
    a.release();
    await run;
    expect([sum.data[0], sum.data.at(-1)]).toEqual([5, 5]);
    sum.release();
    await until(() => allocated() === base);
  });

  test('lets pooled memory go when a run is aborted before its inputs are copied', async () => {
    const engine = await load(addTwo(), { inlineBelowUs: 0 });
    const count = 2 ** 20;
    using a = memory.allocate('float32', [count]);
    using sum = memory.allocate('float32', [count]);
    const controller = new AbortController();
    const b = f32(new Float32Array(count));
    const run = engine.run({ a, b }, { outputs: ['sum'], into: { sum }, signal: controller.signal });
    await turn();
    controller.abort();
    await expect(run).rejects.toBe(controller.signal.reason);
    await engine.run({ a: sum, b: sum }, { outputs: ['sum'], into: { sum: a } });
  });

  test('writes an output of integers, which it computes elsewhere first, and reads inputs of integers', async () => {
    for (const type of ['int64', 'int32', 'bool'] as const) {
      const engine = await load(identity(type, ['N']), { inlineBelowUs: 0 });
      using x = memory.allocate(type, [3]);
      using y = memory.allocate(type, [3]);
      x.data.fill((type === 'int64' ? 1n : 1) as never);
      await engine.run({ x }, { into: { y } });
      expect(y.data).toEqual(x.data);
    }
  });
});
