import { describe, expect, test } from 'vitest';
import { readModel } from '../../../dist/esm/onnx/file/read-model.js';
import { serializeModel } from '../../../dist/esm/onnx/file/write-model.js';
import { type InferShapesOptions, inferShapes } from '../../../dist/esm/onnx/infer/infer-shapes.js';
import { type OnnxModel, type OnnxNode, onnxModel } from '../../fixtures/onnx-writer.js';
import { rejection } from '../../support/failure.js';

const f32 = (name: string, dims?: readonly (number | string | null)[]) =>
  ({ name, type: 'float32', ...(dims && { dims }) }) as const;
const int64 = (name: string, ...values: number[]) =>
  ({ name, type: 'int64', dims: [values.length], data: BigInt64Array.from(values.map(BigInt)) }) as const;

function modelOf(nodes: readonly OnnxNode[], rest: Partial<OnnxModel> = {}): OnnxModel {
  const last = nodes[nodes.length - 1]?.outputs[0] ?? '';
  return { inputs: [f32('x', ['N', 3, 'H', 'W'])], outputs: [f32(last)], nodes, ...rest };
}

async function shapesOf(given: OnnxModel, options?: InferShapesOptions) {
  const model = await readModel(onnxModel(given));
  const report = await inferShapes(model, options);
  const dims = Object.fromEntries([...model.graph.values].map((value) => [value.name, value.dims]));
  return { model, dims, report };
}

