import { Pipeline } from 'node-tensorrt';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { loadSlow, one, until } from '../support/engines.js';
import { failure, rejection } from '../support/failure.js';
import { deferred, FakeEngine, settle, strings } from './support.js';

describe('timeoutMs', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const pass = async (ms: number) => {
    vi.advanceTimersByTime(ms);
    await settle();
  };

  test('is for the whole: each engine gets what is left of it', async () => {
    const [a, b] = [new FakeEngine<string>(), new FakeEngine()];
    const pipeline = strings().stage('a', a).stage('b', b).build();
    const result = pipeline.run('x', { timeoutMs: 100 });
    await settle();
    expect(a.of('x').options.timeoutMs).toBe(100);
    await pass(30);
    a.of('x').resolve('y');
    await settle();
    expect(b.of('y').options.timeoutMs).toBe(70);
    b.of('y').resolve('z');
    expect(await result).toBe('z');
  });

  test('rejects with TIMEOUT, names the stage that the item is in, and aborts its run', async () => {
    const [a, b] = [new FakeEngine<string>(), new FakeEngine()];
    const pipeline = strings().stage('a', a).stage('b', b).build();
    const result = rejection(pipeline.run('x', { timeoutMs: 100 }));
    await settle();
    a.of('x').resolve('y');
    await settle();
    await pass(100);
    expect(await result).toEqual(failure('TIMEOUT', { stage: 'b', timeoutMs: 100 }));
    expect(b.of('y').options.signal?.aborted).toBe(true);
    expect(pipeline.stats().requests).toMatchObject({ timedOut: 1, aborted: 0, failed: 0 });
    expect(pipeline.stats().stages['b']).toMatchObject({ timedOut: 1, inFlight: 0 });
  });

  test('counts while the item waits, and names what it waits for', async () => {
    const a = new FakeEngine<string>();
    const pipeline = strings({ maxInFlight: 2 }).stage('a', a, { concurrency: 1 }).build();
    const first = rejection(pipeline.run('1'));
    const queued = rejection(pipeline.run('2', { timeoutMs: 50 }));
    const outside = rejection(pipeline.run('3', { timeoutMs: 60 }));
    await settle();
    await pass(50);
    expect(await queued).toEqual(failure('TIMEOUT', { stage: 'a' }));
    expect(pipeline.stats().stages['a']).toMatchObject({ accepted: 3, timedOut: 1 });
    await pass(10);
    expect(await outside).toEqual(failure('TIMEOUT', { stage: 'a' }));
    expect(a.asked).toEqual(['1']);
    pipeline.destroy(new Error('the end'));
    await first;
  });

  test('a stage never starts after the deadline, though the timer is late', async () => {
    const a = deferred<string, string>();
    const b = vi.fn();
    const pipeline = strings().step('a', a.call).step('b', b).build();
    const result = rejection(pipeline.run('x', { timeoutMs: 100 }));
    await settle();
    vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 100);
    a.calls[0]?.resolve('y');
    expect(await result).toEqual(failure('TIMEOUT', { stage: 'b' }));
    expect(b).not.toHaveBeenCalled();
    vi.restoreAllMocks();
  });

  test('in a fan-out names the stage that the hindmost part is in', async () => {
    const [a, b] = [new FakeEngine<number>(), new FakeEngine()];
    const pipeline = strings()
      .fanOut('split', () => [1, 2])
      .stage('a', a)
      .stage('b', b)
      .join('all')
      .build();
    const result = rejection(pipeline.run('x', { timeoutMs: 100 }));
    await settle();
    a.of(1).resolve('one');
    await settle();
    expect(b.asked).toEqual(['one']);
    await pass(100);
    expect(await result).toEqual(failure('TIMEOUT', { stage: 'a' }));
  });

  test('of a stage is for each of its runs, from their start', async () => {
    const a = new FakeEngine<string>();
    const pipeline = strings().stage('a', a, { concurrency: 1, timeoutMs: 40 }).build();
    const first = pipeline.run('1');
    const second = rejection(pipeline.run('2', { timeoutMs: 1000 }));
    await settle();
    expect(a.of('1').options.timeoutMs).toBe(40);
    await pass(30);
    a.of('1').resolve('done');
    expect(await first).toBe('done');
    await pass(39);
    expect(a.of('2').options.signal?.aborted).toBe(false);
    await pass(1);
    expect(await second).toEqual(failure('TIMEOUT', { stage: 'a', timeoutMs: 40 }));
  });

  test('leaves no timer behind', async () => {
    const pipeline = strings()
      .step('a', (text) => text, { timeoutMs: 50 })
      .build();
    await pipeline.run('x', { timeoutMs: 100 });
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('an engine', () => {
  test('that rejects with TIMEOUT by itself keeps its details, and the stage is named', async () => {
    const engine = await loadSlow({ batching: false });
    const pipeline = Pipeline.create().stage('slow', engine, { timeoutMs: 1 }).build();
    const error = await rejection(pipeline.run(one()));
    expect(error).toEqual(failure('TIMEOUT', { stage: 'slow' }));
    await until(() => pipeline.stats().stages['slow']?.inFlight === 0);
    expect(pipeline.stats().requests).toMatchObject({ timedOut: 1 });
  });
});
