import { Engine, memory } from 'node-tensorrt';
import { afterEach, describe, expect, test } from 'vitest';
import { identity, mlp } from '../fixtures/models.js';
import { load, until } from '../support/engines.js';
import { failure, rejection } from '../support/failure.js';

const MIB = 2 ** 20;

afterEach(() => {
  memory.setLimit({});
  memory.setPolicy({});
});

function bytes(count: number) {
  return { x: { type: 'uint8' as const, data: new Uint8Array(count), dims: [count] } };
}

describe('memory.setLimit()', () => {
  test('refuses what is beyond it, with the numbers and what helps; the engine goes on', async () => {
    const engine = await load(identity('uint8', ['N']), { name: 'copy', inlineBelowUs: 0 });
    await memory.emptyCache();
    const used = memory.stats().reservedBytes.current;
    memory.setLimit({ bytes: used + 8 * MIB });
    const error = await rejection(engine.run(bytes(16 * MIB)));
    expect(error).toEqual(
      failure('OUT_OF_MEMORY', {
        kind: 'host',
        limitedBy: 'pool',
        limitBytes: used + 8 * MIB,
        requestedBytes: 16 * MIB,
        engine: 'copy',
      }),
    );
    expect((error as Error).message).toMatch(/16\.0 MiB.*limit is.*smaller batching\.maxSize/s);
    expect((await engine.run(bytes(MIB)))['y']?.dims).toEqual([MIB]);
    expect(memory.stats().reservedBytes.current).toBeLessThanOrEqual(used + 8 * MIB);
    memory.setLimit({});
    expect((await engine.run(bytes(16 * MIB)))['y']?.dims).toEqual([16 * MIB]);
  });

  test('makes what is cached go for what is asked for', async () => {
    const engine = await load(identity('uint8', ['N']), { inlineBelowUs: 0 });
    await memory.emptyCache();
    memory.setLimit({ bytes: memory.stats().reservedBytes.current + 40 * MIB });
    for (const count of [8, 10, 12, 14]) await engine.run(bytes(count * MIB));
  });

  test('refuses a model that does not fit, and leaves nothing of it', async () => {
    await memory.emptyCache();
    const base = memory.stats().allocatedBytes.current;
    memory.setLimit({ bytes: memory.stats().reservedBytes.current + 4 * MIB });
    expect(await rejection(Engine.load(mlp({ layers: 4, width: 1024 })))).toEqual(failure('OUT_OF_MEMORY'));
    expect(memory.stats().allocatedBytes.current).toBe(base);
    memory.setLimit({});
    await load(mlp({ layers: 4, width: 1024 }));
  });

  test('takes a fraction of what the process may have', () => {
    memory.setLimit({ fraction: 0.5 });
    const [pool] = memory.snapshot().pools;
    expect(pool?.limitBytes).toBeGreaterThan(100 * MIB);
    memory.setLimit({});
    expect(memory.snapshot().pools[0]?.limitBytes).toBeNull();
  });

  test.each([
    [{ bytes: 0 }, 'limit.bytes', 'OUT_OF_RANGE'],
    [{ bytes: '1G' }, 'limit.bytes', 'INVALID_ARGUMENT'],
    [{ fraction: 0 }, 'limit.fraction', 'OUT_OF_RANGE'],
    [{ fraction: 1.1 }, 'limit.fraction', 'OUT_OF_RANGE'],
    [{ fraction: Number.NaN }, 'limit.fraction', 'INVALID_ARGUMENT'],
    [{ bytes: 5, fraction: 0.5 }, 'limit', 'INVALID_ARGUMENT'],
    [{ mb: 5 }, 'limit.mb', 'INVALID_ARGUMENT'],
    [5, 'limit', 'INVALID_ARGUMENT'],
  ])('refuses %j, naming %s', (limit, option, code) => {
    expect(() => memory.setLimit(limit as never)).toThrow(failure(code, { option }) as Error);
  });
});

