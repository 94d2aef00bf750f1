import { Pipeline } from 'node-tensorrt';
import { describe, expect, test } from 'vitest';
import { failure, rejection } from '../support/failure.js';
import { FakeEngine, settle, strings } from './support.js';

const numbers = (count: number) => Array.from({ length: count }, (_, i) => i);

describe('fanOut() and join()', () => {
  test('keep the order, whichever part ends first', async () => {
    const engine = new FakeEngine<number>();
    const pipeline = Pipeline.create<number>()
      .fanOut('split', (count) => numbers(count))
      .stage('a', engine)
      .join('all')
      .build();
    const result = pipeline.run(5);
    await settle();
    for (const at of [3, 0, 4, 2, 1]) {
      engine.of(at).resolve(at * 10);
      await settle();
    }
    expect(await result).toEqual([0, 10, 20, 30, 40]);
  });

  test('give the join what the fan-out was given, which is the results without a function', async () => {
    const pipeline = strings()
      .fanOut('letters', (text) => text)
      .join('text', (letters, text) => [letters, text])
      .build();
    await expect(pipeline.run('ab')).rejects.toEqual(failure('INVALID_ARGUMENT', { stage: 'letters' }));
    const spread = strings()
      .fanOut('letters', (text) => [...text])
      .join('text', (letters, text) => [letters, text])
      .build();
    expect(await spread.run('ab')).toEqual([['a', 'b'], 'ab']);
  });

  test('of nothing give an empty array, and run nothing', async () => {
    const engine = new FakeEngine();
    const pipeline = strings()
      .fanOut('split', () => [])
      .stage('a', engine)
      .join('all')
      .build();
    expect(await pipeline.run('x')).toEqual([]);
    expect(engine.runs).toEqual([]);
  });

  test.each<[string, () => Iterable<number> | AsyncIterable<number> | Promise<Iterable<number>>]>([
    ['an array', () => [1, 2]],
    ['a promise of one', async () => [1, 2]],
    ['a set', () => new Set([1, 2])],
    ['a typed array', () => Float32Array.of(1, 2)],
    ['a generator', function* () { yield* [1, 2]; }], // biome-ignore format: one line a case
    ['an async generator', async function* () { yield* [1, 2]; }], // biome-ignore format: one line a case
  ])('take %s', async (_, split) => {
    expect(await strings().fanOut('split', split).join('all').build().run('x')).toEqual([1, 2]);
  });

  test.each([undefined, null, 5, {}])('refuse %s', async (value) => {
    const pipeline = strings()
      .fanOut('split', () => value as never)
      .join('all')
      .build();
    const error = await rejection(pipeline.run('x'));
    expect(error).toEqual(failure('INVALID_ARGUMENT', { stage: 'split' }));
  });

  test('may be nested, with each order kept', async () => {
    const pipeline = strings()
      .fanOut('lines', (text) => text.split('\n'))
      .fanOut('words', (line) => line.split(' '))
      .step('upper', async (word) => word.toUpperCase(), { concurrency: 2, maxQueue: 0 })
      .join('line', (words, line) => `${words.join('+')} of ${line.length}`)
      .join('text', (lines) => lines.join(' / '))
      .build();
    expect(await pipeline.run('a b c\nd\ne f')).toBe('A+B+C of 5 / D of 1 / E+F of 3');
  });

  test('ask a generator for the next part when the one before has its place, and close it when the item ends', async () => {
    const engine = new FakeEngine<number>();
    const made: number[] = [];
    let isClosed = false;
    const pipeline = strings()
      .fanOut('split', function* () {
        try {
          for (const i of numbers(100)) {
            made.push(i);
            yield i;
          }
        } finally {
          isClosed = true;
        }
      })
      .stage('a', engine, { concurrency: 2, maxQueue: 1 })
      .join('all')
      .build();
    const controller = new AbortController();
    const result = rejection(pipeline.run('x', { signal: controller.signal }));
    await settle();
    expect(made).toEqual([0, 1, 2, 3]);
    engine.of(0).resolve('a');
    await settle();
    expect(made).toEqual([0, 1, 2, 3, 4]);
    controller.abort(new Error('enough'));
    await result;
    await settle();
    expect([made.length, isClosed]).toEqual([5, true]);
  });

  test('let parts of one item go on while another one is still being made', async () => {
    const engine = new FakeEngine<string>();
    const pipeline = strings()
      .fanOut('split', (text) => numbers(3).map((i) => `${text}${i}`), { concurrency: 2 })
      .stage('a', engine, { concurrency: 4, maxQueue: 0 })
      .join('all')
      .build();
    const results = ['x', 'y', 'z'].map((text) => pipeline.run(text));
    await settle();
    // The third waits until one of the others is joined.
    expect(engine.asked.toSorted()).toEqual(['x0', 'x1', 'y0', 'y1']);
    for (let i = 0; i < engine.runs.length; i++) {
      engine.runs[i]?.resolve(engine.runs[i]?.input.toUpperCase());
      await settle();
    }
    expect(await Promise.all(results)).toEqual([
      ['X0', 'X1', 'X2'],
      ['Y0', 'Y1', 'Y2'],
      ['Z0', 'Z1', 'Z2'],
    ]);
    expect(pipeline.stats().stages['split']).toMatchObject({ accepted: 3, completed: 3, inFlight: 0, held: 0 });
  });
});

describe('branches()', () => {
  test('take the value through all of them at once, and give their results by name', async () => {
    const [a, b] = [new FakeEngine<string>(), new FakeEngine<string>()];
    const pipeline = strings()
      .branches('both', {
        boxes: (branch) => branch.stage('a', a),
        text: (branch) => branch,
        labels: (branch) => branch.stage('b', b).step('more', (label) => [label]),
      })
      .build();
    const result = pipeline.run('x');
    await settle();
    expect([a.asked, b.asked]).toEqual([['x'], ['x']]);
    b.of('x').resolve('label');
    a.of('x').resolve('box');
    expect(Object.entries((await result) as object)).toEqual([
      ['boxes', 'box'],
      ['text', 'x'],
      ['labels', ['label']],
    ]);
  });

  test('abort the others when one fails', async () => {
    const [a, b] = [new FakeEngine<string>(), new FakeEngine<string>()];
    const pipeline = strings()
      .branches('both', { a: (branch) => branch.stage('a', a), b: (branch) => branch.stage('b', b) })
      .build();
    const result = rejection(pipeline.run('x'));
    await settle();
    b.of('x').reject(new Error('no'));
    expect(await result).toEqual(failure('STAGE_FAILED', { stage: 'b' }));
    expect(a.of('x').options.signal?.aborted).toBe(true);
    await pipeline.close();
    expect(pipeline.stats().stages).toMatchObject({ a: { aborted: 1 }, b: { failed: 1 }, both: { aborted: 1 } });
  });

  test('may have fan-outs in them, and stand in one', async () => {
    const pipeline = strings()
      .fanOut('words', (text) => text.split(' '))
      .branches('both', {
        letters: (branch) =>
          branch
            .fanOut('letters', (word) => [...word])
            .step('up', (l) => l.toUpperCase())
            .join('word'),
        length: (branch) => branch.step('length', (word) => word.length),
      })
      .join('all')
      .build();
    expect(await pipeline.run('ab c')).toEqual([
      { letters: ['A', 'B'], length: 2 },
      { letters: ['C'], length: 1 },
    ]);
  });
});
