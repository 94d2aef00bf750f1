import { Tensor, type TensorMap } from 'node-tensorrt';
import { describe, expect, test } from 'vitest';
import { engineRunner } from '../../../dist/esm/engine/model-runner.js';
import { serializeModel, writeModel } from '../../../dist/esm/onnx/file/write-model.js';
import { attribute } from '../../../dist/esm/onnx/graph/attribute.js';
import type { Model } from '../../../dist/esm/onnx/graph/model.js';
import type { LoadRunner } from '../../../dist/esm/onnx/runner.js';
import { compareModels } from '../../../dist/esm/toolkit/compare/compare-models.js';
import { textEquality, topK } from '../../../dist/esm/toolkit/compare/metrics.js';
import { failure, rejection } from '../../support/failure.js';
import { castTo, constant, emptyModel, input, layers, op, output, samplesOf } from '../../support/graph-models.js';
import { tempFolder } from '../../support/temp-folder.js';

/** y = x + offset, float32 [n, 2]. */
function plus(offset: number, name = 'y'): Model {
  const model = emptyModel();
  const x = input(model, 'x', 'float32', ['n', 2]);
  output(model, op(model, 'Add', [x, constant(model, 'offset', [1], [offset])], name), 'float32', ['n', 2]);
  return model;
}

const sample = (...data: number[]): TensorMap => ({
  x: { type: 'float32', dims: [data.length / 2, 2], data: Float32Array.from(data) },
});

