import type { TensorMap } from 'node-tensorrt';
import { describe, expect, test } from 'vitest';
import { engineRunner } from '../../../dist/esm/engine/model-runner.js';
import { emulateLowPrecision, hasLowPrecision } from '../../../dist/esm/onnx/emulate/emulate.js';
import { readModel } from '../../../dist/esm/onnx/file/read-model.js';
import { serializeModel } from '../../../dist/esm/onnx/file/write-model.js';
import { attribute } from '../../../dist/esm/onnx/graph/attribute.js';
import { elementCode } from '../../../dist/esm/onnx/graph/element-types.js';
import type { Model } from '../../../dist/esm/onnx/graph/model.js';
import { bfloat16ToNumber, halfToNumber } from '../../../dist/esm/onnx/graph/numbers.js';
import { Tensor } from '../../../dist/esm/onnx/graph/tensor.js';
import { convertFloatsSync } from '../../../dist/esm/onnx/numeric/convert.js';
import { compareModels } from '../../../dist/esm/toolkit/compare/compare-models.js';
import { failure, rejection } from '../../support/failure.js';
import { castTo, emptyModel, input, layers, op, output, samplesOf, uniform } from '../../support/graph-models.js';

/** The bits of the nearest number of a low precision. */
function bitsOf(value: number, type: 'bfloat16' | 'float16'): number {
  const [low = 0, high = 0] = convertFloatsSync(Float32Array.of(value), 'float32', type);
  return low + 256 * high;
}
const toBfloat16 = (value: number) => bitsOf(value, 'bfloat16');
const toHalf = (value: number) => bitsOf(value, 'float16');
const round = {
  bfloat16: (value: number) => bfloat16ToNumber(toBfloat16(value)),
  float16: (value: number) => halfToNumber(toHalf(value)),
};
type Low = keyof typeof round;

/** y = exp(x · 0.3) − x in a low precision, float32 [4] outside. */
function chain(type: Low): Model {
  const model = emptyModel();
  const x = castTo(model, input(model, 'x', 'float32', [4]), type, 'low');
  const factor = model.graph.newInitializer(
    'factor',
    Tensor.of(type, [1], [type === 'bfloat16' ? toBfloat16(0.3) : toHalf(0.3)]),
  );
  const e = op(model, 'Exp', [op(model, 'Mul', [x, factor], 'product')], 'e');
  output(model, castTo(model, op(model, 'Sub', [e, x], 'difference'), 'float32', 'y'), 'float32');
  return model;
}

function chainByHand(x: number, type: Low): number {
  const r = round[type];
  const low = r(x);
  return r(Math.fround(r(Math.fround(Math.exp(r(Math.fround(low * r(0.3)))))) - low));
}

async function run(model: Model, inputs: TensorMap): Promise<TensorMap> {
  const runner = await engineRunner(await serializeModel(model), { optimize: false });
  try {
    return await runner.run(inputs);
  } finally {
    await runner.close();
  }
}

