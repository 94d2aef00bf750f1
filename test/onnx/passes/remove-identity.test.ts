import { describe, expect, test } from 'vitest';
import { removeIdentity } from '../../../dist/esm/onnx/passes/remove-identity.js';
import type { OnnxModel, OnnxNode } from '../../fixtures/onnx-writer.js';
import { applyPass, float, floats, int64s, read } from '../../support/onnx-graphs.js';

const cast = (from: string, to: number, name: string) => ({ op: 'Cast', inputs: [from], outputs: [name], attributes: { to: { int: to } } }); // biome-ignore format: short
const relu = (from: string, name: string) => ({ op: 'Relu', inputs: [from], outputs: [name] });
const ints = (...values: number[]) => ({ ints: values });

/** Between two nodes that stay, so that it is neither at an input nor at an output. */
async function between(nodes: readonly OnnxNode[], rest: Partial<OnnxModel> = {}, last = 'b') {
  const given = { inputs: [float('x', [2, 3])], outputs: [float('y')], nodes: [relu('x', 'a'), ...nodes, { op: 'Neg', inputs: [last], outputs: ['y'] }], ...rest }; // biome-ignore format: short
  const { operators } = await applyPass(removeIdentity, given, { x: floats(2, 3) });
  return operators.slice(1, -1);
}

describe('takes out', () => {
  test.each<[string, OnnxNode, OnnxModel['initializers']?]>([
    ['Identity', { op: 'Identity', inputs: ['a'], outputs: ['b'] }],
    ['a Cast to the same type', cast('a', 1, 'b')],
    ['Dropout', { op: 'Dropout', inputs: ['a'], outputs: ['b'] }],
    ['a Reshape to the same shape', { op: 'Reshape', inputs: ['a', 's'], outputs: ['b'] }, [int64s('s', 2, -1)]],
    ['Flatten of rank 2', { op: 'Flatten', inputs: ['a'], outputs: ['b'] }],
    ['Expand to the same shape', { op: 'Expand', inputs: ['a', 's'], outputs: ['b'] }, [int64s('s', 1, 3)]],
    ['Pad by nothing', { op: 'Pad', inputs: ['a', 's'], outputs: ['b'] }, [int64s('s', 0, 0, 0, 0)]],
    ['Slice of all', { op: 'Slice', inputs: ['a', 's', 'e'], outputs: ['b'] }, [int64s('s', 0), int64s('e', 2 ** 40)]],
    ['Tile once', { op: 'Tile', inputs: ['a', 's'], outputs: ['b'] }, [int64s('s', 1, 1)]],
    [
      'Transpose into the same order',
      { op: 'Transpose', inputs: ['a'], outputs: ['b'], attributes: { perm: ints(0, 1) } },
    ],
    ['Concat of one', { op: 'Concat', inputs: ['a'], outputs: ['b'], attributes: { axis: { int: 0 } } }],
    ['Sum of one', { op: 'Sum', inputs: ['a'], outputs: ['b'] }],
  ])('%s', async (_, node, initializers = []) => {
    expect(await between([node], { initializers })).toEqual([]);
  });

  test('a Reshape to what it was by names of sizes', async () => {
    const nodes = [
      { op: 'Shape', inputs: ['a'], outputs: ['s'] },
      { op: 'Reshape', inputs: ['a', 's'], outputs: ['b'] },
    ];
    expect(await between(nodes, { inputs: [float('x', ['N', 'M'])] })).toEqual(['Shape']);
  });
});

