import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { Engine } from 'node-tensorrt';
import { describe, expect, test } from 'vitest';
import { accumulator, identity, remembers } from '../fixtures/models.js';
import { f32, load, numbers, until } from '../support/engines.js';
import { failure, rejection } from '../support/failure.js';
import { chain, loadStateful, step } from '../support/sequences.js';

describe('run() with sequence', () => {
  test('goes on where the last step of that sequence ended', async () => {
    const engine = await loadStateful();
    expect(await step(engine, 'a', 1)).toBe(chain(1));
    expect(await step(engine, 'b', 5)).toBe(chain(5));
    expect(await step(engine, { id: 'a' }, 2)).toBe(chain(1, 2));
    expect(await step(engine, 'a', 3)).toBe(chain(1, 2, 3));
    expect(engine.stats().sequences).toEqual({ active: 2, started: 2, ended: 0, expired: 0 });
  });

  test('runs steps in the order in which they were submitted', async () => {
    const engine = await loadStateful({ instances: 3 });
    const values = Array.from({ length: 18 }, (_, i) => i % 3);
    const results = await Promise.all(values.map((value) => step(engine, 'a', value)));
    expect(results).toEqual(values.map((_, i) => chain(...values.slice(0, i + 1))));
  });

  test('puts steps of different sequences into one batch', async () => {
    const engine = await loadStateful({ batching: { maxSize: 4, maxDelayMs: 60_000 } });
    expect(engine.placement.batching).toEqual({ enabled: true, reason: 'proved with generated rows' });
    const rounds = [1, 2, 3].map((value) => ['a', 'b', 'c', 'd'].map((id, i) => step(engine, id, value + i)));
    const results = await Promise.all(rounds.flat());
    expect(results.slice(8)).toEqual([0, 1, 2, 3].map((i) => chain(1 + i, 2 + i, 3 + i)));
    expect(engine.stats().batches).toMatchObject({ count: 3, sizes: { 4: 3 } });
  });

  test('returns state outputs only when they are asked for', async () => {
    const engine = await loadStateful();
    const x = f32([3], [1, 1]);
    expect(Object.keys(await engine.run({ x }, { sequence: 'a' }))).toEqual(['y']);
    const { next } = await engine.run({ x }, { sequence: 'a', outputs: ['next'] });
    expect(next).toMatchObject({ dims: [2, 1, 1], data: Float32Array.of(9, 9) });
    const data = new Float32Array(1);
    await engine.run({ x }, { sequence: 'a', into: { y: { type: 'float32', dims: [1, 1], data } } });
    expect(data[0]).toBe(chain(3, 3, 3));
  });

  test('is an ordinary run without it', async () => {
    const engine = await loadStateful();
    await step(engine, 'a', 1);
    const inputs = { x: f32([1, 2], [2, 1]), state: f32([10, 20, 0, 0], [2, 2, 1]) };
    const result = await engine.run(inputs);
    expect(numbers(result, 'y')).toEqual([21, 42]);
    expect(numbers(result, 'next')).toEqual([21, 42, 1, 2]);
    expect(numbers(engine.runSync(inputs), 'y')).toEqual([21, 42]);
    expect(await step(engine, 'a', 1)).toBe(chain(1, 1));
  });

  test('begins with the values that were given, of which it takes the shape', async () => {
    const engine = await load(remembers(), {
      sequence: { states: { state: 'next' }, initial: { state: f32([7, 8, 9], [1, 3]) } },
    });
    const runs = [1, 2, 3].map((v) => engine.run({ x: f32([v, v, v], [1, 3]) }, { sequence: 'a' }));
    expect((await Promise.all(runs)).map(({ y }) => Array.from(y?.data as Float32Array))).toEqual([
      [7, 8, 9],
      [1, 1, 1],
      [2, 2, 2],
    ]);
    const other = f32([1, 2, 3, 4], [1, 4]);
    expect(await rejection(engine.run({ x: other }, { sequence: 'a' }))).toEqual(
      failure('BACKEND_ERROR', { tensor: 'next' }),
    );
    const { y } = await engine.run({ x: f32([0, 0, 0], [1, 3]) }, { sequence: 'a' });
    expect(Array.from(y?.data as Float32Array), 'the step that failed left the state').toEqual([3, 3, 3]);
  });

  test('start and end bound a sequence', async () => {
    const engine = await loadStateful();
    const results = await Promise.all([
      step(engine, 'a', 1),
      step(engine, { id: 'a', end: true }, 2),
      step(engine, 'a', 3),
      step(engine, { id: 'a', start: true }, 4),
      step(engine, { id: 'a', start: false, end: true }, 5),
    ]);
    expect(results).toEqual([chain(1), chain(1, 2), chain(3), chain(4), chain(4, 5)]);
    expect(await rejection(step(engine, { id: 'a', start: false }, 6))).toEqual(
      failure('NOT_OPEN', { reason: 'sequence-unknown' }),
    );
    await until(() => engine.stats().sequences.active === 0);
    expect(engine.stats().sequences).toEqual({ active: 0, started: 3, ended: 3, expired: 0 });
  });

  test('keeps the order also behind inputs that take several turns to copy', async () => {
    const engine = await loadStateful();
    const large = { x: f32(new Float32Array(600_000).fill(2), [1, 600_000]) };
    const small = f32([3], [1, 1]);
    const runs = [
      step(engine, 'a', 1),
      engine.run(large, { sequence: 'a' }),
      engine.run({ x: small }, { sequence: 'a' }),
      step(engine, 'b', 9),
      engine.run(large, { sequence: 'a' }),
      step(engine, 'a', 4),
    ];
    small.data.fill(100); // too late: it was copied when run() was called
    await Promise.all(runs);
    expect(await step(engine, 'a', 0)).toBe(chain(1, 2, 3, 2, 4, 0));
    expect(await step(engine, 'b', 0)).toBe(chain(9, 0));
  });

  test('goes on after a large step that was aborted while it was copied', async () => {
    const engine = await loadStateful();
    const controller = new AbortController();
    const large = { x: f32(new Float32Array(2_000_000).fill(2), [1, 2_000_000]) };
    const aborted = rejection(engine.run(large, { sequence: 'a', signal: controller.signal }));
    const next = step(engine, 'a', 1);
    controller.abort(new Error('enough'));
    expect((await aborted).message).toBe('enough');
    expect(await next).toBe(chain(1));
  });

  test('drops an aborted step that waits as if it had never been', async () => {
    const engine = await loadStateful({ batching: { maxSize: 2, maxDelayMs: 60_000 } });
    const controller = new AbortController();
    const { signal } = controller;
    const first = rejection(step(engine, 'a', 1, { signal }));
    const second = rejection(step(engine, 'a', 2, { signal }));
    const third = step(engine, 'a', 3);
    controller.abort();
    await Promise.all([first, second]);
    const other = step(engine, 'b', 4);
    expect(await Promise.all([third, other])).toEqual([chain(3), chain(4)]);
    expect(engine.stats().requests).toMatchObject({ aborted: 2, completed: 2 });
  });

  test('works step by step where batching is off', async () => {
    const engine = await loadStateful({ batching: false });
    const results = await Promise.all([1, 2, 3].flatMap((v) => [step(engine, 'a', v), step(engine, 'b', -v)]));
    expect(results.slice(4)).toEqual([chain(1, 2, 3), chain(-1, -2, -3)]);
    expect(engine.stats().batches).toMatchObject({ sizes: { 1: 6 } });
  });
});

