import { describe, expect, test } from 'vitest';
import { failure } from '../support/failure.js';
import { FakeEngine, settle, strings } from './support.js';

/** Two engines; what they may hold is given. */
function twoStages(first: object, second: object, options: object = {}) {
  const a = new FakeEngine<string>();
  const b = new FakeEngine<string>();
  const pipeline = strings(options)
    .stage('a', a, first)
    .stage('b', b as never, second)
    .build();
  const counts = () => {
    const { a, b } = pipeline.stats().stages;
    return { a: [a?.queued, a?.inFlight, a?.held], b: [b?.queued, b?.inFlight, b?.held] };
  };
  const start = (...texts: string[]) => texts.map((text) => pipeline.run(text));
  return { a, b, pipeline, counts, start };
}

describe('a stage', () => {
  test('runs no more than its concurrency at once', async () => {
    const { a, start } = twoStages({ concurrency: 2 }, {});
    const results = start('1', '2', '3');
    await settle();
    expect(a.asked).toEqual(['1', '2']);
    a.of('1').resolve('1');
    await settle();
    expect(a.asked).toEqual(['1', '2', '3']);
    for (const result of results) result.catch(() => undefined);
  });

  test('that is full holds up the one before it, and that the one before', async () => {
    const { a, b, start, counts } = twoStages({ concurrency: 2, maxQueue: 1 }, { concurrency: 1, maxQueue: 1 });
    start('1', '2', '3', '4', '5', '6');
    await settle();
    a.of('1').resolve('1');
    a.of('2').resolve('2');
    await settle();
    expect(b.asked).toEqual(['1']);
    expect(counts()).toEqual({ a: [1, 2, 0], b: [1, 1, 0] });
    a.of('3').resolve('3');
    a.of('4').resolve('4');
    await settle();
    // Both are done in a, and stay there: nothing else begins in a.
    expect(counts()).toEqual({ a: [1, 0, 2], b: [1, 1, 0] });
    expect(a.asked).toEqual(['1', '2', '3', '4']);
    b.of('1').resolve('one');
    await settle();
    expect(counts()).toEqual({ a: [1, 1, 1], b: [1, 1, 0] });
    expect(a.asked).toEqual(['1', '2', '3', '4', '5']);
    expect(b.asked).toEqual(['1', '2']);
  });

  test('without a queue takes a value only when it can run it', async () => {
    const { a, b, start, counts } = twoStages({ concurrency: 2 }, { concurrency: 1, maxQueue: 0 });
    start('1', '2');
    await settle();
    a.of('1').resolve('1');
    a.of('2').resolve('2');
    await settle();
    expect(counts()).toEqual({ a: [0, 0, 1], b: [0, 1, 0] });
    b.of('1').resolve('one');
    await settle();
    expect(counts()).toEqual({ a: [0, 0, 0], b: [0, 1, 0] });
  });

  test('keeps its place for a function that goes on after its item was aborted', async () => {
    const calls: (() => void)[] = [];
    const pipeline = strings()
      .step('a', () => new Promise<void>((resolve) => calls.push(resolve)), { concurrency: 1 })
      .build();
    const controller = new AbortController();
    const aborted = pipeline.run('x', { signal: controller.signal });
    const next = pipeline.run('y');
    await settle();
    controller.abort(new Error('enough'));
    await expect(aborted).rejects.toThrow('enough');
    await settle();
    expect(calls).toHaveLength(1);
    expect(pipeline.stats().stages['a']).toMatchObject({ inFlight: 1, queued: 1, aborted: 0 });
    calls[0]?.();
    await settle();
    expect(calls).toHaveLength(2);
    expect(pipeline.stats().stages['a']).toMatchObject({ inFlight: 1, queued: 0, aborted: 1 });
    calls[1]?.();
    await next;
  });
});

describe('run()', () => {
  test('waits for its first stage while there are maxInFlight items', async () => {
    const { a, start, pipeline } = twoStages({}, {}, { maxInFlight: 2 });
    start('1', '2', '3');
    await settle();
    expect(a.asked).toEqual(['1', '2']);
    expect(pipeline.stats()).toMatchObject({ inFlight: 2, queued: 1 });
  });

  test('rejects at once with QUEUE_FULL beyond maxInFlight and maxQueue, and runs nothing', async () => {
    const { a, b, start, pipeline } = twoStages({}, {}, { maxInFlight: 2, maxQueue: 1, name: 'two' });
    const [first] = start('1', '2', '3');
    await settle();
    await expect(pipeline.run('4')).rejects.toEqual(failure('QUEUE_FULL', { limit: 3, unit: 'items' }));
    expect(pipeline.stats().requests).toMatchObject({ accepted: 3, rejected: 1 });
    a.of('1').resolve('1');
    await settle();
    b.of('1').resolve('one');
    expect(await first).toBe('one');
    const later = pipeline.run('5');
    await settle();
    expect(a.asked).toEqual(['1', '2', '3']);
    expect(pipeline.stats().requests).toMatchObject({ accepted: 4, rejected: 1 });
    later.catch(() => undefined);
  });

  test('counts an item for as long as something of it is under way', async () => {
    const calls: (() => void)[] = [];
    const pipeline = strings({ maxInFlight: 1, maxQueue: 0 })
      .step('a', () => new Promise<void>((resolve) => calls.push(resolve)))
      .build();
    const controller = new AbortController();
    const aborted = pipeline.run('x', { signal: controller.signal });
    await settle();
    controller.abort(new Error('enough'));
    await expect(aborted).rejects.toThrow('enough');
    await expect(pipeline.run('y')).rejects.toEqual(failure('QUEUE_FULL'));
    calls[0]?.();
    await settle();
    const last = pipeline.run('z');
    await settle();
    calls[1]?.();
    await last;
  });
});
