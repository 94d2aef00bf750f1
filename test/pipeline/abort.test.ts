import { getEventListeners } from 'node:events';
import { Pipeline } from 'node-tensorrt';
import { describe, expect, test } from 'vitest';
import { loadSlow, one, until } from '../support/engines.js';
import { rejection } from '../support/failure.js';
import { deferred, FakeEngine, settle, strings } from './support.js';

const reason = { why: 'enough' };

describe('signal', () => {
  test('rejects with its reason at once, and aborts the run of the engine with it', async () => {
    const engine = new FakeEngine<string>();
    const pipeline = strings().stage('a', engine).build();
    const controller = new AbortController();
    const result = rejection(pipeline.run('x', { signal: controller.signal }));
    await settle();
    controller.abort(reason);
    expect(await result).toBe(reason);
    expect(engine.of('x').options.signal?.reason).toBe(reason);
    expect(pipeline.stats().requests).toMatchObject({ aborted: 1, failed: 0 });
    expect(pipeline.stats().stages['a']).toMatchObject({ aborted: 1, inFlight: 0 });
  });

  test('that is aborted already rejects, and nothing begins', async () => {
    const engine = new FakeEngine<string>();
    const pipeline = strings().stage('a', engine).build();
    expect(await rejection(pipeline.run('x', { signal: AbortSignal.abort(reason) }))).toBe(reason);
    expect(engine.runs).toEqual([]);
    expect(pipeline.stats().requests.accepted).toBe(0);
  });

  test('gives up places in queues, of stages and of the pipeline', async () => {
    const engine = new FakeEngine<string>();
    const pipeline = strings({ maxInFlight: 2 }).stage('a', engine, { concurrency: 1 }).build();
    const controller = new AbortController();
    const { signal } = controller;
    const first = pipeline.run('1');
    const waiting = [pipeline.run('2', { signal }), pipeline.run('3', { signal })].map(rejection);
    await settle();
    expect(pipeline.stats()).toMatchObject({ queued: 1, stages: { a: { queued: 1 } } });
    controller.abort(reason);
    expect(await Promise.all(waiting)).toEqual([reason, reason]);
    expect(pipeline.stats()).toMatchObject({ queued: 0, inFlight: 1, stages: { a: { queued: 0, aborted: 1 } } });
    engine.of('1').resolve('done');
    expect(await first).toBe('done');
    expect(engine.asked).toEqual(['1']);
  });

  test('aborts all parts of a fan-out, those that wait at a full stage as well', async () => {
    const [a, b] = [new FakeEngine<number>(), new FakeEngine()];
    const pipeline = strings()
      .fanOut('split', () => [1, 2, 3, 4, 5])
      .stage('a', a, { concurrency: 3, maxQueue: 1 })
      .stage('b', b, { concurrency: 1, maxQueue: 0 })
      .join('all')
      .build();
    const controller = new AbortController();
    const result = rejection(pipeline.run('x', { signal: controller.signal }));
    await settle();
    a.of(1).resolve('one');
    a.of(2).resolve('two');
    await settle();
    expect(pipeline.stats().stages).toMatchObject({ a: { held: 1 }, b: { inFlight: 1 } });
    controller.abort(reason);
    expect(await result).toBe(reason);
    await settle();
    const { stages } = pipeline.stats();
    for (const stage of Object.values(stages)) expect(stage).toMatchObject({ inFlight: 0, held: 0, queued: 0 });
    expect(stages['b']).toMatchObject({ accepted: 1, aborted: 1 });
  });

  test('drops a result that comes too late', async () => {
    const { calls, call } = deferred<string, string>();
    const engine = new FakeEngine<string>();
    const pipeline = strings().step('a', call).stage('b', engine).build();
    const controller = new AbortController();
    const result = rejection(pipeline.run('x', { signal: controller.signal }));
    await settle();
    controller.abort(reason);
    expect(await result).toBe(reason);
    calls[0]?.resolve('late');
    await settle();
    expect(engine.runs).toEqual([]);
    expect(pipeline.stats().stages).toMatchObject({ a: { aborted: 1, completed: 0 }, b: { accepted: 0 } });
  });

  test('keeps no listener, however the item ends', async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const pipeline = strings()
      .step('a', (text) => {
        if (text === 'bad') throw new Error('bad');
      })
      .build();
    await pipeline.run('good', { signal });
    await rejection(pipeline.run('bad', { signal }));
    for await (const _ of pipeline.stream(['good', 'good'], { signal }));
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  test('goes through to real engines: what waits in their queue leaves it', async () => {
    const engine = await loadSlow({ batching: false });
    const pipeline = Pipeline.create().stage('slow', engine).build();
    const controller = new AbortController();
    const results = [1, 2, 3].map(() => rejection(pipeline.run(one(), { signal: controller.signal })));
    await until(() => engine.stats().requests.accepted === 3);
    controller.abort(reason);
    expect(await Promise.all(results)).toEqual([reason, reason, reason]);
    await pipeline.close();
    expect(engine.stats().requests.aborted).toBeGreaterThanOrEqual(2);
    expect(engine.stats().queue.depth).toBe(0);
  });
});
