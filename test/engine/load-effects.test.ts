import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { identity, mlp, nonZero, scalar } from '../fixtures/models.js';
import { f32, load, loadSlow, numbers, one as slowInput, turn, untilStarted } from '../support/engines.js';
import { failure } from '../support/failure.js';

describe('an engine', () => {
  test('describes its inputs and outputs', async () => {
    const engine = await load(identity('int64', ['N', 4, null]));
    expect(engine.inputs).toEqual([{ name: 'x', type: 'int64', dims: ['N', 4, ''] }]);
    expect(engine.outputs).toEqual([{ name: 'y', type: 'int64', dims: ['N', 4, ''] }]);
    expect((await load(scalar())).inputs.map(({ name, dims }) => [name, dims])).toEqual([
      ['a', []],
      ['b', []],
    ]);
    expect((await load(nonZero())).outputs).toEqual([{ name: 'indices', type: 'int64', dims: [1, 'K'] }]);
  });

  test('does not let its description be changed', async () => {
    const engine = await load(identity());
    expect(() => (engine.inputs as unknown[]).push(1)).toThrow(TypeError);
    expect(() => Object.assign(engine.inputs[0] as object, { name: 'z' })).toThrow(TypeError);
    expect(() => (engine.inputs[0] as unknown as { dims: number[] }).dims.push(1)).toThrow(TypeError);
  });

  test('says where it runs', async () => {
    const { placement, backend } = await load(identity());
    expect(backend).toBe('cpu');
    expect(placement).toEqual({
      backend: 'cpu',
      device: 'cpu',
      precision: 'model',
      precisionReason: 'as the graph says',
      batching: { enabled: true, reason: 'proved with generated rows' },
      numa: { node: null, cpus: '', memoryBound: false, reason: expect.stringMatching(/\S/) },
      deviations: [],
      nodes: [],
    });
  });
});

describe('load()', () => {
  test('fixes symbolic dimensions by freeDimensionOverrides', async () => {
    const engine = await load(identity(), { freeDimensionOverrides: { N: 2 } });
    expect(engine.inputs[0]?.dims).toEqual([2, 4]);
    expect(numbers(await engine.run({ x: f32([1, 2, 3, 4, 5, 6, 7, 8], [2, 4]) }), 'y')).toHaveLength(8);
    await expect(engine.run({ x: f32([1, 2, 3, 4], [1, 4]) })).rejects.toEqual(failure('SHAPE_MISMATCH'));
  });

  test('hands sessionConfig to ONNX Runtime', async () => {
    await load(identity(), { cpu: { sessionConfig: { 'session.load_model_format': 'ONNX' } } });
    const asOrt = { cpu: { sessionConfig: { 'session.load_model_format': 'ORT' } } };
    await expect(load(identity(), asOrt)).rejects.toEqual(failure('MODEL_INVALID'));
  });

  test('gives the same results at every optimisation level', async () => {
    const x = f32([0.5, -1, 2, 0.25, 1, -2, 3, 0], [1, 8]);
    const results = [];
    for (const graphOptimizationLevel of ['disabled', 'basic', 'extended', 'layout', 'all'] as const) {
      const engine = await load(mlp({ layers: 3, width: 8 }), { cpu: { graphOptimizationLevel } });
      results.push(numbers(await engine.run({ x }), 'y'));
    }
    const [first = []] = results;
    for (const result of results) {
      for (const [i, value] of result.entries()) expect(value).toBeCloseTo(first[i] as number, 5);
    }
  });

  test('runs as many requests at the same time as it has instances', async () => {
    const engine = await loadSlow({ instances: 2 });
    const runs = [engine.run(slowInput(1)), engine.run(slowInput(2)), engine.run(slowInput(3))];
    await untilStarted(engine, 2);
    expect(engine.stats()).toMatchObject({ requests: { completed: 0 }, queue: { depth: 1 } });
    expect((await Promise.all(runs)).map((result) => numbers(result, 'y'))).toEqual([[1], [2], [3]]);
  });

  test.runIf(process.platform === 'linux')('gives an engine the threads that are asked for', async () => {
    await load(identity(), { threads: 1 });
    const none = await countThreads();
    await load(identity(), { threads: 1 });
    const one = await countThreads();
    await load(identity(), { threads: 4 });
    // Of the four threads of a run one is the lane's own.
    expect((await countThreads()) - one).toBe(one - none + 3);
  });
});

/** Threads of this process, without those that are just ending. */
async function countThreads(): Promise<number> {
  let count = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 500; i++) {
    count = Math.min(count, readdirSync('/proc/self/task').length);
    await turn();
  }
  return count;
}
