import { Pipeline } from 'node-tensorrt';
import { describe, expect, test, vi } from 'vitest';
import { identity } from '../fixtures/models.js';
import { f32, load } from '../support/engines.js';
import { failure, rejection } from '../support/failure.js';
import { deferred, FakeEngine, settle, strings } from './support.js';

describe('close()', () => {
  test('waits for all accepted items, refuses new ones, and gives the same promise each time', async () => {
    const engine = new FakeEngine<string>();
    const pipeline = strings({ maxInFlight: 1, name: 'p' }).stage('a', engine).build();
    const results = [pipeline.run('1'), pipeline.run('2')];
    let isClosed = false;
    const closing = pipeline.close();
    void closing.then(() => {
      isClosed = true;
    });
    expect(pipeline.close()).toBe(closing);
    await expect(pipeline.run('3')).rejects.toEqual(failure('NOT_OPEN'));
    for (const text of ['1', '2']) {
      await settle();
      expect(isClosed).toBe(false);
      engine.of(text).resolve(text);
    }
    await closing;
    expect(await Promise.all(results)).toEqual(['1', '2']);
  });

  test('waits for functions that go on after their item was aborted', async () => {
    const { calls, call } = deferred();
    const pipeline = strings().step('a', call).build();
    const controller = new AbortController();
    const result = rejection(pipeline.run('x', { signal: controller.signal }));
    await settle();
    controller.abort(new Error('enough'));
    await result;
    let isClosed = false;
    const closing = pipeline.close().then(() => {
      isClosed = true;
    });
    await settle();
    expect(isClosed).toBe(false);
    calls[0]?.resolve('late');
    await closing;
  });

  test('leaves the engines open', async () => {
    const engine = await load(identity('float32', [1]));
    const pipeline = Pipeline.create().stage('a', engine).build();
    await pipeline.close();
    expect((await engine.run({ x: f32([1]) }))['y']).toBeDefined();
  });

  test('with ownsEngines closes each of them once, after the items', async () => {
    const engine = new FakeEngine<string>();
    const close = vi.spyOn(engine, 'close');
    const pipeline = strings({ ownsEngines: true })
      .stage('a', engine)
      .stage('b', engine as never)
      .stage('c', {
        run: async () => 'no close()',
      });
    const built = pipeline.build();
    const result = built.run('x');
    await settle();
    const closing = built.close();
    await settle();
    expect(close).not.toHaveBeenCalled();
    engine.of('x').resolve('y');
    await settle();
    engine.of('y').resolve('z');
    await closing;
    expect(await result).toBe('no close()');
    expect(close).toHaveBeenCalledOnce();
  });

  test('with ownsEngines rejects with what closing threw, for one and for several', async () => {
    const broken = (message: string) => ({ run: async () => 1, close: () => Promise.reject(new Error(message)) });
    const one = strings({ ownsEngines: true })
      .stage('a', broken('one'), { inputs: () => 1 as never })
      .build();
    await expect(one.close()).rejects.toThrow('one');
    const two = strings({ ownsEngines: true })
      .branches('both', { a: (b) => b.stage('a', broken('one')), b: (b) => b.stage('b', broken('two')) })
      .build();
    const error = await rejection(two.close());
    expect((error as AggregateError).errors.map(({ message }) => message)).toEqual(['one', 'two']);
  });

  test('happens at the end of a block', async () => {
    let kept: Pipeline<string, string>;
    {
      await using pipeline = strings()
        .step('a', (text) => text)
        .build();
      kept = pipeline;
      await pipeline.run('x');
    }
    await expect(kept.run('y')).rejects.toEqual(failure('NOT_OPEN'));
    expect(kept.stats().requests.completed).toBe(1);
  });
});

describe('destroy()', () => {
  test('rejects all items with its reason, aborts what is under way, and closes', async () => {
    const engine = new FakeEngine<string>();
    const pipeline = strings({ maxInFlight: 2 }).stage('a', engine, { concurrency: 1 }).build();
    const results = ['1', '2', '3'].map((text) => rejection(pipeline.run(text)));
    await settle();
    const reason = new Error('shutting down');
    pipeline.destroy(reason);
    expect(await Promise.all(results)).toEqual([reason, reason, reason]);
    expect(engine.asked).toEqual(['1']);
    expect(engine.of('1').options.signal?.reason).toBe(reason);
    await pipeline.close();
    expect(pipeline.stats()).toMatchObject({ queued: 0, inFlight: 0, requests: { aborted: 3 } });
    await expect(pipeline.run('4')).rejects.toEqual(failure('NOT_OPEN'));
  });

  test('rejects with NOT_OPEN without a reason, and may be called at any time', async () => {
    const pipeline = strings().stage('a', new FakeEngine<string>()).build();
    const result = rejection(pipeline.run('x'));
    pipeline.destroy();
    pipeline.destroy();
    expect(await result).toEqual(failure('NOT_OPEN'));
    await pipeline.close();
    pipeline.destroy();
  });
});
