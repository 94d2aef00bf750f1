import { type CastOptions, serializeModel } from 'node-tensorrt/onnx';
import { describe, expect, test } from 'vitest';
import { type OnnxModel, onnxModel } from '../fixtures/onnx-writer.js';
import { cast, chain, expectFewCasts, identity4, weight, x, y } from '../support/cast-models.js';
import { f32, load, numbers } from '../support/engines.js';
import { failure, rejection } from '../support/failure.js';

/** One node from x to y. */
const single = (op: string, more: Partial<OnnxModel> = {}) =>
  onnxModel({ inputs: [x], outputs: [y], nodes: [{ op, name: 'node', inputs: ['x'], outputs: ['y'] }], ...more });

describe('castModel()', () => {
  test.each<[string, Partial<CastOptions>, string]>([
    ['a name', { exclude: { nodes: ['relu'] } }, 'options.exclude.nodes names it'],
    ['an operator', { exclude: { opTypes: ['Relu'] } }, 'options.exclude.opTypes names Relu'],
    ['a pattern', { exclude: { patterns: ['^re'] } }, 'options.exclude.patterns has /^re/'],
    ['a RegExp', { exclude: { patterns: [/LU$/gi] } }, 'options.exclude.patterns has /LU$/i'],
    [
      'exclude before include',
      { exclude: { nodes: ['relu'] }, include: { nodes: ['relu'] } },
      'options.exclude.nodes names it',
    ],
  ])('leaves a node in float32 that is excluded by %s', async (_name, options, reason) => {
    const { model, report } = await cast(chain(), options);
    expect(report.nodes.filter(({ precision }) => precision === 'fp32')).toEqual([
      { node: 'relu', opType: 'Relu', precision: 'fp32', code: 'excluded', reason },
    ]);
    expect(report.casts).toBe(4);
    expectFewCasts(model);
    const engine = await load(await serializeModel(model));
    expect(numbers(await engine.run({ x: f32([1, -2, 3, 4], [1, 4]) }), 'y')).toEqual([2, 0, 6, 8]);
  });

  test.each<[Partial<CastOptions>, string, string[]]>([
    [
      { exclude: { nodes: ['relu', 'rleu'] } },
      `options.exclude.nodes[1]: expected the name of a node of the model, received "rleu"; did you mean 'relu'? Correct`,
      ['relu'],
    ],
    [
      { exclude: { opTypes: ['LayerNormalization'] } },
      'options.exclude.opTypes[0]: expected an operator of the model, received "LayerNormalization". Correct it or leave',
      [],
    ],
    [
      { include: { nodes: ['/block/scale'], opTypes: ['Rleu'] } },
      `options.include.nodes[0]: expected the name of a node of the model, received "/block/scale"; did you mean 'scale'?`,
      ['scale'],
    ],
    [
      { include: { opTypes: ['matmul'] } },
      `options.include.opTypes[0]: expected an operator of the model, received "matmul"; did you mean 'MatMul'?`,
      ['MatMul'],
    ],
  ])('refuses %j, which names what the model does not have', async (options, message, near) => {
    const error = await rejection(cast(chain(), options));
    expect(error).toEqual(failure('INVALID_ARGUMENT', { near }));
    expect(error.message.slice(0, message.length)).toBe(message);
    expect(Object.keys(error.details as object).sort()).toEqual(['expected', 'near', 'option', 'received']);
  });

  test('takes names that only the model as it was given has, and patterns that match nothing', async () => {
    const bytes = onnxModel({
      inputs: [x],
      outputs: [y],
      nodes: [
        { op: 'Identity', name: 'constant', inputs: ['w'], outputs: ['v'] },
        { op: 'Mul', name: 'second', inputs: ['x', 'v'], outputs: ['y'] },
      ],
      initializers: [weight('w', [1, 2, 3, 4])],
    });
    const { report } = await cast(bytes, {
      exclude: { nodes: ['constant'], opTypes: ['Identity'], patterns: ['none'] },
    });
    expect(report.nodes).toMatchObject([{ node: 'second', precision: 'fp16' }]);
  });

  test('leaves what a weight forbids in float32: it overflows, or most of it vanishes', async () => {
    const overflow = await cast(chain({ initializers: [identity4, weight('factor', [70000], [])] }));
    expect(overflow.report.nodes).toContainEqual({
      node: 'scale',
      opType: 'Mul',
      precision: 'fp32',
      code: 'weight-overflows',
      reason: "weight 'factor' has values up to 7.00e+4, beyond fp16",
      value: 'factor',
    });
    const small = await cast(chain({ initializers: [identity4, weight('factor', [1e-9, 2e-9, 3e-9, 4e-9])] }));
    expect(small.report.nodes).toContainEqual(expect.objectContaining({ node: 'scale', code: 'weight-vanishes' }));
    for (const options of [{ to: 'bf16' }, { include: { nodes: ['scale'] } }] as const) {
      const { report } = await cast(chain({ initializers: [identity4, weight('factor', [70000], [])] }), options);
      expect(report.fp32).toBe(0);
    }
  });

  test('does not let an epsilon become 0', async () => {
    const bytes = chain({
      nodes: [{ op: 'Add', name: 'add', inputs: ['x', 'factor'], outputs: ['y'] }],
      initializers: [weight('factor', [1e-12], [])],
    });
    const { model, report } = await cast(bytes);
    expect(report.fp32).toBe(0);
    expect(model.graph.initializers[0]?.initializer?.numbers()).toEqual([2 ** -24]);
    const scaled = await cast(chain({ initializers: [identity4, weight('factor', [1e-12], [])] }));
    expect(scaled.report.nodes).toContainEqual(expect.objectContaining({ node: 'scale', code: 'weight-vanishes' }));
  });

  test('leaves what overflows or vanishes in samples in float32', async () => {
    const square = single('Mul', { nodes: [{ op: 'Mul', name: 'node', inputs: ['x', 'x'], outputs: ['y'] }] });
    const report = async (value: number) => {
      const samples = [{ x: f32([0, 0, 0, value], [1, 4]) }, { x: f32([0, 0, 0, 0], [1, 4]) }];
      return (await cast(square, { samples })).report.nodes[0];
    };
    expect(await report(10)).toMatchObject({ precision: 'fp16' });
    expect(await report(100)).toMatchObject({
      code: 'overflows',
      reason: expect.stringMatching(/'y' is up to 1.00e\+4 in samples, more than 8192/),
    });
    expect(await report(1000)).toMatchObject({ code: 'overflows', reason: expect.stringMatching(/beyond float16/) });
    expect(await report(0.001)).toMatchObject({ code: 'vanishes', value: 'y' });
    expect(await report(Number.POSITIVE_INFINITY)).toMatchObject({ code: 'not-finite' });
  });

  test.each(['Exp', 'Softmax', 'Softplus'])('casts %s only where samples show small values', async (op) => {
    expect((await cast(single(op))).report.nodes[0]).toMatchObject({ code: 'sensitive' });
    const samples = (value: number) => [{ x: f32([value, 0, 0, 0], [1, 4]) }];
    expect((await cast(single(op), { samples: samples(2) })).report.nodes[0]).toMatchObject({ precision: 'fp16' });
    expect((await cast(single(op), { samples: samples(600) })).report.nodes[0]).toMatchObject({ precision: 'fp32' });
    expect((await cast(single(op), { include: { opTypes: [op] } })).report.nodes[0]).toMatchObject({
      precision: 'fp16',
    });
  });

  test('takes samples from an async generator, as many as maxSamples', async () => {
    let taken = 0;
    async function* samples() {
      for (;;) {
        taken++;
        yield { x: f32([taken, 0, 0, 0], [1, 4]) };
      }
    }
    const { report } = await cast(single('Exp'), { samples: samples(), maxSamples: 3 });
    expect(report.low).toBe(1);
    expect(taken).toBe(3);
  });

  test('leaves moved values in float32 where nothing around them computes', async () => {
    const bytes = onnxModel({
      inputs: [x],
      outputs: [y],
      nodes: [
        { op: 'Exp', name: 'exp', inputs: ['x'], outputs: ['a'] },
        { op: 'Transpose', name: 'turn', inputs: ['a'], outputs: ['b'] },
        { op: 'Transpose', name: 'back', inputs: ['b'], outputs: ['c'] },
        { op: 'Log', name: 'log', inputs: ['c'], outputs: ['y'] },
      ],
    });
    const { report } = await cast(bytes);
    expect(report.casts).toBe(0);
    expect(report.nodes.map(({ code }) => code)).toEqual([
      'sensitive',
      'between-float32',
      'between-float32',
      'sensitive',
    ]);
  });

  test('leaves what computes with quantised values alone', async () => {
    const q = { name: 'zero', type: 'int8', dims: [], data: Int8Array.of(0) } as const;
    const bytes = onnxModel({
      inputs: [x],
      outputs: [y],
      nodes: [
        { op: 'QuantizeLinear', name: 'q', inputs: ['x', 's', 'zero'], outputs: ['a'] },
        { op: 'DequantizeLinear', name: 'dq', inputs: ['a', 's', 'zero'], outputs: ['b'] },
        { op: 'MatMul', name: 'product', inputs: ['b', 'w'], outputs: ['c'] },
        { op: 'Tanh', name: 'tanh', inputs: ['c'], outputs: ['y'] },
      ],
      initializers: [weight('s', [0.1], []), q, identity4],
    });
    const { report } = await cast(bytes);
    expect(Object.fromEntries(report.nodes.map(({ node, code }) => [node, code]))).toEqual({
      q: 'rule',
      dq: 'rule',
      product: 'quantisation',
      tanh: undefined,
    });
  });
});