describe('memoryLimitBytes', () => {
  test('limits one engine, and no other', async () => {
    const limited = await load(identity('uint8', ['N']), {
      name: 'small',
      inlineBelowUs: 0,
      memoryLimitBytes: 4 * MIB,
    });
    const free = await load(identity('uint8', ['N']), { inlineBelowUs: 0 });
    expect(await rejection(limited.run(bytes(5 * MIB)))).toEqual(
      failure('OUT_OF_MEMORY', { limitedBy: 'engine', engine: 'small', limitBytes: 4 * MIB }),
    );
    expect((await free.run(bytes(5 * MIB)))['y']?.dims).toEqual([5 * MIB]);
    expect((await limited.run(bytes(MIB)))['y']?.dims).toEqual([MIB]);
  });

  test('refuses a model whose weights are more', async () => {
    const error = await rejection(Engine.load(mlp({ layers: 4, width: 1024 }), { memoryLimitBytes: 8 * MIB }));
    expect(error).toEqual(failure('OUT_OF_MEMORY', { limitedBy: 'engine' }));
  });

  test('makes batches smaller where the whole one does not fit', async () => {
    const options = {
      inlineBelowUs: 0,
      batching: { maxSize: 64, maxDelayMs: 1000, preferredSizes: [64], verify: false },
    };
    const input = () => ({ x: { type: 'float32' as const, data: new Float32Array(16 * 1024), dims: [16, 1024] } });
    const run4 = (engine: Engine) => Promise.all([1, 2, 3, 4].map(() => engine.run(input())));

    const free = await load(mlp({ layers: 2, width: 1024 }), { ...options, name: 'measured' });
    await run4(free);
    const used = memory.snapshot().pools[0]?.owners.filter(({ engine }) => engine === 'measured') ?? [];
    const peak = (use: string) => used.find((owner) => owner.use === use)?.allocatedBytes.peak ?? 0;
    expect(free.stats().batches.sizes).toEqual({ 64: 1 });
    expect(peak('activations')).toBeGreaterThan(64 * 1024 * 4);

    const memoryLimitBytes = peak('weights') + peak('staging') + Math.floor(peak('activations') * 0.7);
    const engine = await load(mlp({ layers: 2, width: 1024 }), { ...options, memoryLimitBytes });
    const { numOoms } = memory.stats();
    for (const { y } of await run4(engine)) expect(y?.dims).toEqual([16, 1024]);
    expect(memory.stats().numOoms).toBeGreaterThan(numOoms);
    expect(engine.stats().requests).toMatchObject({ completed: 4, failed: 0 });
  });
});

describe('memory.setPolicy()', () => {
  test('trims a pool that is idle', async () => {
    const engine = await load(identity('uint8', ['N']), { inlineBelowUs: 0 });
    await engine.run(bytes(16 * MIB));
    memory.setPolicy({ trimIdleMs: 20 });
    await until(() => memory.stats().reservedBytes.current - memory.stats().activeBytes.current < MIB);
    expect(memory.snapshot().pools[0]?.policy).toEqual({ trimIdleMs: 20, gcThreshold: 0, hugePages: false });
  });

  test('marks segments that stand on huge pages', async () => {
    await memory.emptyCache();
    memory.setPolicy({ hugePages: true });
    const engine = await load(identity('uint8', ['N']), { inlineBelowUs: 0 });
    await engine.run(bytes(16 * MIB));
    const huge = memory.snapshot().pools[0]?.segments.filter(({ hugePages }) => hugePages) ?? [];
    expect(huge.length).toBeGreaterThan(0);
    for (const { address } of huge) expect(Number(BigInt(address) % BigInt(2 * MIB))).toBe(0);
  });

  test.each([
    [{ trimIdleMs: -1 }, 'policy.trimIdleMs', 'OUT_OF_RANGE'],
    [{ trimIdleMs: 1.5 }, 'policy.trimIdleMs', 'INVALID_ARGUMENT'],
    [{ gcThreshold: 2 }, 'policy.gcThreshold', 'OUT_OF_RANGE'],
    [{ gcThreshold: '1' }, 'policy.gcThreshold', 'INVALID_ARGUMENT'],
    [{ hugePages: 1 }, 'policy.hugePages', 'INVALID_ARGUMENT'],
    [{ trim: 1 }, 'policy.trim', 'INVALID_ARGUMENT'],
  ])('refuses %j, naming %s', (policy, option, code) => {
    expect(() => memory.setPolicy(policy as never)).toThrow(failure(code, { option }) as Error);
  });
});