describe('emulateLowPrecision()', () => {
  test.each(['bfloat16', 'float16'] as const)('rounds every %s result, as by hand', async (type) => {
    const data = uniform(4, 3).map((value) => 3 * value);
    const emulated = await emulateLowPrecision(chain(type), { types: [type] });
    const { y } = await run(emulated, { x: { type: 'float32', dims: [4], data } });
    expect(y?.data).toEqual(data.map((value) => chainByHand(value, type)));
  });

  test('keeps inputs, outputs, names and types, and leaves the model alone', async () => {
    const model = emptyModel();
    const x = input(model, 'x', 'bfloat16', ['n']);
    output(model, op(model, 'Exp', [op(model, 'Neg', [x], 'neg')], 'y'), 'bfloat16', ['n']);
    const before = await serializeModel(model);
    const emulated = await emulateLowPrecision(model);
    expect(await serializeModel(model)).toEqual(before);
    const runner = await engineRunner(await serializeModel(emulated), { optimize: false });
    expect(runner.inputs).toMatchObject([{ name: 'x', type: 'bfloat16', dims: ['n'] }]);
    expect(runner.outputs).toMatchObject([{ name: 'y', type: 'bfloat16', dims: ['n'] }]);
    const { y } = await runner.run({ x: { type: 'bfloat16', dims: [2], data: Uint16Array.of(0, 0x3f80) } });
    await runner.close();
    expect(y?.data).toEqual(Uint16Array.of(0x3f80, toBfloat16(Math.exp(-1))));
    expect(emulated.graph.find('neg')?.producer?.opType).toBe('Cast');
    // Written and read, it is the same.
    expect(hasLowPrecision(await readModel(await serializeModel(emulated)), ['bfloat16', 'float16'])).toEqual([
      'bfloat16',
    ]);
  });

  test('leaves what is not of a low type alone: shapes, indices, booleans', async () => {
    const model = emptyModel();
    const x = castTo(model, input(model, 'x', 'float32', ['n', 3]), 'bfloat16', 'low');
    const shape = op(model, 'Shape', [x], 'shape');
    const flat = op(model, 'Reshape', [x, op(model, 'Identity', [shape], 'same')], 'reshaped');
    const best = op(model, 'ArgMax', [flat], 'best', { axis: attribute.int(1) });
    const over = op(
      model,
      'Greater',
      [flat, castTo(model, model.graph.newInitializer('zero', Tensor.float32([], [0])), 'bfloat16', 'z')],
      'over',
    );
    output(model, best, 'int64');
    output(model, over, 'bool');
    output(model, castTo(model, op(model, 'Where', [over, flat, flat], 'w'), 'float32', 'y'), 'float32');
    const emulated = await emulateLowPrecision(model);
    const found = await run(emulated, {
      x: { type: 'float32', dims: [2, 3], data: Float32Array.of(1, 3, 2, -1, -3, -2) },
    });
    expect(found.best?.data).toEqual(BigInt64Array.of(1n, 0n));
    expect(found.over?.data).toEqual(Uint8Array.of(1, 1, 1, 0, 0, 0));
    expect(found.y?.data).toEqual(Float32Array.of(1, 3, 2, -1, -3, -2));
  });

  test('reaches into the branches of If, which use values around them', async () => {
    const model = emptyModel();
    const x = castTo(model, input(model, 'x', 'float32', [2]), 'bfloat16', 'low');
    const over = input(model, 'over', 'bool', []);
    const node = model.graph.newNode('If', [over], [model.graph.declareValue('chosen')], { name: 'choose' });
    for (const [name, opType] of [
      ['then_branch', 'Exp'],
      ['else_branch', 'Neg'],
    ] as const) {
      const branch = emptyModel();
      branch.graph.name = name;
      node.set(name, { type: 'graph', value: branch.graph });
      const result = branch.graph.newNode(opType, [x], [branch.graph.declareValue(`${name}_result`)], {
        name: `${name}_node`,
      });
      branch.graph.addOutput(result.output);
    }
    output(model, castTo(model, node.output, 'float32', 'y'), 'float32');
    const emulated = await emulateLowPrecision(await readModel(await serializeModel(model)));
    const inputs = (flag: number): TensorMap => ({
      x: { type: 'float32', dims: [2], data: Float32Array.of(0.3, 1) },
      over: { type: 'bool', dims: [], data: Uint8Array.of(flag) },
    });
    const r = round.bfloat16;
    expect((await run(emulated, inputs(1))).y?.data).toEqual(Float32Array.of(r(Math.exp(r(0.3))), r(Math.E)));
    expect((await run(emulated, inputs(0))).y?.data).toEqual(Float32Array.of(-r(0.3), -1));
  });

  test('widens types that nodes name in attributes', async () => {
    const model = emptyModel();
    const shape = input(model, 'shape', 'int64', [1]);
    const filled = op(model, 'ConstantOfShape', [shape], 'filled', {
      value: { type: 'tensor', value: Tensor.of('bfloat16', [1], [0x4049]) },
    });
    output(model, castTo(model, op(model, 'Sqrt', [filled], 'root'), 'float32', 'y'), 'float32');
    const { y } = await run(await emulateLowPrecision(model), {
      shape: { type: 'int64', dims: [1], data: BigInt64Array.of(2n) },
    });
    const root = round.bfloat16(Math.sqrt(bfloat16ToNumber(0x4049)));
    expect(y?.data).toEqual(Float32Array.of(root, root));
  });

  test('makes a Cast of CastLike', async () => {
    const model = emptyModel();
    const x = input(model, 'x', 'float32', [2]);
    const like = model.graph.newInitializer('like', Tensor.of('bfloat16', [1], [0]));
    output(model, castTo(model, op(model, 'CastLike', [x, like], 'low'), 'float32', 'y'), 'float32');
    const emulated = await emulateLowPrecision(model);
    const cast = emulated.graph.nodes.find((node) => node.name === 'low');
    expect([cast?.opType, cast?.int('to', 0)]).toEqual(['Cast', elementCode('bfloat16')]);
    const { y } = await run(emulated, { x: { type: 'float32', dims: [2], data: Float32Array.of(0.3, 2) } });
    expect(y?.data).toEqual(Float32Array.of(round.bfloat16(0.3), 2));
  });

  test('refuses operators of others that compute with such values', async () => {
    const model = emptyModel();
    model.opsets.set('mine', 1);
    const x = castTo(model, input(model, 'x', 'float32', [2]), 'bfloat16', 'low');
    const node = model.graph.newNode('Twice', [x], ['twice'], { domain: 'mine' });
    output(model, node.output, 'bfloat16');
    expect(await rejection(emulateLowPrecision(model))).toEqual(failure('UNSUPPORTED', { domain: 'mine' }));
    expect(await rejection(emulateLowPrecision(model, { types: ['float32' as 'float16'] }))).toEqual(
      failure('INVALID_ARGUMENT'),
    );
  });
});

