import { Tensor, type TensorLike } from 'node-tensorrt';
import { describe, expect, test } from 'vitest';
import { addTwo, identity, nonZero, stringConcat } from '../fixtures/models.js';
import { f32, load, loadSlow, numbers, one, untilStarted } from '../support/engines.js';
import { failure } from '../support/failure.js';

const inputs = { a: f32([10, 20]), b: f32([1, 2]) };

describe.each([
  ['on a lane', 0],
  ['in place', 1_000_000],
])('run() with into, %s', (_, inlineBelowUs) => {
  const open = async (model = addTwo()) => {
    const engine = await load(model, { inlineBelowUs });
    if (engine.inputs.length === 2) await engine.run(inputs);
    return engine;
  };

  test('writes there, and returns the very tensor', async () => {
    const engine = await open();
    const sum = f32([0, 0]);
    const difference = new Tensor('float32', new Float32Array(2), [2]);
    const result = await engine.run(inputs, { into: { sum, difference } });
    expect(result['sum']).toBe(sum);
    expect(result['difference']).toBe(difference);
    expect(Array.from(sum.data)).toEqual([11, 22]);
    expect(Array.from(difference.data)).toEqual([9, 18]);
  });

  test('returns the other outputs as new tensors', async () => {
    const sum = f32([0, 0]);
    const result = await (await open()).run(inputs, { into: { sum } });
    expect(Array.from(sum.data)).toEqual([11, 22]);
    expect(numbers(result, 'difference')).toEqual([9, 18]);
  });

  test('goes with outputs, in another order', async () => {
    const sum = f32([0, 0]);
    const result = await (await open()).run(inputs, { outputs: ['difference', 'sum'], into: { sum } });
    expect(Object.keys(result)).toEqual(['difference', 'sum']);
    expect(numbers(result, 'difference')).toEqual([9, 18]);
    expect(Array.from(sum.data)).toEqual([11, 22]);
  });

  test('writes into a view and leaves what is around it alone', async () => {
    const wide = new Float32Array(4).fill(-7);
    const sum: TensorLike = { type: 'float32', data: wide.subarray(1, 3), dims: [2] };
    await (await open()).run(inputs, { into: { sum } });
    expect(Array.from(wide)).toEqual([-7, 11, 22, -7]);
  });

  test('may write over its own input', async () => {
    const a = f32([10, 20]);
    await (await open()).run({ a, b: inputs.b }, { into: { sum: a } });
    expect(Array.from(a.data)).toEqual([11, 22]);
  });

  test('serves the same tensor again and again', async () => {
    const engine = await open();
    const sum = f32([0, 0]);
    for (let i = 0; i < 50; i++) {
      await engine.run({ a: f32([i, i]), b: inputs.b }, { into: { sum } });
      expect(Array.from(sum.data)).toEqual([i + 1, i + 2]);
    }
  });

  test('writes strings', async () => {
    const engine = await load(stringConcat(), { inlineBelowUs });
    const text = (data: string[]) => ({ type: 'string' as const, data, dims: [2] });
    for (let i = 0; i < 2; i++) {
      const y = text(['old', 'old']);
      const result = await engine.run({ a: text(['x', '']), b: text(['y', 'ü']) }, { into: { y } });
      expect(result['y']).toBe(y);
      expect(y.data).toEqual(['xy', 'ü']);
    }
  });

  test.each([
    ['another type', { ...f32([0, 0]), type: 'float64' }, 'INVALID_ARGUMENT'],
    ['another array', { ...f32([0, 0]), data: new Float64Array(2) }, 'INVALID_ARGUMENT'],
    ['another rank', f32([0, 0], [1, 2]), 'SHAPE_MISMATCH'],
    ['a length that is not that of dims', f32([0, 0, 0], [2]), 'SHAPE_MISMATCH'],
    ['another size than the result has', f32([0, 0, 0]), 'SHAPE_MISMATCH'],
    ['no tensor', 5, 'INVALID_ARGUMENT'],
    ['null', null, 'INVALID_ARGUMENT'],
  ])('refuses %s', async (__, sum, code) => {
    const engine = await open();
    const before = JSON.stringify(sum);
    const options = { into: { sum } } as never;
    await expect(engine.run(inputs, options)).rejects.toEqual(failure(code));
    expect(() => engine.runSync(inputs, options)).toThrow(failure(code) as Error);
    expect(JSON.stringify(sum)).toBe(before);
    expect(numbers(await engine.run(inputs), 'sum')).toEqual([11, 22]);
  });

  test('refuses an output that is not there, or not asked for', async () => {
    const engine = await open();
    const into = { summ: f32([0, 0]) };
    await expect(engine.run(inputs, { into })).rejects.toEqual(failure('INVALID_ARGUMENT', { tensor: 'summ' }));
    await expect(engine.run(inputs, { outputs: ['difference'], into: { sum: f32([0, 0]) } })).rejects.toEqual(
      failure('INVALID_ARGUMENT', { tensor: 'sum' }),
    );
  });

  test('refuses a result whose size only the data decides, when it does not fit', async () => {
    const engine = await load(nonZero(), { inlineBelowUs });
    const indices = { type: 'int64' as const, data: new BigInt64Array(2), dims: [1, 2] };
    for (let i = 0; i < 2; i++) {
      await engine.run({ x: f32([1, 0, 1]) }, { into: { indices } });
      expect(Array.from(indices.data)).toEqual([0n, 2n]);
      await expect(engine.run({ x: f32([1, 1, 1]) }, { into: { indices } })).rejects.toEqual(failure('SHAPE_MISMATCH'));
    }
  });
});

