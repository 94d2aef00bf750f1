import { describe, expect, test } from 'vitest';
import { readModel } from '../../../dist/esm/onnx/file/read-model.js';
import { serializeModel } from '../../../dist/esm/onnx/file/write-model.js';
import { attribute } from '../../../dist/esm/onnx/graph/attribute.js';
import { cloneModel } from '../../../dist/esm/onnx/graph/clone.js';
import { Model } from '../../../dist/esm/onnx/graph/model.js';
import { Tensor } from '../../../dist/esm/onnx/graph/tensor.js';
import { tensorType } from '../../../dist/esm/onnx/graph/value-type.js';
import { slow } from '../../fixtures/models.js';

/** x → Relu → a → Neg → y, and z = a. */
function chain() {
  const model = new Model();
  model.opsets.set('', 17);
  const { graph } = model;
  const type = tensorType('float32', ['N', 4]);
  const x = graph.newValue('x', type);
  const y = graph.newValue('y', type);
  graph.addInput(x);
  const relu = graph.newNode('Relu', [x], ['a']);
  const a = relu.output;
  a.type = type;
  const neg = graph.newNode('Neg', [a], [y]);
  graph.addOutput(y);
  return { model, graph, x, y, a, relu, neg };
}

const names = (values: Iterable<{ name: string } | undefined>) => [...values].map((value) => value?.name);

describe('Graph', () => {
  test('knows producers and consumers while nodes come and go', () => {
    const { graph, x, a, relu, neg, y } = chain();
    expect(a.producer).toBe(relu);
    expect(a.consumers).toEqual([neg]);
    expect(x.producer).toBeUndefined();
    const add = graph.newNode('Add', [a, a], ['sum'], { before: neg });
    expect(a.consumers).toEqual([neg, add]);
    expect(names(graph.nodes)).toEqual(['Relu', 'Add', 'Neg']);
    add.setInput(0, x);
    expect(a.consumers).toEqual([neg, add]);
    add.setInput(1, x);
    expect(a.consumers).toEqual([neg]);
    add.remove();
    expect(add.isRemoved).toBe(true);
    expect(x.consumers).toEqual([relu]);
    expect(y.isOutput).toBe(true);
  });

  test('refuses to remove a node whose output is in use', () => {
    const { relu, neg, graph } = chain();
    expect(() => relu.remove()).toThrow(/'a' is in use/);
    expect(() => neg.remove()).toThrow(/in use/);
    expect(() => graph.insert(relu, { before: new Model().graph.newNode('Relu', [], []) })).toThrow(/is not in graph/);
  });

  test('gives new values and nodes names that nothing has', () => {
    const { graph } = chain();
    expect(names([graph.newValue('a'), graph.newValue('a'), graph.newValue('b')])).toEqual(['a_1', 'a_2', 'b']);
    expect(graph.newNode('Relu', [], ['c']).name).toBe('Relu_1');
    expect(() => graph.declareValue('a')).toThrow(/two values with the name 'a'/);
  });

  test('replaceUses() gives an output of the graph its name back', () => {
    const { graph, x, y, a, neg } = chain();
    y.replaceUses(a);
    expect(names(graph.outputs)).toEqual(['y']);
    expect(graph.outputs[0]).toBe(a);
    neg.remove();
    expect(graph.nodes).toHaveLength(1);
    // An input cannot take the name: an Identity does.
    a.replaceUses(x);
    expect(names(graph.outputs)).toEqual(['y']);
    expect(graph.outputs[0]?.producer?.opType).toBe('Identity');
    expect(x.name).toBe('x');
  });

  test('replaceUses() leaves out the consumers that it is told to', () => {
    const { graph, x, a, neg } = chain();
    const other = graph.newNode('Abs', [a], ['b']);
    a.replaceUses(x, (node) => node === neg);
    expect(other.inputs[0]).toBe(x);
    expect(neg.inputs[0]).toBe(a);
  });

  test('sort() puts producers first, and keeps an order that is right', () => {
    const { graph, a, relu, neg } = chain();
    const abs = graph.newNode('Abs', [a], ['b'], { before: relu });
    expect(names(graph.nodes)).toEqual(['Abs', 'Relu', 'Neg']);
    graph.sort();
    expect(graph.nodes).toEqual([relu, abs, neg]);
    graph.sort();
    expect(graph.nodes).toEqual([relu, abs, neg]);
  });

  test('sort() sees what branches use, and names nodes that wait for one another', () => {
    const { model, graph, x, a, relu } = chain();
    const branch = graph.newNode('If', [x], ['r'], { before: relu });
    const inner = new Model(model.names).graph;
    branch.set('then_branch', attribute.graph(inner));
    inner.addOutput(inner.newNode('Abs', [a], ['inside']).output);
    expect(a.consumers).toHaveLength(2);
    graph.sort();
    expect(names(graph.nodes)).toEqual(['Relu', 'If', 'Neg']);
    relu.setInput(0, branch.output);
    expect(() => graph.sort()).toThrow(/wait for one another: Relu 'Relu', If 'If'/);
  });

  test('insertAll() puts nodes in front, and behind nodes that are new themselves', () => {
    const { graph, x, relu, neg } = chain();
    const make = (name: string) => graph.makeNode('Identity', [x], [graph.newValue(name)], { name });
    const [front, behindFront, behindRelu, behindThat] = ['f', 'ff', 'r', 'rr'].map(make);
    if (!front || !behindFront || !behindRelu || !behindThat) throw new Error();
    const behind = new Map([
      [front, [behindFront]],
      [behindRelu, [behindThat]],
      [relu, [behindRelu]],
    ]);
    graph.insertAll([front], behind);
    expect(graph.nodes).toEqual([front, behindFront, relu, behindRelu, behindThat, neg]);
  });

  test('constants are initialisers and Constant nodes, but not defaults of inputs', () => {
    const { graph } = chain();
    const weight = graph.newInitializer('w', Tensor.float32([2], [1, 2]));
    expect(weight.constant?.numbers()).toEqual([1, 2]);
    graph.addInput(weight);
    expect(weight.constant).toBeUndefined();
    const node = graph.newNode('Constant', [], ['c'], {
      attributes: { value_ints: attribute.ints([3, 2n ** 63n - 1n]) },
    });
    expect(node.output.constant?.numbers()).toEqual([3, Number.MAX_SAFE_INTEGER]);
    expect(node.output.constant?.dims).toEqual([2]);
  });

  test('attributes are read by kind', () => {
    const { graph, x } = chain();
    const node = graph.newNode('Conv', [x], ['c'], {
      attributes: {
        group: attribute.int(2),
        alpha: attribute.float(0.5),
        pads: attribute.ints([1, 2]),
        mode: attribute.string('same'),
      },
    });
    expect(node.int('group', 1)).toBe(2);
    expect(node.int('other', 1)).toBe(1);
    expect(node.float('alpha', 0)).toBe(0.5);
    expect(node.ints('pads', undefined)).toEqual([1, 2]);
    expect(node.string('mode', '')).toBe('same');
    expect(() => node.int('mode', 0)).toThrow(/'mode' is of kind 'string', expected 'int'/);
    node.set('group', undefined);
    expect(node.int('group', 1)).toBe(1);
  });
});

