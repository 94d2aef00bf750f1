import { NodeTensorRTError, Pipeline } from 'node-tensorrt';
import { describe, expect, test } from 'vitest';
import { failure, rejection } from '../support/failure.js';
import { FakeEngine, settle, strings } from './support.js';

describe('a failure', () => {
  const thrown = new TypeError('no good');
  const fail = () => {
    throw thrown;
  };

  test.each([
    ['a function', (p: ReturnType<typeof strings>) => p.step('bad', fail)],
    ['an async function', (p: ReturnType<typeof strings>) => p.step('bad', async () => fail())],
    ['an engine', (p: ReturnType<typeof strings>) => p.stage('bad', { run: async () => fail() })],
    ['an engine that throws', (p: ReturnType<typeof strings>) => p.stage('bad', { run: fail })],
    ['inputs', (p: ReturnType<typeof strings>) => p.stage('bad', { run: async () => 1 }, { inputs: fail })],
    ['result', (p: ReturnType<typeof strings>) => p.stage('bad', { run: async () => 1 }, { result: fail })],
    ['the function of a fan-out', (p: ReturnType<typeof strings>) => p.fanOut('bad', fail).join('all')],
    ['what a fan-out iterates over', (p: ReturnType<typeof strings>) => p.fanOut('bad', generator).join('all')],
    ['a join', (p: ReturnType<typeof strings>) => p.fanOut('split', () => [1]).join('bad', fail)],
    [
      'a step of a fan-out',
      (p: ReturnType<typeof strings>) =>
        p
          .fanOut('s', () => [1, 2])
          .step('bad', fail)
          .join('j'),
    ],
    ['a branch', (p: ReturnType<typeof strings>) => p.branches('all', { a: (b) => b.step('bad', fail), b: (b) => b })],
  ])('of %s rejects its item with STAGE_FAILED, the stage and the cause', async (_, add) => {
    const pipeline = add(strings())
      .step('after', () => 1)
      .build();
    const error = await rejection(pipeline.run('x'));
    expect(error).toBeInstanceOf(NodeTensorRTError);
    expect(error).toEqual(failure('STAGE_FAILED', { stage: 'bad' }));
    expect(error.message).toBe("stage 'bad': no good");
    expect(error.cause).toBe(thrown);
    await pipeline.close();
    const { requests, stages } = pipeline.stats();
    expect(requests).toMatchObject({ accepted: 1, failed: 1, aborted: 0 });
    expect(stages['bad']?.failed).toBe(1);
    for (const stage of Object.values(stages)) expect(stage).toMatchObject({ inFlight: 0, held: 0, queued: 0 });
  });

  function* generator() {
    yield 1;
    throw thrown;
  }

  test('of this library keeps its code and details', async () => {
    const original = new NodeTensorRTError('OUT_OF_MEMORY', 'no more', { kind: 'host' });
    const pipeline = strings()
      .stage('bad', { run: async () => Promise.reject(original) })
      .build();
    const error = await rejection(pipeline.run('x'));
    expect(error).toEqual(failure('OUT_OF_MEMORY', { stage: 'bad', kind: 'host' }));
    expect(error.cause).toBe(original);
  });

  test.each([undefined, null, 'text', Symbol('s'), 5n])('may be anything: %s', async (value) => {
    const pipeline = strings()
      .step('bad', () => Promise.reject(value))
      .build();
    const error = await rejection(pipeline.run('x'));
    expect(error).toEqual(failure('STAGE_FAILED', { stage: 'bad' }));
    expect(error.cause).toBe(value);
  });

  test('touches no other item', async () => {
    const engine = new FakeEngine<string>();
    const pipeline = strings().stage('a', engine).build();
    const [bad, good] = [rejection(pipeline.run('bad')), pipeline.run('good')];
    await settle();
    engine.of('bad').reject(thrown);
    await bad;
    engine.of('good').resolve('fine');
    expect(await good).toBe('fine');
  });

  test('of one part aborts the others of its fan-out, and asks for no more of them', async () => {
    const engine = new FakeEngine<number>();
    let made = 0;
    const pipeline = strings()
      .fanOut('split', function* () {
        for (;;) yield ++made;
      })
      .stage('a', engine, { concurrency: 3, maxQueue: 1 })
      .join('all')
      .build();
    const result = rejection(pipeline.run('x'));
    await settle();
    expect([engine.asked, made]).toEqual([[1, 2, 3], 5]);
    engine.of(2).reject(thrown);
    const error = await result;
    expect(error.cause).toBe(thrown);
    await settle();
    expect(engine.of(1).options.signal?.aborted).toBe(true);
    expect([engine.asked, made]).toEqual([[1, 2, 3], 5]);
    expect(pipeline.stats().stages['a']).toMatchObject({ accepted: 4, failed: 1, aborted: 3, inFlight: 0, queued: 0 });
  });

  test('the first one counts', async () => {
    const engine = new FakeEngine<number>();
    const pipeline = strings()
      .fanOut('split', () => [1, 2])
      .stage('a', engine)
      .join('all')
      .build();
    const result = rejection(pipeline.run('x'));
    await settle();
    engine.of(2).reject(new Error('first'));
    engine.of(1).reject(new Error('second'));
    expect((await result).message).toBe("stage 'a': first");
  });

  test('that is nobody’s to hear is no unhandled rejection', async () => {
    const unhandled: unknown[] = [];
    const onUnhandled = (error: unknown) => unhandled.push(error);
    process.on('unhandledRejection', onUnhandled);
    const pipeline = Pipeline.create<number>()
      .fanOut('split', (count) => Array.from({ length: count }, (_, i) => i))
      .step('bad', async () => fail())
      .join('all')
      .build();
    await rejection(pipeline.run(20));
    const stream = pipeline.stream([1, 2, 3], { concurrency: 3 });
    await rejection(stream.next());
    await pipeline.close();
    await settle();
    await settle();
    process.off('unhandledRejection', onUnhandled);
    expect(unhandled).toEqual([]);
  });
});
