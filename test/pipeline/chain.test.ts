import { Pipeline, Tensor } from 'node-tensorrt';
import { describe, expect, test } from 'vitest';
import { identity } from '../fixtures/models.js';
import { f32, load, numbers } from '../support/engines.js';
import { failure, rejection } from '../support/failure.js';
import { FakeEngine, settle, strings } from './support.js';

describe('run()', () => {
  test('takes the value through engines and functions, sync and async, in their order', async () => {
    const engine = { run: async (text: string) => `engine(${text})` };
    const pipeline = strings()
      .step('a', (text) => `${text}a`)
      .stage('b', engine, { inputs: async (text) => `${text}b`, result: async (out, text) => `${out} of ${text}` })
      .step('c', async (text) => text.toUpperCase())
      .build();
    expect(await pipeline.run('x')).toBe('ENGINE(XAB) OF XA');
  });

  test('gives engines the value itself without inputs, and takes their result as it is', async () => {
    const pipeline = strings()
      .stage('a', { run: async (text: string) => text.length })
      .stage('b', { run: async (length: number) => ({ length }) })
      .build();
    expect(await pipeline.run('four')).toEqual({ length: 4 });
  });

  test('runs an engine as a method of itself', async () => {
    class Doubling {
      factor = 2;
      async run(value: number) {
        return value * this.factor;
      }
    }
    expect(await Pipeline.create<number>().stage('double', new Doubling()).build().run(4)).toBe(8);
  });

  test('takes undefined and null for values', async () => {
    const pipeline = Pipeline.create<undefined>()
      .step('a', (value) => (value === undefined ? null : 1))
      .step('b', (value) => (value === null ? undefined : 1))
      .build();
    expect(await pipeline.run(undefined)).toBeUndefined();
  });

  test('gives each function the signal, the priority, and no time-out where there is none', async () => {
    const seen: unknown[] = [];
    const pipeline = strings()
      .step('a', (_, context) => seen.push(context))
      .fanOut('b', (_, context) => [seen.push(context)])
      .join('c', (_, __, context) => seen.push(context))
      .stage(
        'd',
        { run: async () => 1 },
        { inputs: (_, context) => seen.push(context), result: (_, __, context) => seen.push(context) },
      )
      .build();
    await pipeline.run('x', { priority: 'high' });
    expect(seen).toHaveLength(5);
    for (const context of seen) expect(context).toEqual({ signal: expect.any(AbortSignal), priority: 'high' });
  });

  test('takes what a function gets beside its value for options of an engine', async () => {
    const engine = await load(identity('float32', [2]));
    const pipeline = Pipeline.create<number[]>()
      .step('run', (values, context) => engine.run({ x: f32(values) }, context))
      .build();
    expect(numbers(await pipeline.run([1, 2], { timeoutMs: 60_000 }), 'y')).toEqual([1, 2]);
  });

  test('takes tensors from engine to engine by map, and asks only for those that are named', async () => {
    const first = await load(identity('float32', [2]));
    const second = await load(identity('float32', [2]));
    const pipeline = Pipeline.create()
      .stage('a', first)
      .stage('b', second, { map: { y: 'x' } })
      .build();
    const result = await pipeline.run({ x: new Tensor('float32', Float32Array.of(3, 4), [2]) });
    expect(numbers(result, 'y')).toEqual([3, 4]);
  });

  test('starts a stage for several items at once, and gives each its own result', async () => {
    const engine = new FakeEngine<string>();
    const pipeline = strings().stage('a', engine).build();
    const results = ['x', 'y', 'z'].map((text) => pipeline.run(text));
    await settle();
    for (const { input, resolve } of engine.runs.toReversed()) resolve(`${input}!`);
    expect(await Promise.all(results)).toEqual(['x!', 'y!', 'z!']);
  });

  test('is what another pipeline takes for an engine', async () => {
    const inner = strings('inner')
      .step('fail', (text) => {
        if (text === '') throw new Error('empty');
        return text.length;
      })
      .build();
    const outer = strings('outer').stage('length', inner).build();
    expect(await outer.run('abc', { timeoutMs: 1000, priority: 'low' })).toBe(3);
    const error = await rejection(outer.run(''));
    expect(error).toEqual(failure('STAGE_FAILED', { stage: 'length' }));
    expect(error.cause).toEqual(failure('STAGE_FAILED', { stage: 'fail' }));
  });

  /** Whether the event loop had its turn. */
  function watchLoop() {
    const loop = { hadItsTurn: false };
    setImmediate(() => {
      loop.hadItsTurn = true;
    });
    return loop;
  }
  const busy = () => {
    for (const end = performance.now() + 5; performance.now() < end; );
  };

  test('lets timers fire while a generator goes on and on', async () => {
    const loop = watchLoop();
    const pipeline = strings()
      .fanOut('many', function* () {
        for (let i = 0; i < 10; i++) {
          busy();
          yield loop.hadItsTurn;
        }
      })
      .join('all')
      .build();
    expect(await pipeline.run('x')).toContain(true);
  });

  test('lets timers fire while functions go on and on', async () => {
    const loop = watchLoop();
    const pipeline = Pipeline.create<number>()
      .fanOut('many', (count) => Array.from({ length: count }, (_, i) => i))
      .step('busy', busy)
      .step('look', () => loop.hadItsTurn)
      .join('all')
      .build();
    expect(await pipeline.run(10)).toContain(true);
  });
});

describe('build()', () => {
  test('leaves builders as they are, so that pipelines can have a beginning in common', async () => {
    const common = strings().step('a', (text) => `${text}a`);
    const one = common.step('b', (text) => `${text}b`).build();
    const other = common.step('c', (text) => `${text}c`).build();
    expect([await one.run(''), await other.run(''), await common.build().run('')]).toEqual(['ab', 'ac', 'a']);
  });

  test('makes a pipeline with statistics of its own each time', async () => {
    const builder = strings().step('a', (text) => text);
    const [one, other] = [builder.build(), builder.build()];
    await one.run('x');
    expect([one.stats().requests.accepted, other.stats().requests.accepted]).toEqual([1, 0]);
  });
});