describe('a sequence', () => {
  test('is dropped when it has been idle for too long, without any traffic', async () => {
    const engine = await loadStateful({ sequence: { states: { state: 'next' }, idleTimeoutMs: 0.001 } });
    await Promise.all(['a', 'b', 'c'].map((id) => step(engine, id, 1)));
    await until(() => engine.stats().sequences.active === 0);
    expect(engine.stats().sequences).toEqual({ active: 0, started: 3, ended: 0, expired: 3 });
    expect(await rejection(step(engine, { id: 'a', start: false }, 1))).toEqual(
      failure('NOT_OPEN', { reason: 'sequence-unknown', option: 'options.sequence' }),
    );
    expect(await step(engine, 'a', 2)).toBe(chain(2));
  });

  test('is refused when there are as many as there may be', async () => {
    const engine = await loadStateful({ sequence: { states: { state: 'next' }, maxSequences: 2 } });
    await Promise.all(['a', 'b'].map((id) => step(engine, id, 1)));
    expect(await rejection(step(engine, 'c', 1))).toEqual(failure('QUEUE_FULL', { unit: 'sequences', limit: 2 }));
    expect(engine.stats().requests).toMatchObject({ accepted: 2, rejected: 1, rejectedBy: { maxSequences: 1 } });
    await step(engine, { id: 'b', end: true }, 1);
    await until(() => engine.stats().sequences.active === 1);
    expect(await step(engine, 'c', 1)).toBe(1);
  });

  test('is the same for all handles and threads', async () => {
    const engine = await loadStateful();
    await step(engine, 'a', 1);
    const other = Engine.open(engine.share());
    expect(await step(other, 'a', 2)).toBe(chain(1, 2));
    await other.close();
    const url = new URL('../fixtures/sequence-worker.mjs', import.meta.url);
    const values = [1, 2, 3, 4];
    const workers = [0, 1, 2].map(
      (i) => new Worker(url, { workerData: { token: engine.share(), ids: [`${i}`, `${i}+`], values } }),
    );
    for (const [results] of await Promise.all(workers.map((worker) => once(worker, 'message')))) {
      expect(results.slice(0, 4)).toEqual(values.map((_, i) => chain(...values.slice(0, i + 1))));
      expect(results.slice(4)).toEqual(results.slice(0, 4));
    }
    expect(await step(engine, '1', 5)).toBe(chain(1, 2, 3, 4, 5));
  });

  test('goes on after a worker with steps in it was terminated', async () => {
    const engine = await loadStateful({ batching: { maxSize: 2, maxDelayMs: 60_000 } });
    const url = new URL('../fixtures/sequence-worker.mjs', import.meta.url);
    const data = { token: engine.share(), ids: ['a'], values: [1, 2, 3] };
    const worker = new Worker(url, { workerData: data });
    await until(() => engine.stats().queue.depth === 3);
    await worker.terminate();
    await until(() => engine.stats().queue.depth === 0);
    expect(engine.stats().sequences.active).toBe(0);
    expect(await Promise.all([step(engine, 'a', 4), step(engine, 'b', 5)])).toEqual([chain(4), chain(5)]);
  });

  test('is finished by close(), without waiting for company', async () => {
    const engine = await loadStateful({ batching: { maxSize: 8, maxDelayMs: 60_000 } });
    const steps = [1, 2, 3].map((value) => step(engine, 'a', value));
    await engine.close();
    expect(await Promise.all(steps)).toEqual([chain(1), chain(1, 2), chain(1, 2, 3)]);
  });

  test('loses the steps that wait by destroy()', async () => {
    const engine = await loadStateful({ batching: { maxSize: 8, maxDelayMs: 60_000 } });
    const steps = [1, 2, 3].map((value) => rejection(step(engine, 'a', value)));
    const reason = new Error('gone');
    engine.destroy(reason);
    expect(await Promise.all(steps)).toEqual([reason, reason, reason]);
    await engine.close();
  });
});

