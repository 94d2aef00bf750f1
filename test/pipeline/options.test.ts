import { Pipeline, type PipelineOptions } from 'node-tensorrt';
import { describe, expect, test } from 'vitest';
import { identity } from '../fixtures/models.js';
import { load } from '../support/engines.js';
import { failure } from '../support/failure.js';
import { strings } from './support.js';

const engine = { run: async (text: string) => text };
// biome-ignore lint/suspicious/noExplicitAny: wrong arguments are the subject
const anything = (options?: any) => Pipeline.create(options) as any;

describe('Pipeline.create()', () => {
  test.each<[unknown, string, string]>([
    [5, 'INVALID_ARGUMENT', 'options'],
    ['', 'INVALID_ARGUMENT', 'options.name'],
    [{ name: 5 }, 'INVALID_ARGUMENT', 'options.name'],
    [{ maxInFlight: 0 }, 'OUT_OF_RANGE', 'options.maxInFlight'],
    [{ maxInFlight: 1.5 }, 'INVALID_ARGUMENT', 'options.maxInFlight'],
    [{ maxQueue: -1 }, 'OUT_OF_RANGE', 'options.maxQueue'],
    [{ ownsEngines: 1 }, 'INVALID_ARGUMENT', 'options.ownsEngines'],
    [{ concurrency: 1 }, 'INVALID_ARGUMENT', 'options.concurrency'],
  ])('refuses %o', (options, code, option) => {
    expect(() => Pipeline.create(options as PipelineOptions)).toThrow(failure(code, { option }) as Error);
  });

  test('names the pipeline', () => {
    const name = (options?: string | PipelineOptions) =>
      strings(options)
        .step('a', () => 1)
        .build().name;
    expect([name(), name('ocr'), name({ name: 'tags' })]).toEqual(['pipeline', 'ocr', 'tags']);
  });

  test('is the only way to make one', () => {
    expect(() => new (Pipeline as unknown as new () => unknown)()).toThrow(failure('INVALID_ARGUMENT') as Error);
  });
});

describe('a stage', () => {
  test.each<[string, () => unknown, string, string]>([
    ['an empty name', () => anything().step('', () => 1), 'INVALID_ARGUMENT', 'name'],
    ['no name', () => anything().step(() => 1), 'INVALID_ARGUMENT', 'name'],
    ['no function', () => anything().step('a'), 'INVALID_ARGUMENT', "stage 'a'.run"],
    ['no function to split', () => anything().fanOut('a', [1]), 'INVALID_ARGUMENT', "stage 'a'.split"],
    ['a join of something else', () => anything().fanOut('a', () => []).join('b', 5), 'INVALID_ARGUMENT', "stage 'b'.run"],
    ['no engine', () => anything().stage('a', {}), 'INVALID_ARGUMENT', "stage 'a'.engine"],
    ['null for an engine', () => anything().stage('a', null), 'INVALID_ARGUMENT', "stage 'a'.engine"],
    ['an unknown option', () => anything().stage('a', engine, { timeout: 1 }), 'INVALID_ARGUMENT', "stage 'a'.options.timeout"],
    ['an option of engines', () => anything().step('a', () => 1, { inputs: () => 1 }), 'INVALID_ARGUMENT', "stage 'a'.options.inputs"],
    ['options of another kind', () => anything().step('a', () => 1, 5), 'INVALID_ARGUMENT', "stage 'a'.options"],
    ['inputs of another kind', () => anything().stage('a', engine, { inputs: 5 }), 'INVALID_ARGUMENT', "stage 'a'.options.inputs"],
    ['a result of another kind', () => anything().stage('a', engine, { result: 5 }), 'INVALID_ARGUMENT', "stage 'a'.options.result"],
    ['inputs and map', () => anything().stage('a', engine, { inputs: () => 1, map: { y: 'x' } }), 'INVALID_ARGUMENT', "stage 'a'.options"],
    ['an empty map', () => anything().stage('a', engine, { map: {} }), 'INVALID_ARGUMENT', "stage 'a'.options.map"],
    ['a map of numbers', () => anything().stage('a', engine, { map: { y: 1 } }), 'INVALID_ARGUMENT', "stage 'a'.options.map.y"],
    ['a map to one name twice', () => anything().stage('a', engine, { map: { y: 'x', z: 'x' } }), 'INVALID_ARGUMENT', "stage 'a'.options.map"],
    ['a concurrency of 0', () => anything().step('a', () => 1, { concurrency: 0 }).build(), 'OUT_OF_RANGE', "stage 'a'.options.concurrency"],
    ['a queue of -1', () => anything().step('a', () => 1, { maxQueue: -1 }).build(), 'OUT_OF_RANGE', "stage 'a'.options.maxQueue"],
    ['a time of 0', () => anything().step('a', () => 1, { timeoutMs: 0 }).build(), 'OUT_OF_RANGE', "stage 'a'.options.timeoutMs"],
    ['branches of another kind', () => anything().branches('a', 5), 'INVALID_ARGUMENT', "stage 'a'.branches"],
    ['no branches', () => anything().branches('a', {}), 'INVALID_ARGUMENT', "stage 'a'.branches"],
    ['a branch of another kind', () => anything().branches('a', { b: 5 }), 'INVALID_ARGUMENT', "stage 'a'.branches.b"],
    ['a branch that gives nothing', () => anything().branches('a', { b: () => 5 }), 'INVALID_ARGUMENT', "stage 'a'.branches.b"],
  ])('refuses %s', (_, add, code, option) => {
    expect(add).toThrow(failure(code, { option }) as Error);
  }); // biome-ignore format: one line a case

  test('refuses maps that do not fit the engines, by name', async () => {
    const add = await load(identity('float32', [1]));
    const builder = anything().stage('a', add);
    expect(() => builder.stage('b', add, { map: { y: 'z' } })).toThrow(/one of the inputs x, received "z"/);
    expect(() => builder.stage('b', add, { map: { z: 'x' } }).build()).toThrow(/outputs of stage 'a': y, received "z"/);
    const two = { ...engine, inputs: [{ name: 'x' }, { name: 'mask' }] };
    expect(() => builder.stage('b', two, { map: { y: 'x' } })).toThrow(/all inputs of the engine, also mask/);
  });
});