describe('inferShapes', () => {
  test('keeps names of sizes through layers, and says nothing of what it cannot say', async () => {
    const { dims } = await shapesOf(
      modelOf(
        [
          { op: 'Conv', inputs: ['x', 'w'], outputs: ['same'], attributes: { pads: { ints: [1, 1, 1, 1] } } },
          { op: 'Conv', inputs: ['x', 'w'], outputs: ['half'], attributes: { strides: { ints: [2, 2] } } },
          { op: 'Relu', inputs: ['half'], outputs: ['relu'] },
          { op: 'Add', inputs: ['relu', 'half'], outputs: ['sum'] },
          { op: 'GlobalAveragePool', inputs: ['sum'], outputs: ['mean'] },
          { op: 'Flatten', inputs: ['mean'], outputs: ['flat'] },
        ],
        { initializers: [{ name: 'w', type: 'float32', dims: [8, 3, 3, 3], data: new Float32Array(216) }] },
      ),
    );
    expect(dims).toMatchObject({
      same: ['N', 8, 'H', 'W'],
      half: ['N', 8, null, null],
      sum: ['N', 8, null, null],
      mean: ['N', 8, 1, 1],
      flat: ['N', 8],
    });
  });

  test('follows shapes through Shape, Gather, Concat and Reshape', async () => {
    const { dims } = await shapesOf(
      modelOf(
        [
          { op: 'Shape', inputs: ['x'], outputs: ['shape'] },
          { op: 'Gather', inputs: ['shape', 'zero'], outputs: ['batch'] },
          { op: 'Slice', inputs: ['shape', 'two', 'four'], outputs: ['space'] },
          { op: 'Concat', inputs: ['batch', 'rest', 'space'], outputs: ['target'], attributes: { axis: { int: 0 } } },
          { op: 'Reshape', inputs: ['x', 'target'], outputs: ['y'] },
          { op: 'ConstantOfShape', inputs: ['space'], outputs: ['filled'] },
          { op: 'Equal', inputs: ['target', 'minus'], outputs: ['isOpen'] },
          { op: 'Where', inputs: ['isOpen', 'one', 'target'], outputs: ['picked'] },
          { op: 'Expand', inputs: ['filled', 'picked'], outputs: ['wide'] },
        ],
        {
          initializers: [
            int64('zero', 0),
            int64('two', 2),
            int64('four', 4),
            int64('rest', 3, 1),
            int64('minus', -1),
            int64('one', 1),
          ],
        },
      ),
    );
    expect(dims).toMatchObject({
      target: [5],
      y: ['N', 3, 1, 'H', 'W'],
      filled: ['H', 'W'],
      wide: ['N', 3, 1, 'H', 'W'],
    });
  });

  test('finds the size that Reshape leaves open, names being cancelled', async () => {
    const { dims } = await shapesOf(
      modelOf([{ op: 'Reshape', inputs: ['x', 'target'], outputs: ['y'] }], {
        inputs: [f32('x', ['N', 'S', 384])],
        initializers: [int64('target', 0, 0, 12, -1)],
      }),
    );
    expect(dims.y).toEqual(['N', 'S', 12, 32]);
  });

  test('takes other sizes for inputs: names are replaced, and stated shapes that no longer hold forgotten', async () => {
    const nodes = [
      { op: 'Relu', inputs: ['x'], outputs: ['a'] },
      { op: 'Unknown', domain: 'some.domain', inputs: ['a'], outputs: ['y'] },
    ];
    const stated = { imports: { 'some.domain': 1 }, outputs: [f32('y', ['N', 10])] };
    const named = await shapesOf(modelOf(nodes, stated), { inputDims: { x: [4, 3, 32, 32] } });
    expect(named.dims).toEqual({ x: [4, 3, 32, 32], a: [4, 3, 32, 32], y: [4, 10] });
    const fixed = { ...stated, inputs: [f32('x', [1, 3, 8, 8])], outputs: [f32('y', [1, 10])] };
    const changed = await shapesOf(modelOf(nodes, fixed), { inputDims: { x: [2, 3, 8, 8] } });
    expect(changed.dims.a).toEqual([2, 3, 8, 8]);
    expect(changed.report.unknown.map(({ name }) => name)).toEqual(['y']);
  });

  test.each([
    ['inferred', [2, 5]],
    ['stated', [2, 7]],
  ] as const)('reports a stated shape that is wrong; %s wins', async (conflicts, expected) => {
    const given = modelOf([{ op: 'Relu', inputs: ['x'], outputs: ['y'] }], { inputs: [f32('x', [2, 5])], outputs: [f32('y', [2, 7])] }); // biome-ignore format: short
    const { dims, report } = await shapesOf(given, { conflicts });
    expect(dims.y).toEqual(expected);
    expect(report.conflicts).toMatchObject([{ stated: 'float32 [2, 7]', inferred: 'float32 [2, 5]' }]);
  });

  test('does not take the default of an input for a constant', async () => {
    const nodes = [{ op: 'Reshape', inputs: ['x', 's'], outputs: ['y'] }];
    const x = f32('x', [6]);
    const fixed = await shapesOf(modelOf(nodes, { inputs: [x], initializers: [int64('s', 2, 3)] }));
    expect(fixed.dims.y).toEqual([2, 3]);
    const open = modelOf(nodes, {
      inputs: [x, { name: 's', type: 'int64', dims: [2] }],
      initializers: [int64('s', 2, 3)],
    });
    expect((await shapesOf(open)).dims.y).toEqual([null, null]);
  });

  test('takes what exporters write for unknown sizes for no name', async () => {
    const { dims } = await shapesOf(
      modelOf([{ op: 'Add', inputs: ['x', 'b'], outputs: ['y'] }], {
        inputs: [f32('x', ['?', 4]), f32('b', ['?', 4])],
      }),
    );
    expect(dims.y).toEqual([null, 4]);
  });

  test('annotate writes the shapes into the file', async () => {
    const nodes = [
      { op: 'Relu', inputs: ['x'], outputs: ['a'] },
      { op: 'Relu', inputs: ['a'], outputs: ['y'] },
    ];
    const { model } = await shapesOf(modelOf(nodes), { annotate: true });
    const read = await readModel(await serializeModel(model));
    expect([...read.graph.valueInfo].map(({ name, dims }) => [name, dims])).toEqual([['a', ['N', 3, 'H', 'W']]]);
    expect(read.graph.outputs[0]?.dims).toEqual(['N', 3, 'H', 'W']);
  });

  test('stays within bounds for shapes that nobody can have', async () => {
    const doubled = Array.from({ length: 300 }, (_, i) => ({ op: 'Concat', inputs: [`t${i}`, `t${i}`], outputs: [`t${i + 1}`], attributes: { axis: { int: 0 } } })); // biome-ignore format: short
    const nodes = [
      { op: 'Shape', inputs: ['x'], outputs: ['t0'] },
      ...doubled,
      { op: 'Reshape', inputs: ['x', 't300'], outputs: ['y'] },
      { op: 'Tile', inputs: ['x', 'huge'], outputs: ['z'] },
    ];
    const big = 2 ** 40;
    const { dims } = await shapesOf(modelOf(nodes, { initializers: [int64('huge', big, big, big, big)] }));
    expect(dims.t300).toEqual([null]);
    expect(dims.y).toBeUndefined();
    expect(dims.z).toEqual([null, 3 * big, null, null]);
  });

  test('does not follow ranks that nobody needs', async () => {
    const axes = Array.from({ length: 100_000 }, (_, i) => i);
    const nodes = [
      { op: 'Unsqueeze', inputs: ['x'], outputs: ['y'], attributes: { axes: { ints: axes } } },
      { op: 'Relu', inputs: ['wide'], outputs: ['z'] },
    ];
    const wide = f32('wide', new Array<string>(1000).fill('N'));
    const { dims } = await shapesOf(modelOf(nodes, { inputs: [f32('x', [1]), wide], outputs: [f32('y'), f32('z')] }));
    expect([dims.y, dims.z]).toEqual([undefined, undefined]);
  });

  test('refuses sizes for inputs that are not there, and of another rank', async () => {
    const given = modelOf([{ op: 'Relu', inputs: ['x'], outputs: ['y'] }]);
    const of = (inputDims: Record<string, number[]>) => rejection(shapesOf(given, { inputDims }));
    expect(await of({ z: [1] })).toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(await of({ x: [1, 2] })).toMatchObject({ code: 'SHAPE_MISMATCH' });
    expect(await of({ x: [1, 2, -3, 4] })).toMatchObject({ code: 'INVALID_ARGUMENT' });
  });
});