describe('compareModels()', () => {
  test('finds no error between a model and itself, as path, URL, bytes and Model', async () => {
    const model = layers(3);
    const path = `${tempFolder()}/layers.onnx`;
    await writeModel(model, path);
    for (const same of [path, new URL(`file://${path}`), await serializeModel(model), model]) {
      const report = await compareModels(path, same, samplesOf('x', [4, 8], 3), { tolerances: { snr: 200 } });
      expect(report).toMatchObject({ format: 'node-tensorrt-comparison-1', samples: 3, passed: true, reasons: [] });
      expect(report.outputs[0]).toMatchObject({
        name: 'y',
        kind: 'float',
        all: { elements: 96, differing: 0, snr: Number.POSITIVE_INFINITY },
      });
      expect(report.a.name).toBe('layers.onnx');
    }
  });

  test('gives errors per sample and over all', async () => {
    const report = await compareModels(plus(0), plus(0.5), [sample(1, 2), sample(3, 4, 5, 6)]);
    const [y] = report.outputs;
    expect(y?.all).toMatchObject({ elements: 6, differing: 6, nonFinite: 0, maxAbs: 0.5, meanAbs: 0.5, maxRel: 0.5 });
    expect(y?.all.snr).toBeCloseTo(10 * Math.log10(91 / 1.5), 9);
    expect(y?.samples.map(({ sample, maxRel }) => [sample, maxRel])).toEqual([
      [0, 0.5],
      [1, 0.5 / 3],
    ]);
    expect(y?.samples[0]?.snr).toBeCloseTo(10 * Math.log10(5 / 0.5), 9);
    expect(y?.percentiles?.p50).toBeGreaterThan(0.46);
    expect(y?.percentiles?.p999).toBe(0.5);
    expect(y?.argMax).toEqual({ rows: 3, same: 3 });
    expect(y?.worst.map(({ sample }) => sample)).toEqual([0, 1]);
    expect(y?.snrHistogram).toEqual([
      { from: 10, samples: 1 },
      { from: 15, samples: 1 },
    ]);
    expect(report.passed).toBe(true);
  });

  test('matches renamed outputs by the map, and says which it did not compare', async () => {
    const b = plus(0, 'z');
    output(b, op(b, 'Neg', [b.graph.find('x')], 'more'), 'float32');
    const report = await compareModels(plus(0), b, [sample(1, 2)], { outputs: { y: 'z' } });
    expect(report.outputs.map(({ name, nameInB }) => [name, nameInB])).toEqual([['y', 'z']]);
    expect({ a: report.onlyInA, b: report.onlyInB }).toEqual({ a: [], b: ['more'] });
  });

  test('counts what differs in outputs of whole numbers, booleans and strings, which have to be the same', async () => {
    const model = (threshold: number) => {
      const made = emptyModel();
      const x = input(made, 'x', 'float32', ['n', 2]);
      const s = input(made, 's', 'string', ['n']);
      const over = op(made, 'Greater', [x, constant(made, 'limit', [], [threshold])], 'over');
      output(made, over, 'bool');
      output(made, castTo(made, over, 'int64', 'count'), 'int64');
      output(made, op(made, 'Identity', [s], 'text'), 'string');
      return made;
    };
    const samples = [{ ...sample(1, 2, 3, 4), s: { type: 'string' as const, dims: [2], data: ['a', 'b'] } }];
    const report = await compareModels(model(1.5), model(2.5), samples, { tolerances: { snr: 10 } });
    const found = report.outputs.map(({ name, kind, all, percentiles }) => [
      name,
      kind,
      all.differing,
      all.snr,
      percentiles?.p50,
    ]);
    expect(found).toEqual([
      ['over', 'exact', 1, 10 * Math.log10(3), 0],
      ['count', 'exact', 1, 10 * Math.log10(3), 0],
      ['text', 'exact', 0, null, undefined],
    ]);
    expect(report.reasons.map(({ output: name, what }) => [name, what])).toEqual([
      ['over', 'differing'],
      ['count', 'differing'],
    ]);
    const allowed = { over: { differing: 0.25 }, count: { maxAbs: 1 }, '*': { snr: 10 } };
    expect((await compareModels(model(1.5), model(2.5), samples, { tolerances: allowed })).passed).toBe(true);
  });

  test('decodes float16 outputs, and converts float32 samples for inputs of float16', async () => {
    const half = emptyModel();
    const x = input(half, 'x', 'float16', ['n', 2]);
    output(half, op(half, 'Add', [x, castTo(half, constant(half, 'c', [1], [0]), 'float16', 'h')], 'y'), 'float16');
    const report = await compareModels(plus(0), half, [sample(1 / 3, 2 ** -20)]);
    const [y] = report.outputs;
    expect([y?.aType, y?.bType]).toEqual(['float32', 'float16']);
    expect(y?.all.maxAbs).toBe(Math.abs(Math.fround(1 / 3) - 1365 / 4096));
  });

  test('fails what is not finite without any tolerance', async () => {
    const log = emptyModel();
    output(log, op(log, 'Log', [input(log, 'x', 'float32', ['n', 2])], 'y'), 'float32');
    const report = await compareModels(plus(0), log, [sample(-1, 1)]);
    expect(report).toMatchObject({
      passed: false,
      reasons: [{ output: 'y', what: 'nonFinite', limit: 0, measured: 1 }],
    });
  });

  test('checks every kind of tolerance, for all outputs and by name', async () => {
    const reasons = async (tolerances: object) => {
      const { reasons: found } = await compareModels(plus(0), plus(1), [sample(1, 2, 9, 1)], { tolerances });
      return found.map(({ what }) => what);
    };
    const near = { maxAbs: 1, meanAbs: 1, maxRel: 1, cosine: 0.9, snr: 13, atol: 1, argMax: 1, differing: 1 };
    expect(await reasons(near)).toEqual([]);
    const far = { maxAbs: 0.9, meanAbs: 0.9, maxRel: 0.9, cosine: 0.999, snr: 14, rtol: 0.1, differing: 0.9 };
    expect(await reasons(far)).toEqual(['maxAbs', 'meanAbs', 'maxRel', 'cosine', 'snr', 'differing', 'rtol']);
    expect(await reasons({ y: far })).toHaveLength(7);
    expect(await reasons({ '*': far, y: near })).toEqual([]);
  });

  test('averages metrics, which get b under the names of a', async () => {
    const seen: string[] = [];
    const report = await compareModels(plus(0), plus(3, 'z'), [sample(1, 2), sample(2, 1)], {
      outputs: { y: 'z' },
      metrics: {
        sum: (a, b, given, index) => {
          seen.push(`${index} ${String(given.x?.data)} ${Object.keys(b)}`);
          return (b.y?.data[0] as number) - (a.y?.data[0] as number) + index;
        },
        first: (a) => (a.y?.data[0] as number) > 1,
        top1: topK(1, 'y'),
        text: textEquality((outputs) => String(outputs.y?.data.length)),
      },
    });
    expect(seen).toEqual(['0 1,2 y', '1 2,1 y']);
    expect(report.metrics).toEqual({
      sum: { mean: 3.5, min: 3, max: 4, samples: 2 },
      first: { mean: 0.5, min: 0, max: 1, samples: 2 },
      top1: { mean: 1, min: 1, max: 1, samples: 2 },
      text: { mean: 1, min: 1, max: 1, samples: 2 },
    });
  });

  test('compares one model on two runners', async () => {
    const model = plus(1);
    const rounded: LoadRunner = async (given, options) => {
      const runner = await engineRunner(given, options);
      const run = async (inputs: TensorMap) => {
        const { y } = await runner.run(inputs);
        return {
          y: {
            type: 'float32' as const,
            dims: y?.dims ?? [],
            data: Float32Array.from(y?.data as Float32Array, Math.round),
          },
        };
      };
      return { ...runner, run };
    };
    const report = await compareModels(model, { model, load: rounded, name: 'rounded' }, [sample(0.25, 1)]);
    expect(report.b).toEqual({ name: 'rounded', backend: null, precision: null, emulated: [] });
    expect(report.outputs[0]?.all).toMatchObject({ maxAbs: 0.25, differing: 1 });
  });

  test('keeps statistics of bounded size for many samples, and reads them one at a time', async () => {
    let given = 0;
    let most = 0;
    let done = 0;
    async function* many() {
      for (let i = 0; i < 2000; i++) {
        most = Math.max(most, ++given - done);
        yield sample(i, 1);
      }
    }
    const report = await compareModels(plus(0), plus(1), many(), {
      perSample: 5,
      onProgress: (progress) => {
        done = progress.done;
      },
    });
    expect(most).toBe(1);
    expect(report.samples).toBe(2000);
    const [y] = report.outputs;
    expect(y?.samples.map((entry) => entry.sample)).toEqual([0, 1, 2, 3, 4]);
    expect(y?.worst.map((entry) => entry.sample)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(y?.snrHistogram.reduce((sum, { samples }) => sum + samples, 0)).toBe(2000);
  });

  test('ends with the reason of the signal, and closes both models', async () => {
    const controller = new AbortController();
    let open = 0;
    const load: LoadRunner = async (...args) => {
      const runner = await engineRunner(...args);
      open++;
      return { ...runner, close: () => runner.close().finally(() => open--) };
    };
    const onProgress = () => controller.abort(new Error('enough'));
    const sides = [
      { model: plus(0), load },
      { model: plus(1), load },
    ] as const;
    const error = await rejection(
      compareModels(...sides, samplesOf('x', [1, 2], 9), { signal: controller.signal, onProgress }),
    );
    expect(error.message).toBe('enough');
    expect(open).toBe(0);
  });
});

describe('compareModels() refuses', () => {
  const one = [sample(1, 2)];
  test.each([
    ['no samples', [], {}, failure('INVALID_ARGUMENT', { option: 'samples' })],
    ['samples that are none', 5, {}, failure('INVALID_ARGUMENT', { option: 'samples' })],
    ['a sample without an input', [...one, {}], {}, failure('INVALID_ARGUMENT', { sample: 1, input: 'x' })],
    ['a sample with an input too many', [{ ...one[0], z: one[0]?.x }], {}, failure('INVALID_ARGUMENT', { sample: 0 })],
    ['an output that a does not have', one, { outputs: { no: 'y' } }, failure('INVALID_ARGUMENT', { output: 'no' })],
    ['an output that b does not have', one, { outputs: { y: 'no' } }, failure('INVALID_ARGUMENT', { output: 'no' })],
    [
      'a tolerance of no output',
      one,
      { tolerances: { no: { snr: 1 } } },
      failure('INVALID_ARGUMENT', { output: 'no' }),
    ],
    ['a limit that there is not', one, { tolerances: { y: { psnr: 1 } } }, failure('INVALID_ARGUMENT')],
    ['a share above 1', one, { tolerances: { differing: 2 } }, failure('OUT_OF_RANGE')],
    ['an option that there is not', one, { tolerance: {} }, failure('INVALID_ARGUMENT')],
    ['a metric that gives text', one, { metrics: { bad: () => 'x' } }, failure('INVALID_ARGUMENT')],
  ])('%s', async (_, samples, options, expected) => {
    expect(await rejection(compareModels(plus(0), plus(0), samples as never, options as never))).toEqual(expected);
  });

  test('a sample of another type, by its number', async () => {
    const wrong = { x: new Tensor('int32', new Int32Array(2), [1, 2]) };
    const error = await rejection(compareModels(plus(0), plus(0), [...one, wrong]));
    expect(error).toEqual(failure('INVALID_ARGUMENT', { sample: 1 }));
    expect(error.message).toMatch(/^samples\[1\]: inputs\.x\.type/);
  });

  test('models without an output in common, with the names of both', async () => {
    const error = await rejection(compareModels(plus(0), plus(0, 'z'), one));
    expect(error).toEqual(failure('INVALID_ARGUMENT', { option: 'options.outputs' }));
    expect(error.message).toMatch(/'z'.*'y'/);
  });

  test('outputs of other shapes, with both models named', async () => {
    const flat = emptyModel();
    const x = input(flat, 'x', 'float32', ['n', 2]);
    output(flat, op(flat, 'Flatten', [x], 'y', { axis: attribute.int(0) }), 'float32');
    const error = await rejection(
      compareModels({ model: plus(0), name: 'first' }, { model: flat, name: 'second' }, [sample(1, 2, 3, 4)]),
    );
    expect(error).toEqual(failure('SHAPE_MISMATCH', { aDims: [2, 2], bDims: [1, 4] }));
    expect(error.message).toMatch(/'y' of first \(sample 0\).*'y' of second/);
  });

  test('a backend beside a runner of its own, and a precision that there is not', async () => {
    for (const side of [{ load: engineRunner, backend: 'cpu' as const }, { precision: 'int8' as 'fp16' }]) {
      const error = await rejection(compareModels(plus(0), { model: plus(0), ...side }, one));
      expect(error).toEqual(failure('INVALID_ARGUMENT'));
    }
  });
});