describe('Tensor', () => {
  test('holds numbers of each type and gives them back', () => {
    for (const type of [
      'float32',
      'float64',
      'int8',
      'uint8',
      'int16',
      'uint16',
      'int32',
      'uint32',
      'int64',
      'uint64',
    ] as const) {
      const tensor = Tensor.of(type, [3], [0, 1, 100]);
      expect(tensor.numbers(), type).toEqual([0, 1, 100]);
    }
    expect(Tensor.of('float32', [2], [0.5, Number.POSITIVE_INFINITY]).numbers()).toEqual([
      0.5,
      Number.POSITIVE_INFINITY,
    ]);
    expect(new Tensor('float16', [2], Tensor.of('uint16', [2], [0x3c00, 0xc000]).payload).numbers()).toEqual([1, -2]);
    expect(new Tensor('bfloat16', [2], Tensor.of('uint16', [2], [0x3f80, 0xc000]).payload).numbers()).toEqual([1, -2]);
    expect(() => Tensor.of('float32', [2], [1])).toThrow(/cannot hold 1 values/);
    expect(() => Tensor.raw('float32', [2], new Uint8Array(7))).toThrow(/has 8 bytes, received 7/);
  });
});

describe('cloneModel()', () => {
  test('copies loops with what they use from outside, and leaves the first model alone', async () => {
    const model = await readModel(slow({ size: 16, iterations: 2 }));
    const before = await serializeModel(model);
    const copy = cloneModel(model);
    expect(Buffer.compare(await serializeModel(copy), before)).toBe(0);
    for (const node of [...copy.nodes()]) node.opType = 'Changed';
    copy.graph.newInitializer('more', Tensor.float32([1], [1]));
    expect(Buffer.compare(await serializeModel(model), before)).toBe(0);
    const own = new Set(copy.graphs());
    for (const node of copy.nodes())
      for (const input of node.inputs) expect(input === undefined || own.has(input.graph)).toBe(true);
  });
});
