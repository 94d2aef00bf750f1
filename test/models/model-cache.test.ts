import { type Engine, Engine as EngineClass, ModelCache, type ModelCacheOptions, memory } from 'node-tensorrt';
import { describe, expect, onTestFinished, test } from 'vitest';
import { identity, matmul16, mlp, nonZero } from '../fixtures/models.js';
import { f32, numbers, turn, until } from '../support/engines.js';
import { failure, rejection } from '../support/failure.js';

let caches = 0;

/** A cache of its own name, with models that take 40 bytes each. */
function open(options: Partial<ModelCacheOptions> = {}): ModelCache {
  const load = { batching: false, threads: 1, bytes: 40 } as const;
  const cache = new ModelCache({
    name: `test ${caches++}`,
    budgetBytes: 100,
    models: {
      a: { model: identity(), options: load },
      b: { model: identity('float32', ['N', 2]), options: load },
      c: { model: matmul16(), options: load },
    },
    ...options,
  });
  onTestFinished(() => cache.close());
  return cache;
}

const state = (cache: ModelCache, name: string) => cache.models()[name]?.state;
const nothing = () => undefined;

/** A promise and what settles it. */
function gate(): { opened: Promise<void>; open: () => void } {
  let open = nothing as () => void;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

describe('use()', () => {
  test('loads the model, calls back with it and returns what that returns', async () => {
    const cache = open();
    expect(state(cache, 'a')).toBe('unloaded');
    const result = await cache.use('a', async (engine) => {
      expect(state(cache, 'a')).toBe('resident');
      expect(cache.models()['a']?.references).toBe(1);
      return numbers(await engine.run({ x: f32([1, 2, 3, 4], [1, 4]) }), 'y');
    });
    expect(result).toEqual([1, 2, 3, 4]);
    expect(cache.models()['a']).toMatchObject({ state: 'resident', bytes: 40, references: 0, loads: 1 });
    expect(Date.now() - (cache.models()['a']?.lastUsed as number)).toBeLessThan(60_000);
  });

  test('of many at once load the model once', async () => {
    const cache = open();
    const names = await Promise.all(Array.from({ length: 20 }, () => cache.use('a', (engine) => engine.name)));
    expect(names).toEqual(new Array(20).fill('a'));
    expect(cache.stats().loads).toBe(1);
  });

  test('lets the model go when the callback throws', async () => {
    const cache = open();
    const mistake = new Error('mine');
    expect(await rejection(cache.use('a', () => Promise.reject(mistake)))).toBe(mistake);
    expect(await rejection(cache.use('a', () => { throw mistake; }))).toBe(mistake); // biome-ignore format: short
    expect(cache.models()['a']?.references).toBe(0);
  });

  test('gives each user a handle that closing does not take from others', async () => {
    const cache = open();
    await cache.use('a', async (first) => {
      await cache.use('a', (second) => second.close());
      await first.run({ x: f32([1, 2, 3, 4], [1, 4]) });
    });
  });
});

describe('the budget', () => {
  test('makes the least recently used models go, and frees them before the next is loaded', async () => {
    const cache = open();
    await cache.load('a');
    await cache.use('b', nothing);
    await cache.use('a', nothing);
    await cache.load('c');
    expect(Object.values(cache.models()).map((model) => model.state)).toEqual(['resident', 'unloaded', 'resident']);
    expect(cache.models()['b']?.evictions).toBe(1);
    expect(cache.stats()).toMatchObject({ residentBytes: 80, resident: 2, loads: 3, evictions: 1 });
  });

  test('does not make pinned models go', async () => {
    const cache = open();
    cache.pin('a');
    for (const name of ['a', 'b', 'c']) await cache.load(name);
    expect(state(cache, 'a')).toBe('resident');
    expect(state(cache, 'b')).toBe('unloaded');
    cache.unpin('a');
    await cache.use('c', nothing);
    await cache.load('b');
    expect(state(cache, 'a')).toBe('unloaded');
  });

  test('makes a demand wait for models in use', async () => {
    const cache = open();
    const { opened, open: release } = gate();
    const users = ['a', 'b'].map((name) => cache.use(name, () => opened));
    await until(() => cache.stats().inUseBytes === 80);
    let there = false;
    const third = cache.use('c', () => {
      there = true;
    });
    await turn();
    expect(there).toBe(false);
    release();
    await Promise.all([...users, third]);
    expect(there).toBe(true);
  });

  test('refuses a model with the numbers when those in use left no room in time', async () => {
    const cache = open();
    const { opened, open: release } = gate();
    const users = ['a', 'b'].map((name) => cache.use(name, () => opened));
    await until(() => cache.stats().inUseBytes === 80);
    const error = await rejection(cache.use('c', nothing, { timeoutMs: 20 }));
    expect(error).toEqual(
      failure('OUT_OF_MEMORY', { model: 'c', neededBytes: 40, budgetBytes: 100, residentBytes: 80, inUseBytes: 80 }),
    );
    expect(error.message).toContain('What helps');
    release();
    await Promise.all(users);
    await cache.use('c', nothing);
  });

  test('refuses at once what is larger than it, or than what pinned models leave', async () => {
    const cache = open();
    cache.register('huge', identity(), { bytes: 101 });
    expect(await rejection(cache.load('huge'))).toEqual(failure('OUT_OF_MEMORY', { neededBytes: 101 }));
    expect(state(cache, 'huge')).toBe('failed');
    cache.register('large', identity(), { bytes: 61 });
    await cache.load('a');
    cache.pin('a');
    expect(await rejection(cache.load('large'))).toEqual(failure('OUT_OF_MEMORY', { pinnedBytes: 40 }));
    cache.unpin('a');
    await cache.load('large');
  });

  test('books the estimate where no bytes are given', async () => {
    const cache = open({ budgetBytes: 2 ** 30 });
    cache.register('mlp', mlp({ layers: 2, width: 64 }), { batching: false });
    await cache.load('mlp');
    const weights = 2 * (64 * 64 + 64) * 4;
    expect(cache.models()['mlp']?.bytes).toBe(weights + 2 * 64 * 4);
  });
});

describe('what a model was measured to take', () => {
  const ROW = 1024 * 4;
  const run = (rows: number) => (engine: Engine) =>
    engine.run({ x: f32(new Float32Array(rows * 1024), [rows, 1024]) }).then(nothing);

  test('is booked where no bytes are given, also for the next load, and makes idle models go', async () => {
    const options = { threads: 1, batching: false } as const;
    const cache = open({
      budgetBytes: 36e6,
      models: {
        mlp: { model: mlp(), options },
        small: { model: matmul16(), options: { ...options, bytes: 1e6 } },
      },
    });
    const booked = () => cache.models()['mlp']?.bytes ?? 0;
    await cache.load('small');
    await cache.use('mlp', run(1));
    const estimated = booked();
    expect(state(cache, 'small')).toBe('resident');
    await cache.use('mlp', run(512));
    const measured = booked();
    expect(measured).toBeGreaterThan(estimated + 512 * ROW);
    expect(measured).toBeLessThanOrEqual(cache.budgetBytes);
    await until(() => state(cache, 'small') === 'unloaded');
    await cache.unload('mlp');
    expect(booked()).toBe(0);
    await cache.load('mlp');
    expect(booked()).toBe(measured);
  });

  test('does not count where bytes are given', async () => {
    const cache = open({ budgetBytes: 50e6, models: { mlp: { model: mlp(), options: { threads: 1, bytes: 34e6 } } } });
    await cache.use('mlp', run(512));
    expect(cache.models()['mlp']?.bytes).toBe(34e6);
  });
});

describe('acquire()', () => {
  test('holds the model until the lease is released, once', async () => {
    const cache = open();
    const lease = await cache.acquire('a');
    const unloaded = cache.unload('a');
    await turn();
    expect(state(cache, 'a')).toBe('resident');
    await Promise.all([lease.release(), lease.release()]);
    expect(await unloaded).toBe(true);
    expect(state(cache, 'a')).toBe('unloaded');
    expect(await rejection(lease.engine.run({ x: f32([1], [1]) }))).toEqual(failure('NOT_OPEN'));
  });

  test('finishes runs that were accepted before the lease goes', async () => {
    const cache = open();
    const lease = await cache.acquire('a');
    const run = lease.engine.run({ x: f32([1, 2, 3, 4], [1, 4]) });
    lease[Symbol.dispose]();
    expect(await cache.unload('a')).toBe(true);
    expect(numbers(await run, 'y')).toEqual([1, 2, 3, 4]);
  });

  test('rejects with the reason of an abort, before and while it waits', async () => {
    const cache = open();
    const reason = new Error('changed my mind');
    expect(await rejection(cache.acquire('a', { signal: AbortSignal.abort(reason) }))).toBe(reason);
    const { opened, open: release } = gate();
    const users = ['a', 'b'].map((name) => cache.use(name, () => opened));
    await until(() => cache.stats().inUseBytes === 80);
    const controller = new AbortController();
    const waiting = cache.acquire('c', { signal: controller.signal });
    const alongside = cache.acquire('c');
    await turn();
    controller.abort(reason);
    expect(await rejection(waiting)).toBe(reason);
    release();
    await Promise.all(users);
    // The other one is elected in its place.
    await (await alongside).release();
    expect(cache.models()['c']).toMatchObject({ state: 'resident', references: 0 });
  });

  test('that is aborted while its model loads leaves the load to others', async () => {
    const cache = open();
    const controller = new AbortController();
    const first = cache.acquire('a', { signal: controller.signal });
    const second = cache.acquire('a');
    controller.abort(new Error('gone'));
    await rejection(first);
    await (await second).release();
    await until(() => cache.models()['a']?.references === 0);
    expect(state(cache, 'a')).toBe('resident');
  });
});

describe('of load() and unload()', () => {
  test('the last one wins', async () => {
    const cache = open();
    await Promise.all([cache.load('a'), cache.unload('a'), cache.load('a')]);
    expect(state(cache, 'a')).toBe('resident');
    await Promise.all([cache.unload('a'), cache.load('a'), cache.unload('a')]);
    expect(state(cache, 'a')).toBe('unloaded');
  });

  test('an unload that is overtaken while the model is used says false', async () => {
    const cache = open();
    const lease = await cache.acquire('a');
    const unloaded = cache.unload('a');
    await cache.load('a');
    expect(await unloaded).toBe(false);
    await lease.release();
    expect(state(cache, 'a')).toBe('resident');
  });

  test('a use that came before an unload still gets its model', async () => {
    const cache = open();
    const [answer, gone] = await Promise.all([cache.use('a', (engine) => engine.name), cache.unload('a')]);
    expect([answer, gone]).toEqual(['a', true]);
    expect(state(cache, 'a')).toBe('unloaded');
  });

  test('all memory is given back', async () => {
    const cache = open({ budgetBytes: 2 ** 30 });
    await (await EngineClass.load(identity())).close();
    const base = memory.stats().allocatedBytes.current;
    cache.register('mlp', mlp({ layers: 2, width: 256 }));
    await cache.use('mlp', (engine: Engine) => engine.warmup());
    expect(memory.stats().allocatedBytes.current).toBeGreaterThan(base);
    await cache.unload('mlp');
    expect(memory.stats().allocatedBytes.current).toBe(base);
    expect(cache.stats().residentBytes).toBe(0);
  });
});

describe('a load that fails', () => {
  test('rejects all who wait, leaves the budget as it was, is remembered, and is tried again', async () => {
    const cache = open();
    cache.register('broken', new Uint8Array(20), { bytes: 40 });
    const outcomes = await Promise.allSettled([cache.load('broken'), cache.use('broken', nothing)]);
    for (const outcome of outcomes) {
      expect((outcome as PromiseRejectedResult).reason).toEqual(failure('MODEL_INVALID', { reason: 'not-onnx' }));
    }
    expect(cache.stats().residentBytes).toBe(0);
    expect(cache.models()['broken']).toMatchObject({ state: 'failed', loads: 0, error: failure('MODEL_INVALID') });
    expect(await rejection(cache.load('broken'))).toEqual(failure('MODEL_INVALID'));
    expect(await cache.unload('broken')).toBe(true);
  });
});

describe('register()', () => {
  test('refuses names that are known, and unregister() forgets one', async () => {
    const cache = open();
    expect(() => cache.register('a', identity())).toThrow(failure('INVALID_ARGUMENT', { option: 'name' }) as Error);
    await cache.load('a');
    cache.unregister('a');
    expect(await rejection(cache.load('a'))).toEqual(failure('INVALID_ARGUMENT', { option: 'name' }));
    await until(() => cache.models()['a'] === undefined);
    cache.register('a', nonZero(), { bytes: 10, batching: false });
    await cache.load('a');
    expect(cache.models()['a']?.bytes).toBe(10);
  });

  test('of another cache of this name shares the models, if they are the same', async () => {
    const first = open();
    const second = open({ name: first.name, models: {} });
    second.register('a', identity(), { batching: false, threads: 1, bytes: 40 });
    await first.load('a');
    expect(state(second, 'a')).toBe('resident');
    await second.use('a', nothing);
    expect(second.stats().loads).toBe(1);
    expect(() => second.register('b', nonZero())).toThrow(failure('INVALID_ARGUMENT', { option: 'name' }) as Error);
    expect(() => open({ name: first.name, budgetBytes: 99 })).toThrow(
      failure('INVALID_ARGUMENT', { option: 'options.budgetBytes', received: 99 }) as Error,
    );
  });

  test.each([
    [{ budgetBytes: 0 }, 'OUT_OF_RANGE', 'options.budgetBytes'],
    [{ budgetBytes: '1' }, 'INVALID_ARGUMENT', 'options.budgetBytes'],
    [{ budgetBytes: 1, name: '' }, 'INVALID_ARGUMENT', 'options.name'],
    [{ budgetBytes: 1, timeoutMs: 0 }, 'OUT_OF_RANGE', 'options.timeoutMs'],
    [{ budgetBytes: 1, size: 1 }, 'INVALID_ARGUMENT', 'options.size'],
    [{ budgetBytes: 1, models: { a: 'a.onnx' } }, 'INVALID_ARGUMENT', 'options.models.a'],
    [{ budgetBytes: 1, models: { a: { model: 5 } } }, 'INVALID_ARGUMENT', 'model'],
    [{ budgetBytes: 1, models: { a: { model: 'a', options: { threads: 0 } } } }, 'OUT_OF_RANGE', 'options.threads'],
    [{ budgetBytes: 1, models: { a: { model: 'a', options: { bytes: 0 } } } }, 'OUT_OF_RANGE', 'options.bytes'],
    [
      { budgetBytes: 1, models: { a: { model: 'a', options: { signal: new AbortController().signal } } } },
      'INVALID_ARGUMENT',
      'options.signal',
    ],
  ])('new ModelCache(%j) is refused with %s', (options, code, option) => {
    expect(() => new ModelCache(options as never)).toThrow(failure(code, { option }) as Error);
  });

  test('demands refuse unknown names and options', async () => {
    const cache = open();
    expect(await rejection(cache.use('z', nothing))).toEqual(failure('INVALID_ARGUMENT', { option: 'name' }));
    expect(() => cache.pin('z')).toThrow(failure('INVALID_ARGUMENT') as Error);
    expect(await rejection(cache.load('a', { timeoutMs: -1 }))).toEqual(failure('OUT_OF_RANGE'));
    expect(await rejection(cache.load('a', { bogus: 1 } as never))).toEqual(failure('INVALID_ARGUMENT'));
  });
});

describe('close()', () => {
  test('waits for demands, unloads everything, and refuses what comes later', async () => {
    const cache = open();
    const used = cache.use('a', async (engine) => {
      await turn();
      return engine.run({ x: f32([1, 2, 3, 4], [1, 4]) });
    });
    const closing = cache.close();
    expect(cache.close()).toBe(closing);
    expect(await rejection(cache.load('a'))).toEqual(failure('NOT_OPEN'));
    expect(() => cache.register('d', identity())).toThrow(failure('NOT_OPEN') as Error);
    await used;
    await closing;
    expect(cache.models()).toEqual({});
  });

  test('leaves models to caches of this name that are open', async () => {
    const first = open();
    const second = open({ name: first.name });
    await first.load('a');
    await first.close();
    expect(state(second, 'a')).toBe('resident');
    await second.close();
    expect(second.models()).toEqual({});
  });
});
