import { Tensor, type TensorLike, type TensorType } from 'node-tensorrt';
import { describe, expect, test } from 'vitest';
import { dataTypes, nativeArray } from '../../lib/tensor/data-types.js';
import type { DataOf } from '../../lib/tensor/types.js';
import { identity, stringConcat } from '../fixtures/models.js';
import { load } from '../support/engines.js';
import { failure } from '../support/failure.js';

/** Values in which a wrong bit, a wrong sign or a detour over another type shows. */
const samples: { [T in TensorType]: DataOf<T> } = {
  float32: new Float32Array([-0, 1.1, -3.4e38, 1e-45, Number.NaN, Number.POSITIVE_INFINITY, 16777217, -1]),
  // Signalling and quiet NaNs with payload, subnormals, infinities, minus zero.
  float16: Uint16Array.of(0x7c01, 0xfe55, 0x0001, 0x83ff, 0x7c00, 0xfc00, 0x8000, 0x3c01),
  bfloat16: Uint16Array.of(0x7f81, 0xffd5, 0x0001, 0x807f, 0x7f80, 0xff80, 0x8000, 0x3f81),
  float64: new Float64Array([-0, 0.1, -1.7e308, 5e-324, Number.NaN, Number.NEGATIVE_INFINITY, 2 ** 53 - 1, 1 / 3]),
  int8: Int8Array.of(-128, -1, 0, 1, 127, 85, -86, 64),
  uint8: Uint8Array.of(0, 1, 127, 128, 255, 85, 170, 64),
  int16: Int16Array.of(-32768, -1, 0, 1, 32767, 256, -257, 511),
  uint16: Uint16Array.of(0, 1, 32767, 32768, 65535, 256, 257, 511),
  int32: Int32Array.of(-(2 ** 31), -1, 0, 1, 2 ** 31 - 1, 16777217, -16777217, 65536),
  uint32: Uint32Array.of(0, 1, 2 ** 31, 2 ** 32 - 1, 16777217, 65536, 255, 256),
  int64: BigInt64Array.of(-(2n ** 63n), -1n, 0n, 1n, 2n ** 63n - 1n, 2n ** 53n + 1n, -(2n ** 53n) - 1n, 42n),
  uint64: BigUint64Array.of(0n, 1n, 2n ** 63n, 2n ** 64n - 1n, 2n ** 53n + 1n, 2n ** 32n, 255n, 42n),
  bool: Uint8Array.of(0, 1, 1, 0, 0, 0, 1, 1),
  string: ['', 'a', 'Grüße', '模型', '👩‍🚀', ' space ', 'line\nfeed', 'x'.repeat(5000)],
};
const types = Object.keys(samples) as TensorType[];

/** The bytes, so that NaN payloads and the sign of zero count. */
function bits(data: DataOf<TensorType>): unknown {
  return ArrayBuffer.isView(data) ? Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('hex') : data;
}

describe.each(types)('run() with %s', (type) => {
  const data = samples[type];
  const x: TensorLike = { type, data, dims: [2, 4] };

  test('returns exactly the bits it was given, from a lane, in place, and from runSync()', async () => {
    const lane = await load(identity(type), { inlineBelowUs: 0 });
    const quick = await load(identity(type), { inlineBelowUs: 1_000_000 });
    await quick.run({ x });
    const results = [lane.runSync({ x }), await lane.run({ x }), await quick.run({ x }), await quick.run({ x })];
    for (const { y } of results) {
      expect(y).toBeInstanceOf(Tensor);
      expect(y).toMatchObject({ type, dims: [2, 4] });
      expect(Object.prototype.toString.call(y?.data)).toBe(Object.prototype.toString.call(data));
      expect(bits(y?.data as DataOf<TensorType>)).toEqual(bits(data));
    }
    expect(lane.stats().requests.inPlace).toBe(0);
  });

  test('returns an empty tensor for an empty one', async () => {
    const engine = await load(identity(type));
    const empty = { type, data: dataTypes[type].create(0), dims: [0, 4] };
    const { y } = await engine.run({ x: empty });
    expect(y).toMatchObject({ type, dims: [0, 4] });
    expect(y?.data).toHaveLength(0);
    expect(engine.runSync({ x: empty })['y']?.dims).toEqual([0, 4]);
  });
});

describe('run() with strings', () => {
  test('keeps or refuses a NUL character, never cuts at it', async () => {
    const engine = await load(identity('string', ['N']));
    const data = ['a\0b', '\0'];
    const outcome = await engine.run({ x: { type: 'string', data, dims: [2] } }).then(
      ({ y }) => y?.data,
      (error: { code: string }) => error.code,
    );
    expect([data, 'INVALID_ARGUMENT', 'UNSUPPORTED']).toContainEqual(outcome);
  });

  test('replaces a lone surrogate, as TextEncoder does', async () => {
    const engine = await load(identity('string', ['N']));
    const { y } = await engine.run({ x: { type: 'string', data: ['a\ud800b'], dims: [1] } });
    expect(y?.data).toEqual(['a\ufffdb']);
  });

  test('computes with several of them', async () => {
    const engine = await load(stringConcat());
    const a = { type: 'string' as const, data: ['Grü', '', '模'], dims: [3] };
    const b = { type: 'string' as const, data: ['ße', '', '型'], dims: [3] };
    expect((await engine.run({ a, b }))['y']?.data).toEqual(['Grüße', '', '模型']);
  });
});

describe('run() with float16', () => {
  const half = samples.float16 as Uint16Array;

  test('takes a Float16Array of the runtime', async () => {
    const engine = await load(identity('float16', ['N']));
    const wide = Uint16Array.of(0, 0, ...half);
    const { length } = half;
    const data = { [Symbol.toStringTag]: 'Float16Array' as const, buffer: wide.buffer, byteOffset: 4, length };
    expect(nativeArray('float16', data)).toEqual(half);
    const { y } = await engine.run({
      x: { type: 'float16', data: { ...data, byteLength: 2 * length }, dims: [length] },
    });
    expect(y?.data).toEqual(half);
  });

  if ('Float16Array' in globalThis) {
    test("returns a Float16Array for float16: 'array' only", async () => {
      const engine = await load(identity('float16', ['N']), { float16: 'array' });
      const { y } = await engine.run({ x: { type: 'float16', data: Uint16Array.of(0x3c00, 0xc000), dims: [2] } });
      expect(Object.prototype.toString.call(y?.data)).toBe('[object Float16Array]');
      expect(Array.from(y?.data as ArrayLike<number>)).toEqual([1, -2]);
    });
  } else {
    test("refuses float16: 'array' where the runtime has none", async () => {
      await expect(load(identity('float16', ['N']), { float16: 'array' })).rejects.toEqual(
        failure('UNSUPPORTED', { option: 'options.float16' }),
      );
    });
  }
});
