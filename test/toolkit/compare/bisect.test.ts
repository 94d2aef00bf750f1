import { describe, expect, test } from 'vitest';
import { attribute } from '../../../dist/esm/onnx/graph/attribute.js';
import { cloneModel } from '../../../dist/esm/onnx/graph/clone.js';
import { elementCode } from '../../../dist/esm/onnx/graph/element-types.js';
import type { Model } from '../../../dist/esm/onnx/graph/model.js';
import { bisectPrecision } from '../../../dist/esm/toolkit/compare/bisect/bisect-precision.js';
import type { BisectProgress } from '../../../dist/esm/toolkit/compare/bisect/bisect-report.js';
import { failure, rejection } from '../../support/failure.js';
import { constant, emptyModel, input, layers, op, output, samplesOf } from '../../support/graph-models.js';

/** Rounds the result of every node that is not excluded to float16, as a cast of the model would. */
async function narrow(model: Model, exclude: readonly string[]): Promise<Model> {
  const copy = cloneModel(model);
  const to = (type: 'float16' | 'float32') => ({ attributes: { to: attribute.int(elementCode(type)) } });
  for (const node of [...copy.graph.nodes]) {
    if (exclude.includes(node.name)) continue;
    const result = node.output;
    const exact = copy.graph.newValue(`${result.name}_exact`);
    node.setOutput(0, exact);
    const half = copy.graph.newNode('Cast', [exact], [`${result.name}_half`], { after: node, ...to('float16') });
    copy.graph.newNode('Cast', [half.output], [result], { after: half, ...to('float32') });
  }
  return copy;
}

/** `depth` layers with a detour behind some of them: times 2^17 (over0 …), which float16 cannot hold, and back (back0 …). */
function planted(depth: number, bad: readonly number[]): Model {
  const model = emptyModel();
  let value = input(model, 'x', 'float32', ['n', 8]);
  for (let i = 0; i < depth; i++) {
    const sum = op(model, 'Add', [value, constant(model, `c${i}`, [1], [0.7])], `add${i}`);
    value = op(model, 'Mul', [sum, constant(model, `h${i}`, [1], [0.6])], `half${i}`);
    if (!bad.includes(i)) continue;
    const over = op(model, 'Mul', [value, constant(model, `up${i}`, [1], [2 ** 17])], `over${i}`);
    value = op(model, 'Mul', [over, constant(model, `down${i}`, [1], [2 ** -17])], `back${i}`);
  }
  output(model, op(model, 'Identity', [value], 'y'), 'float32', ['n', 8]);
  return model;
}

const search = (model: Model, options: object, cast = (exclude: string[]) => narrow(model, exclude)) =>
  bisectPrecision(model, cast, samplesOf('x', [4, 8], 3), { tolerances: { snr: 40 }, ...options });