describe('errors', () => {
  const options = { sequence: 'a' };
  const x = f32([1], [1, 1]);

  test.each([
    ['an empty id', ''],
    ['no id', { start: true }],
    ['a number', 7],
    ['an unknown property', { id: 'a', begin: true }],
    ['start that is no boolean', { id: 'a', start: 1 }],
    ['end that is no boolean', { id: 'a', end: 'yes' }],
    ['half a character', 'a\ud800'],
  ])('run() rejects %s as sequence', async (_, sequence) => {
    const engine = await loadStateful();
    const run = engine.run({ x }, { sequence } as never);
    expect(await rejection(run)).toEqual(failure('INVALID_ARGUMENT'));
  });

  test('run() refuses a state that is given with a sequence, and misses the other inputs', async () => {
    const engine = await loadStateful();
    const state = f32([0, 0], [2, 1, 1]);
    expect(await rejection(engine.run({ x, state }, options))).toEqual(
      failure('INVALID_ARGUMENT', { option: 'inputs.state' }),
    );
    expect(await rejection(engine.run({}, options))).toEqual(failure('INVALID_ARGUMENT', { option: 'inputs.x' }));
    expect(await rejection(engine.run({ x, z: x }, options))).toEqual(failure('INVALID_ARGUMENT', { tensor: 'z' }));
    expect(await rejection(engine.run({ x }))).toEqual(failure('INVALID_ARGUMENT', { option: 'inputs.state' }));
  });

  test('run() refuses a step of several rows', async () => {
    const engine = await loadStateful();
    expect(await rejection(engine.run({ x: f32([1, 2], [2, 1]) }, options))).toEqual(
      failure('SHAPE_MISMATCH', { option: 'inputs.x.dims', received: '[2, 1]', tensor: 'x' }),
    );
  });

  test('run() and runSync() refuse a sequence where there is none', async () => {
    const plain = await load(identity());
    const row = f32([1, 2, 3, 4], [1, 4]);
    expect(await rejection(plain.run({ x: row }, options))).toEqual(
      failure('INVALID_ARGUMENT', { option: 'options.sequence' }),
    );
    const engine = await loadStateful();
    expect(() => engine.runSync({ x }, options as never)).toThrow(failure('INVALID_ARGUMENT') as Error);
  });

  test.each([
    ['no states', { states: {} }, 'INVALID_ARGUMENT', 'options.sequence.states'],
    ['an input that there is not', { states: { h: 'next' } }, 'INVALID_ARGUMENT', 'options.sequence.states.h'],
    ['an output that there is not', { states: { state: 'h' } }, 'INVALID_ARGUMENT', 'options.sequence.states.state'],
    ['an output that is no name', { states: { state: 1 } }, 'INVALID_ARGUMENT', 'options.sequence.states.state'],
    [
      'a first value of another shape',
      { states: { state: 'next' }, initial: { state: f32([1], [1, 1, 1]) } },
      'SHAPE_MISMATCH',
      'options.sequence.initial.state',
    ],
    [
      'a first value that is none',
      { states: { state: 'next' }, initial: { state: { type: 'float32', data: [1], dims: [1] } } },
      'INVALID_ARGUMENT',
      'options.sequence.initial.state.data',
    ],
    [
      'a time-out of 0',
      { states: { state: 'next' }, idleTimeoutMs: 0 },
      'OUT_OF_RANGE',
      'options.sequence.idleTimeoutMs',
    ],
    [
      'no sequence at all',
      { states: { state: 'next' }, maxSequences: 0 },
      'OUT_OF_RANGE',
      'options.sequence.maxSequences',
    ],
    ['an unknown option', { states: { state: 'next' }, idle: 1 }, 'INVALID_ARGUMENT', 'options.sequence.idle'],
  ])('load() rejects %s', async (_, sequence, code, option) => {
    const error = await rejection(Engine.load(accumulator(), { sequence: sequence as never }));
    expect(error).toEqual(failure(code, { option }));
  });
});