describe('joins', () => {
  const perm = (from: string, name: string, ...order: number[]) => ({ op: 'Transpose', inputs: [from], outputs: [name], attributes: { perm: ints(...order) } }); // biome-ignore format: short
  const cube = { inputs: [float('x', [2, 3, 1])] };

  test('two Transposes', async () => {
    expect(await between([perm('a', 'c', 1, 0), perm('c', 'b', 1, 0)])).toEqual(['Transpose']);
    const given = { ...cube, outputs: [float('y')], nodes: [relu('x', 'a'), perm('a', 'c', 1, 2, 0), perm('c', 'b', 0, 2, 1), relu('b', 'y')] }; // biome-ignore format: short
    const { model } = await applyPass(removeIdentity, given, { x: floats(2, 3, 1) });
    expect(model.graph.outputs[0]?.producer?.inputs[0]?.producer?.ints('perm', undefined)).toEqual([1, 0, 2]);
  });

  test('two Reshapes, unless the second takes a size over', async () => {
    const nodes = (...to: number[]) => [
      { op: 'Reshape', inputs: ['a', 's'], outputs: ['c'] },
      { op: 'Reshape', inputs: ['c', 't'], outputs: ['b'] },
      { initializers: [int64s('s', 6), int64s('t', ...to)] },
    ];
    const of = async (...to: number[]) => {
      const [first, second, rest] = nodes(...to);
      const given = { inputs: [float('x', [2, 3])], outputs: [float('y')], nodes: [relu('x', 'a'), first, second, relu('b', 'y')], ...rest } as OnnxModel; // biome-ignore format: short
      const { model } = await applyPass(removeIdentity, given, { x: floats(2, 3) });
      return model.graph.outputs[0]?.producer?.inputs[0]?.producer?.inputs[0]?.name;
    };
    expect(await of(3, 2)).toBe('a');
    expect(await of(0, 1)).toBe('c');
  });

  test('a Cast behind one that lost nothing, and keeps one behind another that did', async () => {
    // float32 as float64 and back; float32 as float16 and back.
    expect(await between([cast('a', 11, 'c'), cast('c', 1, 'b')])).toEqual(['Cast']);
    expect(await between([cast('a', 10, 'c'), cast('c', 1, 'b')])).toEqual(['Cast', 'Cast']);
    // To whole numbers, and from what is cut differently.
    expect(await between([cast('a', 11, 'c'), cast('c', 3, 'd'), cast('d', 1, 'b')])).toEqual(['Cast', 'Cast', 'Cast']);
  });
});

test('what is known is not what the file says of values in between', async () => {
  const model = {
    inputs: [float('x', ['N', 3])],
    outputs: [float('y', [2, 3])],
    initializers: [int64s('s', 2, 3)],
    nodes: [
      { op: 'Reshape', inputs: ['x', 's'], outputs: ['b'] },
      { op: 'Neg', inputs: ['b'], outputs: ['y'] },
    ],
  };
  expect((await applyPass(removeIdentity, model, { x: floats(2, 3) })).operators).toEqual(['Reshape', 'Neg']);
});

test('an old Dropout that trains stays', async () => {
  const nodes = [{ op: 'Dropout', inputs: ['x'], outputs: ['a'] }, relu('a', 'y')];
  const model = await read({ opset: 6, inputs: [float('x', [2, 3])], outputs: [float('y')], nodes });
  expect(await removeIdentity.run(model)).toBe(0);
});

test('an output keeps its name; an Identity from an input to an output stays', async () => {
  const nodes = [relu('x', 'a'), { op: 'Identity', inputs: ['a'], outputs: ['y'] }, { op: 'Identity', inputs: ['x'], outputs: ['z'] }]; // biome-ignore format: short
  const given = { inputs: [float('x', [2, 3])], outputs: [float('y'), float('z')], nodes };
  const { model, operators } = await applyPass(removeIdentity, given, { x: floats(2, 3) });
  expect(operators).toEqual(['Relu', 'Identity']);
  expect(model.graph.outputs.map(({ name, producer }) => [name, producer?.opType])).toEqual([['y', 'Relu'], ['z', 'Identity']]); // biome-ignore format: short
});

test('branches lose theirs, but still return what is theirs', async () => {
  const branch = (name: string, from: string) => ({
    graph: { outputs: [float(name)], nodes: [{ op: 'Identity', inputs: [from], outputs: [name] }] },
  });
  const then = { graph: { outputs: [float('t')], nodes: [relu('x', 'r'), { op: 'Identity', inputs: ['r'], outputs: ['t'] }] } }; // biome-ignore format: short
  const given = {
    inputs: [float('x', [2]), { name: 'c', type: 'bool', dims: [] } as const],
    outputs: [float('y')],
    nodes: [
      { op: 'If', inputs: ['c'], outputs: ['y'], attributes: { then_branch: then, else_branch: branch('e', 'x') } },
    ],
  };
  const { model } = await applyPass(removeIdentity, given, { x: floats(2), c: { type: 'bool', dims: [], data: Uint8Array.of(1) } }); // biome-ignore format: short
  expect([...model.graph.allNodes()].map(({ opType }) => opType)).toEqual(['If', 'Relu', 'Identity']);
});
