import { describe, expect, test } from 'vitest';
import { readModel } from '../../../dist/esm/onnx/file/read-model.js';
import { serializeModel } from '../../../dist/esm/onnx/file/write-model.js';
import { setBatchDimension } from '../../../dist/esm/toolkit/set-batch-dimension.js';
import type { OnnxModel, OnnxNode } from '../../fixtures/onnx-writer.js';
import { rejection } from '../../support/failure.js';
import { expectClose, float, floats, int64s, read, runModel, weights } from '../../support/onnx-graphs.js';
import { useRealModels } from '../../support/real-models.js';

const models = useRealModels();

/** A small classifier for one picture, whose Reshape says so. */
const classifier: OnnxModel = {
  inputs: [float('x', [1, 3, 4, 4])],
  outputs: [float('y', [1, 5])],
  initializers: [weights('w', [2, 3, 3, 3], 0.01), int64s('flat', 1, -1), weights('v', [32, 5], 0.01)],
  nodes: [
    { op: 'Conv', inputs: ['x', 'w'], outputs: ['a'], attributes: { pads: { ints: [1, 1, 1, 1] } } },
    { op: 'Reshape', inputs: ['a', 'flat'], outputs: ['b'] },
    { op: 'MatMul', inputs: ['b', 'v'], outputs: ['c'] },
    { op: 'Softmax', inputs: ['c'], outputs: ['y'] },
  ],
};

describe('a batch that was fixed', () => {
  test('becomes free: inputs, outputs and the Reshape follow, rows stay what they are', async () => {
    const before = await read(classifier);
    const after = await setBatchDimension(before, 'N');
    expect(after.graph.inputs[0]?.dims).toEqual(['N', 3, 4, 4]);
    expect(after.graph.outputs[0]?.dims).toEqual(['N', 5]);
    expect(before.graph.inputs[0]?.dims).toEqual([1, 3, 4, 4]);
    const batch = floats(7, 3, 4, 4);
    const last = (batch.data as Float32Array).slice(-48);
    const { y } = await runModel(after, { x: batch });
    const alone = await runModel(before, { x: { type: 'float32', dims: [1, 3, 4, 4], data: last } });
    const row = {
      type: 'float32',
      dims: [1, 5],
      data: (y?.data as Float32Array | undefined)?.slice(30) ?? new Float32Array(),
    } as const;
    expectClose({ y: row }, alone, 6);
  });

  test('becomes another number', async () => {
    const after = await setBatchDimension(await read(classifier), 4);
    const again = await readModel(await serializeModel(after));
    expect(again.graph.inputs[0]?.dims).toEqual([4, 3, 4, 4]);
    expect(again.graph.outputs[0]?.dims).toEqual([4, 5]);
  });
});

const fixed = (nodes: readonly OnnxNode[], rest: Partial<OnnxModel> = {}): OnnxModel => ({ inputs: [float('x', [1, 4])], outputs: [float('y')], nodes, ...rest }); // biome-ignore format: short

describe('refuses, and says where', () => {
  test.each<[string, OnnxModel, string]>([
    [
      'an output without the batch',
      fixed([{ op: 'ReduceMean', inputs: ['x'], outputs: ['y'], attributes: { axes: { ints: [0] } } }]),
      "the batch is lost at ReduceMean 'y'",
    ],
    [
      'rows that are mixed',
      fixed([{ op: 'Softmax', inputs: ['x'], outputs: ['y'], attributes: { axis: { int: 0 } } }]),
      'the model mixes rows',
    ],
    [
      'constants of the old size',
      fixed(
        [
          { op: 'Expand', inputs: ['x', 's'], outputs: ['a'] },
          {
            op: 'ReduceMean',
            inputs: ['a'],
            outputs: ['y'],
            attributes: { axes: { ints: [1] }, keepdims: { int: 0 } },
          },
        ],
        { inputs: [float('x', [2, 4])], initializers: [int64s('s', 2, 4)] },
      ),
      "[2] for any batch; the batch is lost at Expand 'a'",
    ],
    [
      'states that were made for the old size',
      fixed([{ op: 'Add', inputs: ['x', 'w'], outputs: ['y'] }], {
        inputs: [float('x', [2, 4])],
        initializers: [weights('w', [2, 4])],
      }),
      "the batch is lost at Add 'y'",
    ],
  ])('%s', async (_, given, text) => {
    const error = await rejection(setBatchDimension(await read(given), 'N'));
    expect(error).toMatchObject({ code: 'UNSUPPORTED' });
    expect(error.message).toContain(text);
  });

  test('inputs that have no common batch, until it is said which axis it is in', async () => {
    const nodes = [
      { op: 'Transpose', inputs: ['z'], outputs: ['t'] },
      { op: 'Add', inputs: ['x', 't'], outputs: ['a'] },
      { op: 'Mul', inputs: ['a', 'k'], outputs: ['y'] },
    ];
    const inputs = [float('x', [1, 4]), float('z', [4, 1]), float('k', [4])];
    const model = await read(fixed(nodes, { inputs }));
    expect(await rejection(setBatchDimension(model, 'N'))).toMatchObject({ code: 'INVALID_ARGUMENT' });
    const after = await setBatchDimension(model, 'N', { axes: { z: 1, k: null } });
    expect(after.graph.inputs.map(({ dims }) => dims)).toEqual([['N', 4], [4, 'N'], [4]]);
  });

  test('options that do not fit', async () => {
    const model = await read(classifier);
    expect(await rejection(setBatchDimension(model, 0))).toMatchObject({ code: 'OUT_OF_RANGE' });
    expect(await rejection(setBatchDimension(model, ''))).toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(await rejection(setBatchDimension(model, 1, { axes: { z: 0 } }))).toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
  });
});

test.each(['pp-ocr-cls', 'magika', 'minilm-opset14'] as const)(
  '%s gets a fixed batch of 2, and a free one again',
  async (name) => {
    const fixedModel = await setBatchDimension(models.path(name), 2);
    for (const { dims } of [...fixedModel.graph.inputs, ...fixedModel.graph.outputs]) expect(dims?.[0]).toBe(2);
    const free = await setBatchDimension(fixedModel, 'rows');
    for (const { dims } of [...free.graph.inputs, ...free.graph.outputs]) expect(dims?.[0]).toBe('rows');
  },
  60_000,
);
