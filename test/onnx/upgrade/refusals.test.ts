import { describe, expect, test } from 'vitest';
import { NodeTensorRTError } from '../../../dist/esm/errors.js';
import { readModel } from '../../../dist/esm/onnx/file/read-model.js';
import { serializeModel } from '../../../dist/esm/onnx/file/write-model.js';
import { type Attribute, attribute } from '../../../dist/esm/onnx/graph/attribute.js';
import type { Model } from '../../../dist/esm/onnx/graph/model.js';
import { upgradeOpset } from '../../../dist/esm/onnx/upgrade/upgrade.js';
import { type OnnxModel, type OnnxNode, onnxModel } from '../../fixtures/onnx-writer.js';
import { attributesToInputs } from './cases/attributes-to-inputs.js';
import { otherMeaning } from './cases/meaning.js';
import { withGraphs } from './cases/with-graphs.js';

const x = { name: 'x', type: 'float32', dims: ['N', 3] } as const;
const y = { name: 'y', type: 'float32' } as const;

interface Refusal {
  title: string;
  opset: number;
  node: OnnxNode;
  rest?: Partial<OnnxModel>;
  to?: number;
  code?: string;
  message: RegExp;
}

const five = ['x', 's', 'b', 'm', 'v'];
const refusals: Refusal[] = [
  {
    title: 'an operator set before 7',
    opset: 6,
    node: { op: 'Relu', inputs: ['x'], outputs: ['y'] },
    message: /operator set 6.*export it again/,
  },
  {
    title: 'an operator that ONNX has dropped',
    opset: 7,
    node: { op: 'ImageScaler', name: 'n', inputs: ['x'], outputs: ['y'] },
    message: /ImageScaler 'n'.*dropped/,
  },
  {
    title: 'a mask of Dropout in use',
    opset: 10,
    node: { op: 'Dropout', name: 'n', inputs: ['x'], outputs: ['d', 'y'] },
    message: /Dropout 'n'.*'y', the mask.*take what uses it out/,
  },
  {
    title: 'a saved mean of BatchNormalization in use',
    opset: 9,
    node: { op: 'BatchNormalization', name: 'n', inputs: five, outputs: ['a', 'b1', 'c', 'y', 'd'] },
    message: /'y' is in use, and operator set 14/,
  },
  {
    title: 'statistics of every element that are trained',
    opset: 7,
    node: {
      op: 'BatchNormalization',
      name: 'n',
      inputs: five,
      outputs: ['y', 'b1', 'c'],
      attributes: { spatial: { int: 0 } },
    },
    message: /spatial = 0/,
  },
  {
    title: 'sequence lengths of Scan',
    opset: 8,
    node: {
      op: 'Scan',
      name: 'n',
      inputs: ['lens', 'x'],
      outputs: ['y'],
      attributes: {
        num_scan_inputs: { int: 1 },
        body: { graph: { inputs: [x], outputs: [y], nodes: [{ op: 'Relu', inputs: ['x2'], outputs: ['y2'] }] } },
      },
    },
    message: /sequence lengths \('lens'\)/,
  },
  {
    title: 'Erf of whole numbers',
    opset: 9,
    node: { op: 'Erf', name: 'n', inputs: ['i'], outputs: ['y'] },
    rest: { inputs: [{ name: 'i', type: 'int32', dims: [3] }], outputs: [{ name: 'y', type: 'int32' }] },
    message: /takes int32.*cast before it/,
  },
  {
    title: 'a way of Resize that is no more',
    opset: 11,
    node: {
      op: 'Resize',
      name: 'n',
      inputs: ['x', 'roi', 'scales'],
      outputs: ['y'],
      attributes: {
        mode: { string: 'linear' },
        coordinate_transformation_mode: { string: 'tf_half_pixel_for_nn' },
      },
    },
    message: /tf_half_pixel_for_nn.*use 'half_pixel'/,
  },
  {
    title: 'a type that is not known and must be',
    opset: 10,
    to: 13,
    node: { op: 'Clip', name: 'n', inputs: ['u'], outputs: ['y'], attributes: { min: { float: 0 } } },
    message: /element type of 'u' is not known.*15 or beyond/,
  },
  {
    title: 'Clip of whole numbers, which no operator set before 12 has',
    opset: 10,
    node: { op: 'Clip', name: 'n', inputs: ['i'], outputs: ['y'], attributes: { min: { float: 0 } } },
    rest: { inputs: [{ name: 'i', type: 'int32', dims: [3] }], outputs: [{ name: 'y', type: 'int32' }] },
    message: /takes int32/,
  },
  {
    title: 'an attribute that must be there',
    opset: 9,
    node: { op: 'TopK', name: 'n', inputs: ['x'], outputs: ['y', 'z'] },
    message: /lacks the attribute 'k'/,
  },
  {
    title: 'an attribute of another kind',
    opset: 11,
    node: { op: 'Squeeze', name: 'n', inputs: ['x'], outputs: ['y'], attributes: { axes: { float: 1 } } },
    code: 'MODEL_INVALID',
    message: /'axes' is of kind 'float', expected 'ints'/,
  },
  {
    title: 'an input that must be there',
    opset: 11,
    node: { op: 'Softmax', name: 'n', inputs: [], outputs: ['y'] },
    code: 'MODEL_INVALID',
    message: /has no input 0/,
  },
];

