import { expect, test } from 'vitest';
import { mergeCommon } from '../../../dist/esm/onnx/passes/merge-common.js';
import type { OnnxNode } from '../../fixtures/onnx-writer.js';
import { applyPass, float, floats, weights } from '../../support/onnx-graphs.js';

const leaky = (from: string, name: string, alpha: number): OnnxNode => ({ op: 'LeakyRelu', inputs: [from], outputs: [name], attributes: { alpha: { float: alpha } } }); // biome-ignore format: short
const add = (a: string, b: string, name: string): OnnxNode => ({ op: 'Add', inputs: [a, b], outputs: [name] });
const x = { inputs: [float('x', [2])] };

test('nodes that compute the same become one, and then those behind them', async () => {
  const given = {
    ...x,
    outputs: [float('y')],
    nodes: [leaky('x', 'a', 0.5), leaky('x', 'b', 0.5), add('a', 'x', 'c'), add('b', 'x', 'd'), add('c', 'd', 'y')],
  };
  const { operators, changed } = await applyPass(mergeCommon, given, { x: floats(2) });
  expect([operators, changed]).toEqual([['LeakyRelu', 'Add', 'Add'], 2]);
});

test('other attributes, 0 and −0 among them, random numbers and outputs keep nodes apart', async () => {
  const apart = async (nodes: readonly OnnxNode[], outputs = ['y']) => {
    const given = { ...x, outputs: outputs.map((name) => float(name)), nodes };
    expect((await applyPass(mergeCommon, given, { x: floats(2) })).changed).toBe(0);
  };
  await apart([leaky('x', 'a', 0.5), leaky('x', 'b', 0.25), add('a', 'b', 'y')]);
  await apart([leaky('x', 'a', 0), leaky('x', 'b', -0), add('a', 'b', 'y')]);
  await apart([leaky('x', 'a', 0.5), leaky('x', 'b', 0.5)], ['a', 'b']);
  const random = (name: string, seed: number) => ({ op: 'RandomUniformLike', inputs: ['x'], outputs: [name], attributes: { seed: { float: seed } } }); // biome-ignore format: short
  await apart([random('a', 1), random('b', 1), add('a', 'b', 'y')]);
});

test('initialisers with the same elements become one, large ones too', async () => {
  const large = (name: string, last: number) => {
    const data = new Float32Array(300_000);
    data[299_999] = last;
    return { name, type: 'float32', dims: [300_000], data } as const;
  };
  const of = async (initializers: ReturnType<typeof large>[]) => {
    const nodes = [add('x', 'v', 'a'), add('a', 'w', 'y')];
    const given = { inputs: [float('x', [1])], outputs: [float('y')], nodes, initializers };
    return (await applyPass(mergeCommon, given, { x: floats(1) })).model.graph.initializers.length;
  };
  expect(await of([large('v', 1), large('w', 1)])).toBe(1);
  expect(await of([large('v', 1), large('w', 2)])).toBe(2);
});

test('initialisers of another type or shape, and defaults of inputs, stay', async () => {
  const nodes = [add('x', 'v', 'a'), add('a', 'w', 'y')];
  const given = { ...x, outputs: [float('y')], nodes };
  const shapes = { ...given, initializers: [weights('v', [2]), weights('w', [1, 2])] };
  expect((await applyPass(mergeCommon, shapes, { x: floats(2) })).changed).toBe(0);
  const defaults = { ...given, inputs: [...x.inputs, float('w', [2])], initializers: [weights('v', [2]), weights('w', [2])] }; // biome-ignore format: short
  expect((await applyPass(mergeCommon, defaults, { x: floats(2) })).changed).toBe(0);
});
