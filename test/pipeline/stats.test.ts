import { Engine, mergeLatencyStats, Pipeline } from 'node-tensorrt';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { LatencyRecorder } from '../../lib/pipeline/latency-recorder.js';
import { identity } from '../fixtures/models.js';
import { f32 } from '../support/engines.js';
import { failure, rejection } from '../support/failure.js';
import { randomNumbers } from '../support/random.js';
import { FakeEngine, settle, strings } from './support.js';

describe('stats()', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  test('has the stages in the order of the description, those of branches and fan-outs as well', () => {
    const pipeline = strings()
      .branches('x', { b: (branch) => branch.step('c', () => 1), a: (branch) => branch })
      .fanOut('d', () => [1])
      .step('e', () => 1)
      .join('b')
      .build();
    expect(Object.keys(pipeline.stats().stages)).toEqual(['x', 'c', 'd', 'e', 'b']);
  });

  test('counts time in the queue and time of the run apart', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    const engine = new FakeEngine<string>();
    const pipeline = strings().stage('a', engine, { concurrency: 1 }).build();
    const results = [pipeline.run('1'), pipeline.run('2')];
    await settle();
    vi.advanceTimersByTime(30);
    engine.of('1').resolve('1');
    await settle();
    vi.advanceTimersByTime(20);
    engine.of('2').resolve('2');
    await Promise.all(results);
    const { latencyMs, stages } = pipeline.stats();
    expect(stages['a']?.latencyMs.queue).toMatchObject({ count: 2, sum: 30, max: 30 });
    expect(stages['a']?.latencyMs.run).toMatchObject({ count: 2, sum: 50, max: 30 });
    expect(latencyMs.total).toMatchObject({ count: 2, sum: 80, max: 50 });
    expect(latencyMs.queue).toMatchObject({ count: 2, sum: 0 });
  });

  test('has histograms where they are asked for, which merge with those of engines', async () => {
    const engine = await Engine.load(identity('float32', [1]));
    const pipeline = Pipeline.create({ ownsEngines: true }).stage('a', engine).build();
    await pipeline.run({ x: f32([1]) });
    await pipeline.close();
    expect(pipeline.stats().latencyMs.total.histogram).toBeUndefined();
    const { total } = pipeline.stats({ histograms: true }).latencyMs;
    const merged = mergeLatencyStats([total, engine.stats({ histograms: true }).latencyMs.total]);
    expect(merged.count).toBe(2);
    expect(merged.max).toBe(Math.max(total.max, engine.stats().latencyMs.total.max));
  });

  test('refuses unknown options', () => {
    const pipeline = strings()
      .step('a', () => 1)
      .build();
    expect(() => pipeline.stats({ histogram: true } as never)).toThrow(failure('INVALID_ARGUMENT') as Error);
  });

  test('adds up however items end', async () => {
    const engine = new FakeEngine<string>();
    const pipeline = strings({ maxInFlight: 3, maxQueue: 1 }).stage('a', engine).build();
    const controller = new AbortController();
    const { signal } = controller;
    const results = [pipeline.run('good'), pipeline.run('bad'), pipeline.run('gone', { signal }), pipeline.run('wait')];
    const settled = Promise.allSettled([...results, pipeline.run('refused')]);
    await settle();
    engine.of('good').resolve('good');
    engine.of('bad').reject(new Error('bad'));
    controller.abort(new Error('gone'));
    await settle();
    expect(pipeline.stats()).toMatchObject({
      requests: { accepted: 4, completed: 1, failed: 1, aborted: 1, timedOut: 0, rejected: 1 },
      inFlight: 1,
      queued: 0,
      stages: { a: { accepted: 4, completed: 1, failed: 1, aborted: 1, timedOut: 0, inFlight: 1, queued: 0 } },
    });
    pipeline.destroy();
    expect((await settled).filter(({ status }) => status === 'rejected')).toHaveLength(4);
    expect(await rejection(results[3] as Promise<unknown>)).toEqual(failure('NOT_OPEN'));
  });
});

describe('LatencyRecorder', () => {
  test('has the buckets of engines', async () => {
    const engine = await Engine.load(identity('float32', [1]));
    for (let i = 0; i < 200; i++) await engine.run({ x: f32([1]) });
    const { latencyMs } = engine.stats({ histograms: true });
    await engine.close();
    const bounds = [latencyMs.total, latencyMs.compute, latencyMs.queue].flatMap(
      ({ histogram }) => histogram?.upperBoundsMs ?? [],
    );
    expect(bounds.length).toBeGreaterThan(3);
    for (const bound of bounds) {
      const recorder = new LatencyRecorder();
      recorder.record(bound);
      expect(recorder.stats(true).histogram).toEqual({ upperBoundsMs: [bound], counts: [1] });
    }
  });

  test('puts every duration into a bucket whose bound is at most 1 % above it, up to an hour', () => {
    const random = randomNumbers(5);
    const durations = Array.from({ length: 2000 }, () => 2 ** (random(4000) / 100) / 1e6);
    const edges = Array.from({ length: 42 }, (_, i) => [2 ** i, 2 ** i - 1, 2 ** i + 1]).flat();
    for (const ms of [...durations, ...edges.map((ns) => ns / 1e6)]) {
      const recorder = new LatencyRecorder();
      recorder.record(ms);
      const [bound = -1] = recorder.stats(true).histogram?.upperBoundsMs ?? [];
      expect(bound * 1e6).toBeGreaterThanOrEqual(Math.round(ms * 1e6) - 1e-3);
      expect(bound * 1e6).toBeLessThanOrEqual(Math.max(Math.round(ms * 1e6) * 1.01, 128) + 1e-3);
    }
  });
});
