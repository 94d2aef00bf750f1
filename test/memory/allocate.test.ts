import { memory, type TensorLike } from 'node-tensorrt';
import { describe, expect, onTestFinished, test } from 'vitest';
import { getPort } from '../../dist/esm/native/port.js';
import { identity } from '../fixtures/models.js';
import { load, turn } from '../support/engines.js';
import { failure } from '../support/failure.js';

const allocated = () => memory.stats().allocatedBytes.current;

describe('memory.allocate()', () => {
  test('gives a tensor of zeros in memory of the pool', () => {
    const base = allocated();
    const tensor = memory.allocate('float32', [2, 3]);
    expect(tensor).toMatchObject({ type: 'float32', dims: [2, 3], bytes: 24, location: 'pool', released: false });
    expect(tensor.data).toEqual(new Float32Array(6));
    expect(allocated() - base).toBe(24);
    tensor.data.set([1, 2, 3, 4, 5, 6]);
    expect([...tensor.data]).toEqual([1, 2, 3, 4, 5, 6]);
    tensor.release();
    expect(allocated()).toBe(base);
    using again = memory.allocate('float32', [2, 3]);
    expect([...again.data]).toEqual([0, 0, 0, 0, 0, 0]);
  });

  test('takes dims that are computed, and does not keep them', () => {
    const dims = [2, 2];
    using tensor = memory.allocate('uint8', dims, { zero: false, pool: 'host' });
    dims[0] = 9;
    expect(tensor.dims).toEqual([2, 2]);
    expect(() => (tensor.dims as number[]).push(1)).toThrow(TypeError);
  });

  test.each([
    ['float32', Float32Array],
    ['float16', Uint16Array],
    ['bfloat16', Uint16Array],
    ['float64', Float64Array],
    ['int8', Int8Array],
    ['uint8', Uint8Array],
    ['int16', Int16Array],
    ['uint16', Uint16Array],
    ['int32', Int32Array],
    ['uint32', Uint32Array],
    ['int64', BigInt64Array],
    ['uint64', BigUint64Array],
    ['bool', Uint8Array],
  ] as const)('holds %s in the array of that type', (type, ArrayType) => {
    using tensor = memory.allocate(type, [3]);
    expect(tensor.data).toBeInstanceOf(ArrayType);
    expect(tensor.data.length).toBe(3);
    expect(tensor.bytes).toBe(3 * ArrayType.BYTES_PER_ELEMENT);
  });

  test('allows no elements, and a scalar', () => {
    const base = allocated();
    const empty = memory.allocate('int64', [0, 4]);
    expect([empty.data.length, empty.bytes, allocated() - base]).toEqual([0, 0, 0]);
    empty.release();
    expect(empty.released).toBe(true);
    using scalar = memory.allocate('float64', []);
    expect(scalar.data.length).toBe(1);
  });

  test('tells V8 of the memory', () => {
    const before = process.memoryUsage().external;
    using tensor = memory.allocate('uint8', [64 << 20], { zero: false });
    expect(process.memoryUsage().external - before).toBeGreaterThan(60 << 20);
    tensor.release();
    expect(process.memoryUsage().external - before).toBeLessThan(4 << 20);
  });

  test.each<[string, unknown[], string, Record<string, unknown>]>([
    ['a type that is none', ['float', [1]], 'INVALID_ARGUMENT', { option: 'type' }],
    ['strings', ['string', [1]], 'UNSUPPORTED', { option: 'type' }],
    ['no dims', ['float32'], 'INVALID_ARGUMENT', { option: 'dims' }],
    ['dims that are no integers', ['float32', [1.5]], 'INVALID_ARGUMENT', { option: 'dims[0]' }],
    ['negative dims', ['float32', [2, -1]], 'OUT_OF_RANGE', { option: 'dims[1]' }],
    ['too many dims', ['float32', new Array(33).fill(1)], 'OUT_OF_RANGE', { option: 'dims' }],
    ['2 GiB', ['float32', [2 ** 29]], 'OUT_OF_RANGE', { option: 'dims' }],
    ['sizes whose product overflows', ['uint8', [2 ** 40, 2 ** 40]], 'OUT_OF_RANGE', { option: 'dims' }],
    ['a pool that is none', ['float32', [1], { pool: 'cuda:0' }], 'INVALID_ARGUMENT', { option: 'options.pool' }],
    [
      'a pool that is none for no elements',
      ['float32', [0], { pool: 'Host' }],
      'INVALID_ARGUMENT',
      { option: 'options.pool' },
    ],
    ['a pool that is no name', ['float32', [1], { pool: 5 }], 'INVALID_ARGUMENT', { option: 'options.pool' }],
    ['zero that is no boolean', ['float32', [0], { zero: 1 }], 'INVALID_ARGUMENT', { option: 'options.zero' }],
    ['unknown options', ['float32', [1], { Zero: true }], 'INVALID_ARGUMENT', { option: 'options.Zero' }],
    ['options that are none', ['float32', [1], 5], 'INVALID_ARGUMENT', { option: 'options' }],
  ])('refuses %s', (_, args, code, details) => {
    const base = allocated();
    expect(() => memory.allocate(...(args as Parameters<typeof memory.allocate>))).toThrow(
      failure(code, details) as Error,
    );
    expect(allocated()).toBe(base);
  });

  test('is the only way to a pooled tensor', () => {
    using tensor = memory.allocate('float32', [1]);
    const PooledTensor = tensor.constructor as new (...args: unknown[]) => unknown;
    expect(() => new PooledTensor(Symbol('x'), 'float32', new Float32Array(1), [1], () => {})).toThrow(
      failure('INVALID_ARGUMENT') as Error,
    );
  });
});