describe('bisectPrecision()', () => {
  test.each([
    [
      [1, 6],
      ['over1', 'over6'],
    ],
    [
      [0, 9],
      ['over0', 'over9'],
    ],
    [[4], ['over4']],
  ])('finds exactly the nodes planted in layers %j', async (bad, expected) => {
    const model = planted(10, bad);
    const report = await search(model, {});
    expect(report).toMatchObject({ reached: true, minimal: true, before: { passed: false }, after: { passed: true } });
    expect(report.keep.map(({ node }) => node).sort()).toEqual(expected);
    for (const { opType, reason, gain } of report.keep) {
      expect(opType).toBe('Mul');
      expect(reason).toMatch(/not finite/);
      expect(gain).toBe(Number.POSITIVE_INFINITY);
    }
    expect(report.after.snr).toBeGreaterThan(40);
    expect(report.runs).toBeLessThan(15);
  });

  test('finds a node that loses precision without overflowing', async () => {
    const model = emptyModel();
    const x = input(model, 'x', 'float32', ['n', 8]);
    const far = op(model, 'Add', [op(model, 'Sin', [x], 'sin'), constant(model, 'c', [1], [300])], 'far');
    const near = op(model, 'Sub', [far, constant(model, 'd', [1], [300])], 'near');
    output(model, op(model, 'Tanh', [near], 'y'), 'float32');
    const report = await search(model, { tolerances: { snr: 50 } });
    expect(report.keep.map(({ node }) => node)).toEqual(['far']);
    expect(report.keep[0]?.gain).toBeGreaterThan(10);
  });

  test('keeps nothing where everything narrowed is good enough', async () => {
    const report = await search(layers(4), {});
    expect(report).toMatchObject({ reached: true, minimal: true, keep: [], runs: 1, before: { passed: true } });
  });

  test('says so where no set of nodes suffices', async () => {
    const model = planted(4, [1]);
    const report = await search(model, {}, () => narrow(model, []));
    expect(report).toMatchObject({ reached: false, minimal: false, keep: [] });
    expect(report.before.reasons[0]).toMatch(/not finite/);
  });

  test('looks only at the candidates', async () => {
    const model = planted(6, [2]);
    const report = await search(model, { candidates: ['over2', 'half1'] });
    expect(report.keep.map(({ node }) => node)).toEqual(['over2']);
    expect((await search(model, { candidates: ['half1'] })).reached).toBe(false);
    expect(await rejection(search(model, { candidates: ['no'] }))).toEqual(failure('INVALID_ARGUMENT'));
  });

  test('returns the best of maxRuns, and goes on from its state without trying anything twice', async () => {
    const model = planted(12, [3, 8]);
    const tried: string[] = [];
    const cast = (exclude: string[]) => {
      tried.push([...exclude].sort().join());
      return narrow(model, exclude);
    };
    const whole = await search(model, {}, cast);
    expect(new Set(tried).size).toBe(tried.length);
    expect(whole.runs).toBe(tried.length);
    tried.length = 0;
    const part = await search(model, { maxRuns: 3 }, cast);
    expect(part).toMatchObject({ runs: 3, minimal: false });
    const state = JSON.parse(JSON.stringify(part.state));
    const rest = await search(model, { resume: state }, cast);
    expect(new Set(tried).size).toBe(tried.length);
    expect(rest.keep.map(({ node }) => node)).toEqual(whole.keep.map(({ node }) => node));
    expect(rest.runs).toBe(whole.runs);
  });

  test('tells how far it is, and ends with the reason of the signal', async () => {
    const model = planted(8, [5]);
    const seen: BisectProgress[] = [];
    await search(model, { onProgress: (progress: BisectProgress) => seen.push(progress) });
    expect(seen.map(({ runs }) => runs)).toEqual(seen.map((_, i) => i + 1));
    expect(seen[0]).toMatchObject({ phase: 'rank', kept: 0, passed: false, best: null, maxRuns: 100 });
    expect(seen.at(-1)?.best).toBe(1);
    const controller = new AbortController();
    const stop = () => controller.abort(new Error('enough'));
    expect((await rejection(search(model, { signal: controller.signal, onProgress: stop }))).message).toBe('enough');
  });

  test('takes a measure of the task in place of tolerances', async () => {
    const model = planted(6, [2]);
    const report = await bisectPrecision(model, (exclude) => narrow(model, exclude), samplesOf('x', [4, 8], 2), {
      tolerances: {},
      metrics: { finite: (_, b) => Number.isFinite(b.y?.data[0]) },
      accept: ({ metrics }) => metrics.finite?.mean === 1,
    });
    expect(report.keep.map(({ node }) => node)).toEqual(['over2']);
    expect(report.before.reasons).toContain('options.accept did not accept it');
  });

  test('refuses no samples, no measure, and a cast that gives no model', async () => {
    const model = layers(1);
    const cast = (exclude: string[]) => narrow(model, exclude);
    expect(await rejection(bisectPrecision(model, cast, [], { tolerances: {} }))).toEqual(failure('INVALID_ARGUMENT'));
    expect(await rejection(bisectPrecision(model, cast, samplesOf('x', [1, 8], 1), {}))).toEqual(
      failure('INVALID_ARGUMENT'),
    );
    const none = bisectPrecision(model, () => 5 as never, samplesOf('x', [1, 8], 1), { tolerances: {} });
    expect(await rejection(none)).toEqual(failure('INVALID_ARGUMENT', { option: 'cast' }));
    const old = { resume: { format: 'other' } } as never;
    expect(await rejection(search(model, old))).toEqual(failure('INVALID_ARGUMENT'));
  });
});
