import { expect, test } from 'vitest';
import { engineRunner } from '../../../dist/esm/engine/model-runner.js';
import { foldConstants } from '../../../dist/esm/onnx/passes/fold-constants.js';
import type { OnnxModel, OnnxNode } from '../../fixtures/onnx-writer.js';
import { applyPass, float, floats, int64s, operators, read, weights } from '../../support/onnx-graphs.js';

const add = (name: string, dims: readonly number[] = [2, 3]) => ({
  nodes: [{ op: 'Add', inputs: ['x', name], outputs: ['y'] }],
  inputs: [float('x', dims)],
  outputs: [float('y')],
});

function given(nodes: readonly OnnxNode[], rest: Partial<OnnxModel> = {}): OnnxModel {
  const base = add('k');
  return { ...base, initializers: [weights('w', [3, 2])], ...rest, nodes: [...nodes, ...base.nodes] };
}

const turned = { op: 'Transpose', inputs: ['w'], outputs: ['t'] };

test('what depends on constants only is computed, under the same name', async () => {
  const { model, operators, changed } = await applyPass(
    foldConstants,
    given([turned, { op: 'Sqrt', inputs: ['t'], outputs: ['r'] }, { op: 'Exp', inputs: ['r'], outputs: ['k'] }]),
    { x: floats(2, 3) },
  );
  expect([operators, changed]).toEqual([['Add'], 3]);
  expect(model.graph.initializers.map(({ name }) => name)).toEqual(['w', 'k']);
});

test('arithmetic with known sizes is computed without a runner; of sizes with names it stays', async () => {
  const nodes: OnnxNode[] = [
    { op: 'Shape', inputs: ['x'], outputs: ['s'] },
    { op: 'Gather', inputs: ['s', 'one'], outputs: ['g'] },
    { op: 'Concat', inputs: ['g', 'minus'], outputs: ['target'], attributes: { axis: { int: 0 } } },
    { op: 'Reshape', inputs: ['x', 'target'], outputs: ['y'] },
  ];
  const of = (dims: readonly (number | string)[]) => read({ inputs: [float('x', dims)], outputs: [float('y')], nodes, initializers: [int64s('one', 1), int64s('minus', -1)] }); // biome-ignore format: short
  const fixed = await of([2, 6]);
  expect(await foldConstants.run(fixed, {})).toBe(3);
  expect(operators(fixed)).toEqual(['Reshape']);
  const open = await of([2, 'N']);
  expect(await foldConstants.run(open, {})).toBe(0);
});

test('random numbers, quantisers and what would be large stay', async () => {
  const stays = async (nodes: readonly OnnxNode[], rest: Partial<OnnxModel> = {}) => {
    const model = await read(given(nodes, rest));
    return [await foldConstants.run(model, { loadRunner: engineRunner }), operators(model).slice(0, -1)];
  };
  const random = [{ op: 'RandomNormalLike', inputs: ['w'], outputs: ['r'] }, { op: 'Transpose', inputs: ['r'], outputs: ['k'] }]; // biome-ignore format: short
  expect(await stays(random)).toEqual([0, ['RandomNormalLike', 'Transpose']]);
  const scale = { name: 'scale', type: 'float32', dims: [], data: Float32Array.of(0.1) } as const;
  const zero = { name: 'zero', type: 'int8', dims: [], data: Int8Array.of(0) } as const;
  const q = { name: 'q', type: 'int8', dims: [2, 3], data: new Int8Array(6) } as const;
  const quantised = [{ op: 'DequantizeLinear', inputs: ['q', 'scale', 'zero'], outputs: ['k'] }];
  expect(await stays(quantised, { initializers: [scale, zero, q] })).toEqual([0, ['DequantizeLinear']]);
  const large = [{ op: 'Expand', inputs: ['w1', 'to'], outputs: ['k'] }];
  const to = { initializers: [weights('w1', [1, 1]), int64s('to', 2000, 3)] };
  expect(await stays(large, to)).toEqual([0, ['Expand']]);
  const huge = [{ op: 'ConstantOfShape', inputs: ['to'], outputs: ['k'] }];
  expect(await stays(huge, { initializers: [int64s('to', 2 ** 40, 2 ** 10)] })).toEqual([0, ['ConstantOfShape']]);
});

test('stays within maxFoldedBytes', async () => {
  const model = await read(given([{ ...turned, outputs: ['k'] }]));
  expect(await foldConstants.run(model, { loadRunner: engineRunner, maxFoldedBytes: 23 })).toBe(0);
  expect(await foldConstants.run(model, { loadRunner: engineRunner, maxFoldedBytes: 24 })).toBe(1);
});

test('the default of an input and the outputs of the graph stay', async () => {
  const open = given([{ ...turned, outputs: ['k'] }], { inputs: [float('x', [2, 3]), float('w', [3, 2])] });
  expect((await applyPass(foldConstants, open, { x: floats(2, 3) })).changed).toBe(0);
  const out = given([{ ...turned, outputs: ['k'] }], { outputs: [float('y'), float('k')] });
  expect((await applyPass(foldConstants, out, { x: floats(2, 3) })).changed).toBe(0);
});

test('a node that cannot be run does not keep others from being computed', async () => {
  // ONNX allows Erf of uint64, ONNX Runtime has none.
  const bad = { name: 'bad', type: 'uint64', dims: [2, 3], data: new BigUint64Array(6) } as const;
  const model = await read(
    given(
      [
        { op: 'Sign', inputs: ['bad'], outputs: ['b'] },
        { op: 'Erf', inputs: ['bad'], outputs: ['c'] },
        { op: 'Mul', inputs: ['b', 'c'], outputs: ['d'] },
        { op: 'Cast', inputs: ['d'], outputs: ['e'], attributes: { to: { int: 1 } } },
        { op: 'Transpose', inputs: ['w'], outputs: ['t'] },
        { op: 'Add', inputs: ['t', 'e'], outputs: ['k'] },
      ],
      { initializers: [weights('w', [3, 2]), bad] },
    ),
  );
  await foldConstants.run(model, { loadRunner: engineRunner });
  expect(operators(model)).toEqual(['Erf', 'Mul', 'Cast', 'Add', 'Add']);
});

test('an error of the runner that is none of its own passes', async () => {
  const model = await read(given([{ ...turned, outputs: ['k'] }]));
  const broken = () => Promise.reject(new TypeError('broken'));
  await expect(foldConstants.run(model, { loadRunner: broken })).rejects.toThrow('broken');
});