describe('release()', () => {
  test('gives the memory back, detaches every array over it, and is idempotent', async () => {
    const base = allocated();
    const tensor = memory.allocate('float32', [4]);
    const { data } = tensor;
    const part = data.subarray(1, 3);
    tensor.release();
    tensor.dispose();
    tensor[Symbol.dispose]();
    expect(tensor.released).toBe(true);
    expect([data.length, part.length, data.buffer.byteLength]).toEqual([0, 0, 0]);
    expect(() => tensor.data).toThrow(failure('NOT_OPEN', { reason: 'released' }) as Error);
    await expect(tensor.getData()).rejects.toEqual(failure('NOT_OPEN', { reason: 'released' }));
    expect(allocated()).toBe(base);
    await turn();
    expect(allocated()).toBe(base);
  });

  test('is what the end of a `using` block does', () => {
    const base = allocated();
    {
      using tensor = memory.allocate('uint8', [1000]);
      expect(tensor.released).toBe(false);
    }
    expect(allocated()).toBe(base);
  });

  test('leaves other tensors alone whose memory is next to it', () => {
    const tensors = Array.from({ length: 20 }, (_, i) => {
      const tensor = memory.allocate('int32', [64]);
      tensor.data.fill(i);
      return tensor;
    });
    for (const tensor of tensors.filter((_, i) => i % 2 === 0)) tensor.release();
    for (const [i, tensor] of tensors.entries()) {
      if (i % 2 === 1) expect([...new Set(tensor.data)]).toEqual([i]);
      tensor.release();
    }
  });

  test('in a loop without a turn of the event loop needs no more memory', () => {
    const base = memory.stats().reservedBytes.current;
    for (let i = 0; i < 100; i++) memory.allocate('uint8', [16 << 20], { zero: false }).release();
    expect(memory.stats().reservedBytes.current - base).toBeLessThan(64 << 20);
  });
});

describe("a pooled tensor's ArrayBuffer", () => {
  const [major = 0] = process.versions.node.split('.').map(Number);

  test('is copied, or refused, where it is to be transferred by a message', () => {
    using tensor = memory.allocate('uint8', [4]);
    tensor.data.set([1, 2, 3, 4]);
    const buffer = tensor.data.buffer as ArrayBuffer;
    const transfer = () => structuredClone(tensor.data, { transfer: [buffer] });
    if (major >= 22) expect(transfer).toThrow(expect.objectContaining({ name: 'DataCloneError' }) as Error);
    else expect([...transfer()]).toEqual([1, 2, 3, 4]);
    expect([...tensor.data]).toEqual([1, 2, 3, 4]);
    expect([...structuredClone(tensor.data)]).toEqual([1, 2, 3, 4]);
  });

  test('keeps its memory when it becomes another one, where the runtime has a way for that', async () => {
    expect('transfer' in ArrayBuffer.prototype).toBe(major >= 22);
    if (major < 22) return;
    const engine = await load(identity('uint8', ['N']), { inlineBelowUs: 0 });
    const tensor = memory.allocate('uint8', [4]);
    tensor.data.set([1, 2, 3, 4]);
    type Transferable = ArrayBuffer & { transfer(): ArrayBuffer };
    const moved = new Uint8Array((tensor.data.buffer as Transferable).transfer());
    const transferred = failure('NOT_OPEN', { reason: 'transferred' });
    expect(() => tensor.data).toThrow(transferred as Error);
    await expect(engine.run({ x: tensor })).rejects.toEqual(transferred);
    tensor.release();
    using other = memory.allocate('uint8', [4]);
    other.data.fill(9);
    expect([...moved]).toEqual([1, 2, 3, 4]);
    const { y } = await engine.run({ x: { type: 'uint8', data: moved, dims: [4] } });
    expect(Array.from(y?.data as Uint8Array)).toEqual([1, 2, 3, 4]);
  });
});

test('where a runtime allows no ArrayBuffer over native memory, tensors are ordinary arrays', async () => {
  const engine = await load(identity('uint8', ['N']), { inlineBelowUs: 0 });
  const base = allocated();
  const { native } = getPort();
  for (const name of ['allocate', 'takePooled']) {
    Object.defineProperty(native, name, { value: () => undefined, configurable: true });
    onTestFinished(() => void Reflect.deleteProperty(native, name));
  }
  const tensor = memory.allocate('uint8', [4]);
  tensor.data.set([1, 2, 3, 4]);
  const y = memory.allocate('uint8', [4]);
  await engine.run({ x: tensor }, { into: { y } });
  const result = await engine.run({ x: tensor }, { preferredOutputLocation: 'pool' });
  for (const { data } of [y, result['y'] as TensorLike<'uint8'>]) expect([...data]).toEqual([1, 2, 3, 4]);
  expect(result['y']).toMatchObject({ location: 'pool', bytes: 4 });
  expect(allocated()).toBe(base);
  tensor.release();
  expect(() => tensor.data).toThrow(failure('NOT_OPEN', { reason: 'released' }) as Error);
});
