import { Readable } from 'node:stream';
import { NodeTensorRTError } from 'node-tensorrt';
import { describe, expect, test, vi } from 'vitest';
import { failure, rejection } from '../support/failure.js';
import { FakeEngine, settle, strings } from './support.js';

/** A source that notes what is taken from it, and whether it was closed. */
function source(count: number, fails?: Error) {
  const state = { taken: [] as string[], isClosed: false };
  const generate = async function* () {
    try {
      for (let i = 1; i <= count; i++) {
        state.taken.push(String(i));
        yield String(i);
      }
      if (fails) throw fails;
    } finally {
      state.isClosed = true;
    }
  };
  return { state, items: generate() };
}

/** Reads all of a stream beside the test. */
function read<T>(stream: AsyncIterable<T>) {
  const results: T[] = [];
  const end = (async () => {
    for await (const result of stream) results.push(result);
  })();
  end.catch(() => undefined);
  return { results, end };
}

describe('stream()', () => {
  test('gives the results in the order of the source', async () => {
    const engine = new FakeEngine<string>();
    const { results, end } = read(strings().stage('a', engine).build().stream(['1', '2', '3']));
    await settle();
    expect(engine.asked).toEqual(['1', '2', '3']);
    engine.of('3').resolve('three');
    engine.of('1').resolve('one');
    await settle();
    expect(results).toEqual(['one']);
    engine.of('2').resolve('two');
    await end;
    expect(results).toEqual(['one', 'two', 'three']);
  });

  test('gives them as they are there with ordered: false', async () => {
    const engine = new FakeEngine<string>();
    const pipeline = strings().stage('a', engine).build();
    const { results, end } = read(pipeline.stream(['1', '2', '3'], { ordered: false }));
    await settle();
    for (const text of ['3', '1', '2']) {
      engine.of(text).resolve(text);
      await settle();
    }
    await end;
    expect(results).toEqual(['3', '1', '2']);
  });

  test.each([
    ['an array', () => ['1', '2']],
    ['a generator', () => source(2).items],
    ['a node stream', () => Readable.from(['1', '2'])],
    ['a web stream', () => ReadableStream.from(['1', '2'])],
  ])('takes %s', async (_, make) => {
    const pipeline = strings()
      .step('a', (text) => `${text}!`)
      .build();
    const { results, end } = read(pipeline.stream(make() as AsyncIterable<string>));
    await end;
    expect(results).toEqual(['1!', '2!']);
  });

  test('pulls its source only as fast as the first stage takes, one item ahead', async () => {
    const engine = new FakeEngine<string>();
    const pipeline = strings().stage('a', engine, { concurrency: 2, maxQueue: 1 }).build();
    const { state, items } = source(9);
    const { end } = read(pipeline.stream(items));
    await settle();
    expect(state.taken).toEqual(['1', '2', '3', '4']);
    engine.of('2').resolve('two');
    await settle();
    expect(state.taken).toEqual(['1', '2', '3', '4', '5']);
    pipeline.destroy();
    await expect(end).rejects.toEqual(failure('NOT_OPEN'));
  });

  test('pulls no more than maxInFlight allows, other items included', async () => {
    const engine = new FakeEngine<string>();
    const pipeline = strings({ maxInFlight: 3, maxQueue: 0 }).stage('a', engine).build();
    void pipeline.run('other');
    const { state, items } = source(9);
    const { end } = read(pipeline.stream(items));
    await settle();
    expect(engine.asked).toEqual(['other', '1', '2']);
    expect(state.taken).toHaveLength(3);
    expect(pipeline.stats().requests).toMatchObject({ accepted: 4, rejected: 0 });
    engine.of('other').resolve('done');
    await settle();
    expect(engine.asked).toEqual(['other', '1', '2', '3']);
    pipeline.destroy();
    await rejection(end);
  });

  test('is no further ahead of its reader than concurrency', async () => {
    const { state, items } = source(9);
    const stream = strings()
      .step('a', (text) => text)
      .build()
      .stream(items, { concurrency: 2 });
    expect(state.taken).toEqual([]);
    expect(await stream.next()).toEqual({ value: '1', done: false });
    await settle();
    expect(state.taken).toEqual(['1', '2', '3']);
    await stream.return();
    expect(state).toEqual({ taken: ['1', '2', '3'], isClosed: true });
  });

  test('a break aborts what is under way and closes the source', async () => {
    const engine = new FakeEngine<string>();
    const pipeline = strings().stage('a', engine).build();
    const { state, items } = source(3);
    const reading = (async () => {
      for await (const result of pipeline.stream(items)) return result;
      return undefined;
    })();
    await settle();
    engine.of('1').resolve('one');
    expect(await reading).toBe('one');
    expect(engine.of('2').options.signal?.reason).toMatchObject({ name: 'AbortError' });
    expect(state.isClosed).toBe(true);
    await pipeline.close();
    expect(pipeline.stats().requests).toMatchObject({ accepted: 3, completed: 1, aborted: 2 });
  });

  test('a break does not wait for a source that never gives its next item', async () => {
    const returned = vi.fn(async () => ({ done: true as const, value: undefined }));
    const stuck = {
      count: 0,
      next(): Promise<IteratorResult<string>> {
        this.count += 1;
        return this.count === 1 ? Promise.resolve({ done: false, value: '1' }) : new Promise(() => undefined);
      },
      return: returned,
      [Symbol.asyncIterator]() {
        return this;
      },
    };
    for await (const _ of strings()
      .step('a', (text) => text)
      .build()
      .stream(stuck))
      break;
    expect(returned).toHaveBeenCalledOnce();
  });

  test('a failure comes in its turn, and ends the stream', async () => {
    const engine = new FakeEngine<string>();
    const pipeline = strings().stage('a', engine).build();
    const { state, items } = source(3);
    const { results, end } = read(pipeline.stream(items));
    await settle();
    engine.of('2').reject(new Error('no'));
    await settle();
    expect(engine.of('3').options.signal?.aborted).toBe(false);
    engine.of('1').resolve('one');
    await expect(end).rejects.toEqual(failure('STAGE_FAILED', { stage: 'a' }));
    expect(results).toEqual(['one']);
    expect(engine.of('3').options.signal?.aborted).toBe(true);
    expect(state.isClosed).toBe(true);
  });

  test('settled: true gives the outcome of each, and goes on', async () => {
    const pipeline = strings()
      .step('a', (text) => {
        if (text === '2') throw new Error('no');
        return text;
      })
      .build();
    const { results, end } = read(pipeline.stream(['1', '2', '3'], { settled: true }));
    await end;
    expect(results).toEqual([
      { status: 'fulfilled', value: '1' },
      { status: 'rejected', reason: failure('STAGE_FAILED', { stage: 'a' }) },
      { status: 'fulfilled', value: '3' },
    ]);
  });

  test('the failure of its source comes after the results of what it gave before', async () => {
    const gone = new Error('gone');
    for (const ordered of [true, false]) {
      const { results, end } = read(
        strings()
          .step('a', async (text) => text)
          .build()
          .stream(source(2, gone).items, { ordered }),
      );
      await expect(end).rejects.toBe(gone);
      expect(results).toEqual(['1', '2']);
    }
  });

  test('an abort rejects with the reason at once, aborts what is under way and closes the source', async () => {
    const engine = new FakeEngine<string>();
    const pipeline = strings().stage('a', engine, { concurrency: 1, maxQueue: 0 }).build();
    const controller = new AbortController();
    const { state, items } = source(3);
    const { end } = read(pipeline.stream(items, { signal: controller.signal }));
    await settle();
    const reason = new Error('enough');
    controller.abort(reason);
    await expect(end).rejects.toBe(reason);
    expect(engine.of('1').options.signal?.reason).toBe(reason);
    expect(state).toEqual({ taken: ['1', '2'], isClosed: true });
    const again = read(pipeline.stream(['x'], { signal: controller.signal }));
    await expect(again.end).rejects.toBe(reason);
  });

  test('gives each item the time-out and the priority', async () => {
    const engine = new FakeEngine<string>();
    const pipeline = strings().stage('a', engine).build();
    const { end } = read(pipeline.stream(['1', '2'], { timeoutMs: 60_000, priority: 'low' }));
    await settle();
    for (const { options, resolve } of engine.runs) {
      expect(options.priority).toBe('low');
      expect(options.timeoutMs).toBeGreaterThan(0);
      expect(options.timeoutMs).toBeLessThanOrEqual(60_000);
      resolve('x');
    }
    await end;
  });

  test('of a pipeline that is closed meanwhile rejects with NOT_OPEN and closes the source', async () => {
    const pipeline = strings()
      .step('a', (text) => text)
      .build();
    const { state, items } = source(3);
    const stream = pipeline.stream(items, { concurrency: 1 });
    await stream.next();
    await pipeline.close();
    await expect(stream.next()).rejects.toBeInstanceOf(NodeTensorRTError);
    expect(state.isClosed).toBe(true);
  });
});