describe('run() with into while another run is on its way', () => {
  test('refuses the same memory with BUSY, and takes it again afterwards', async () => {
    const engine = await loadSlow();
    const buffer = new Float32Array(4);
    const at = (i: number): TensorLike => ({ type: 'float32', data: buffer.subarray(i, i + 1), dims: [1] });
    const first = engine.run(one(5), { into: { y: at(1) } });
    await untilStarted(engine, 1);
    const busy = failure('BUSY', { option: 'options.into' });
    await expect(engine.run(one(6), { into: { y: at(1) } })).rejects.toEqual(busy);
    const beside = engine.run(one(7), { into: { y: at(2) } });
    await Promise.all([first, beside]);
    expect(Array.from(buffer)).toEqual([0, 5, 7, 0]);
    await engine.run(one(8), { into: { y: at(1) } });
    expect(Array.from(buffer)).toEqual([0, 8, 7, 0]);
    await engine.close();
    const { accepted, completed, failed, aborted, timedOut } = engine.stats().requests;
    expect(completed + failed + aborted + timedOut).toBe(accepted);
  });

  test('refuses memory that overlaps in part, of another engine too', async () => {
    const [engine, other] = [await loadSlow(), await load(identity('uint8', ['N']), { inlineBelowUs: 0 })];
    const buffer = new ArrayBuffer(16);
    const first = engine.run(one(5), {
      into: { y: { type: 'float32', data: new Float32Array(buffer, 4, 1), dims: [1] } },
    });
    const bytes = (offset: number): TensorLike => ({
      type: 'uint8',
      data: new Uint8Array(buffer, offset, 2),
      dims: [2],
    });
    const x: TensorLike = { type: 'uint8', data: Uint8Array.of(1, 1), dims: [2] };
    await expect(other.run({ x }, { into: { y: bytes(3) } })).rejects.toEqual(failure('BUSY'));
    await expect(other.run({ x }, { into: { y: bytes(7) } })).rejects.toEqual(failure('BUSY'));
    await other.run({ x }, { into: { y: bytes(2) } });
    await other.run({ x }, { into: { y: bytes(8) } });
    await first;
  });

  test('gives the memory free when a run is aborted, fails or times out', async () => {
    const engine = await loadSlow();
    const y = { type: 'float32' as const, data: new Float32Array(1), dims: [1] };
    const running = engine.run(one(1));
    const controller = new AbortController();
    const aborted = engine.run(one(2), { into: { y }, signal: controller.signal });
    controller.abort();
    await expect(aborted).rejects.toBe(controller.signal.reason);
    await expect(engine.run(one(2), { into: { y }, timeoutMs: 1 })).rejects.toEqual(failure('TIMEOUT'));
    await engine.run(one(3), { into: { y } });
    expect(y.data[0]).toBe(3);
    await running;
  });
});