describe('upgradeOpset() refuses', () => {
  test.each(refusals)('$title', async ({ opset, node, rest, to, code = 'UNSUPPORTED', message }) => {
    // The first node could be upgraded, and must not be.
    const first: OnnxNode = { op: 'ReduceSum', inputs: ['w'], outputs: ['w2'], attributes: { axes: { ints: [0] } } };
    const bytes = onnxModel({ opset, inputs: [x], outputs: [y], nodes: [first, node], ...rest });
    const model = await readModel(bytes);
    const failed = upgradeOpset(model, to === undefined ? {} : { to });
    await expect(failed).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
    expect(Buffer.compare(await serializeModel(model), bytes)).toBe(0);
  });

  test("an attribute of a function's caller whose value it needs", async () => {
    const bytes = onnxModel({
      opset: 11,
      inputs: [x],
      outputs: [y],
      imports: { own: 1 },
      nodes: [{ op: 'Own', domain: 'own', inputs: ['x'], outputs: ['y'], attributes: { axis: { int: 0 } } }],
      functions: [
        {
          domain: 'own',
          name: 'Own',
          inputs: ['a'],
          outputs: ['b'],
          attributes: ['axis'],
          nodes: [
            { op: 'Softmax', name: 's', inputs: ['a'], outputs: ['b'], attributes: { axis: { ref: 'axis', type: 2 } } },
          ],
        },
      ],
    });
    const failed = upgradeOpset(await readModel(bytes));
    await expect(failed).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      message: expect.stringMatching(/caller of the function/),
    });
  });
});

describe('a model that something was changed in at random', () => {
  const models = [...attributesToInputs, ...otherMeaning, ...withGraphs].map(({ model }) => onnxModel(model));

  test('is upgraded, or refused and left as it was', async () => {
    let state = 1;
    const pick = (count: number) => {
      state = (state * 48271) % 2147483647;
      return state % count;
    };
    let refused = 0;
    for (let round = 0; round < 1500; round++) {
      const model = await readModel(models[pick(models.length)] as Uint8Array);
      for (let changes = 1 + pick(2); changes > 0; changes--) disturb(model, pick);
      const before = await serializeModel(model);
      try {
        await upgradeOpset(model);
        await serializeModel(model);
      } catch (error) {
        refused++;
        expect(error).toBeInstanceOf(NodeTensorRTError);
        expect((error as NodeTensorRTError).code).toMatch(/UNSUPPORTED|MODEL_INVALID/);
        expect(Buffer.compare(await serializeModel(model), before)).toBe(0);
      }
    }
    // Both happen often.
    expect(refused).toBeGreaterThan(100);
    expect(refused).toBeLessThan(1200);
  });
});

const odd: Attribute[] = [
  attribute.int(0),
  attribute.int(-(2n ** 63n)),
  attribute.float(Number.NaN),
  attribute.string('linear'),
  attribute.ints([]),
  attribute.ints([2n ** 63n - 1n]),
  attribute.floats([1]),
  { type: 'reference', value: 'given', code: 7 },
  { type: 'unknown', value: undefined },
];

/** Takes an attribute, input or output away or puts another in its place. */
function disturb(model: Model, pick: (count: number) => number): void {
  const nodes = [...model.nodes()];
  const node = nodes[pick(nodes.length)];
  if (!node) return;
  const names = ['axis', 'axes', 'mode', 'k', 'spatial', 'scales', ...node.attributes.keys()];
  const name = names[pick(names.length)] as string;
  switch (pick(5)) {
    case 0:
      node.set(name, undefined);
      break;
    case 1:
    case 2:
      node.set(name, odd[pick(odd.length)]);
      break;
    case 3:
      node.setInputs(node.inputs.map((value) => (pick(2) === 0 ? value : undefined)));
      break;
    default:
      node.setOutputs(pick(2) === 0 ? node.outputs.slice(0, 1).map(() => undefined) : [undefined, ...node.outputs]);
  }
}

test('a model that asks for the rank of what doubles two hundred times takes no time', async () => {
  const doubling = (op: string, from: string): OnnxNode[] =>
    Array.from({ length: 200 }, (_, i) => ({
      op,
      inputs: [`${from}${i}`, `${from}${i}`],
      outputs: [`${from}${i + 1}`],
      ...(op === 'Concat' && { attributes: { axis: { int: 0 } } }),
    }));
  const bytes = onnxModel({
    opset: 11,
    inputs: [
      { name: 'a0', type: 'float32' },
      { name: 'b0', type: 'int64' },
    ],
    outputs: [y],
    nodes: [
      ...doubling('Add', 'a'),
      ...doubling('Concat', 'b'),
      { op: 'Reshape', inputs: ['a200', 'b200'], outputs: ['r'] },
      { op: 'Add', inputs: ['r', 'a200'], outputs: ['s'] },
      { op: 'Softmax', inputs: ['s'], outputs: ['y'] },
    ],
  });
  const model = await readModel(bytes);
  const start = performance.now();
  await upgradeOpset(model);
  expect(performance.now() - start).toBeLessThan(1000);
});