describe('build()', () => {
  test.each<[string, () => unknown, RegExp]>([
    ['without stages', () => anything().build(), /at least one stage/],
    ['with a name twice', () => anything().step('a', () => 1).step('a', () => 1).build(), /another name for each stage, received "a"/],
    ['with a name twice in a branch', () => anything().branches('a', { x: (b: ReturnType<typeof strings>) => b.step('a', () => 1) }).build(), /another name/],
    ['with a fan-out that is not joined', () => anything().fanOut('a', () => [1]).step('b', () => 1).build(), /stage 'a': expected a join/],
    ['with a fan-out in a fan-out that is not joined', () => anything().fanOut('a', () => [1]).fanOut('b', () => [1]).join('c').build(), /stage 'a': expected a join/],
    ['with a join of nothing', () => anything().step('a', () => 1).join('b').build(), /stage 'b': expected a fan-out/],
    ['with a fan-out in a branch that is not joined', () => anything().branches('a', { x: (b: ReturnType<typeof strings>) => b.fanOut('y', () => [1]) as never }).join('z').build(), /stage 'y': expected a join/],
  ])('is refused %s', (_, build, message) => {
    expect(build).toThrow(message);
    expect(build).toThrow(failure('INVALID_ARGUMENT') as Error);
  }); // biome-ignore format: one line a case
});

describe('run() and stream()', () => {
  const pipeline = strings()
    .step('a', (text) => text)
    .build();
  const wrong: [unknown, string, string][] = [
    [5, 'INVALID_ARGUMENT', 'options'],
    [{ signal: {} }, 'INVALID_ARGUMENT', 'options.signal'],
    [{ timeoutMs: 0 }, 'OUT_OF_RANGE', 'options.timeoutMs'],
    [{ priority: 'urgent' }, 'INVALID_ARGUMENT', 'options.priority'],
    [{ outputs: ['y'] }, 'INVALID_ARGUMENT', 'options.outputs'],
  ];

  test.each(wrong)('run() rejects for %o', async (options, code, option) => {
    await expect(pipeline.run('x', options as never)).rejects.toEqual(failure(code, { option }));
  });

  test.each([
    ...wrong,
    [{ ordered: 1 }, 'INVALID_ARGUMENT', 'options.ordered'] as const,
    [{ settled: 1 }, 'INVALID_ARGUMENT', 'options.settled'] as const,
    [{ concurrency: 0 }, 'OUT_OF_RANGE', 'options.concurrency'] as const,
  ])('stream() throws for %o', (options, code, option) => {
    expect(() => pipeline.stream(['x'], options as never)).toThrow(failure(code, { option }) as Error);
  });

  test.each([undefined, 5, 'text', {}])('stream() throws for %o as a source', (source) => {
    expect(() => pipeline.stream(source as never)).toThrow(failure('INVALID_ARGUMENT', { option: 'source' }) as Error);
  });
});