/** The same in float32. */
async function wide(): Promise<Model> {
  const model = emptyModel();
  const x = op(model, 'Identity', [input(model, 'x', 'float32', [4])], 'low');
  const factor = model.graph.newInitializer('factor', Tensor.float32([1], [0.3]));
  const e = op(model, 'Exp', [op(model, 'Mul', [x, factor], 'product')], 'e');
  output(model, op(model, 'Identity', [op(model, 'Sub', [e, x], 'difference')], 'y'), 'float32');
  return model;
}

describe('compareModels() with low precision', () => {
  test('emulates bfloat16 where the backend refuses it, and says so', async () => {
    const report = await compareModels(await wide(), chain('bfloat16'), samplesOf('x', [4], 20), {
      tolerances: { snr: 35 },
      intermediates: true,
    });
    expect(report.b.emulated).toEqual(['bfloat16']);
    expect(report.a.emulated).toEqual([]);
    expect(report.passed).toBe(true);
    expect(report.outputs[0]?.all.snr).toBeLessThan(60);
    const types = report.intermediates?.values.map(({ value, aType, bType }) => [value, aType, bType]);
    expect(types).toEqual([
      ['low', 'float32', 'bfloat16'],
      ['product', 'float32', 'bfloat16'],
      ['e', 'float32', 'bfloat16'],
      ['difference', 'float32', 'bfloat16'],
      ['y', 'float32', 'float32'],
    ]);
  });

  test("emulates float16 with 'always' only, and nothing with 'never'", async () => {
    const samples = () => samplesOf('x', [4], 2);
    const auto = await compareModels(await wide(), chain('float16'), samples());
    expect(auto.b.emulated).toEqual([]);
    const always = await compareModels(await wide(), chain('float16'), samples(), { emulate: 'always' });
    expect(always.b.emulated).toEqual(['float16']);
    const never = compareModels(await wide(), chain('bfloat16'), samples(), { emulate: 'never' });
    expect(await rejection(never)).toEqual(failure('UNSUPPORTED'));
  });

  test('puts a model into the precision that is asked for', async () => {
    const model = layers(3);
    const samples = () => samplesOf('x', [4, 8], 4);
    const half = await compareModels(model, { model, precision: 'fp16' }, samples(), { intermediates: true });
    const bfloat = await compareModels(model, { model, precision: 'bf16' }, samples(), { intermediates: true });
    expect([half.b, bfloat.b]).toMatchObject([
      { precision: 'fp16', emulated: [] },
      { precision: 'bf16', emulated: ['bfloat16'] },
    ]);
    const [fine, coarse] = [half, bfloat].map(({ outputs }) => outputs[0]?.all.snr as number);
    // Three bits less are 18 dB.
    expect((fine as number) - (coarse as number)).toBeGreaterThan(12);
    expect((fine as number) - (coarse as number)).toBeLessThan(24);
    expect(bfloat.intermediates?.values.filter(({ bType }) => bType === 'bfloat16').length).toBeGreaterThan(5);
  });
});
