import { expect, test } from 'vitest';
import { foldBatchNorm } from '../../../dist/esm/onnx/passes/fold-batch-norm.js';
import type { OnnxModel, OnnxNode, OnnxValue } from '../../fixtures/onnx-writer.js';
import { applyPass, float, floats, weights } from '../../support/onnx-graphs.js';

const norm = { op: 'BatchNormalization', inputs: ['c', 'gamma', 'beta', 'mean', 'var'], outputs: ['y'] };

function given(layer: OnnxNode, channels: number, dims: OnnxValue['dims'], w: readonly number[]): OnnxModel {
  const of = (name: string, step: number) => weights(name, [channels], step);
  return {
    inputs: [float('x', dims)],
    outputs: [float('y')],
    initializers: [
      weights('w', w, 0.01),
      of('b', 0.3),
      of('gamma', 0.5),
      of('beta', -0.2),
      of('mean', 0.1),
      of('var', 0.7),
    ],
    nodes: [layer, norm],
  };
}

test.each([
  ['Conv', { op: 'Conv', inputs: ['x', 'w', 'b'], outputs: ['c'] }, 4, [2, 3, 5, 5], [4, 3, 3, 3], ['Conv']],
  [
    'Conv without a bias, in groups',
    { op: 'Conv', inputs: ['x', 'w'], outputs: ['c'], attributes: { group: { int: 2 } } },
    4,
    [1, 6, 5, 5],
    [4, 3, 3, 3],
    ['Conv'],
  ],
  [
    'ConvTranspose in groups',
    { op: 'ConvTranspose', inputs: ['x', 'w', 'b'], outputs: ['c'], attributes: { group: { int: 2 } } },
    6,
    [1, 4, 5, 5],
    [4, 3, 2, 2],
    ['ConvTranspose'],
  ],
  [
    'Gemm',
    { op: 'Gemm', inputs: ['x', 'w', 'b'], outputs: ['c'], attributes: { alpha: { float: 0.5 }, beta: { float: 2 } } },
    5,
    [2, 3],
    [3, 5],
    ['Gemm'],
  ],
  [
    'Gemm, weights turned',
    { op: 'Gemm', inputs: ['x', 'w'], outputs: ['c'], attributes: { transB: { int: 1 } } },
    5,
    [2, 3],
    [5, 3],
    ['Gemm'],
  ],
  ['MatMul', { op: 'MatMul', inputs: ['x', 'w'], outputs: ['c'] }, 5, [2, 3], [3, 5], ['MatMul', 'Add']],
] as const)('a norm goes into %s', async (_, layer, channels, dims, w, expected) => {
  const { operators, changed } = await applyPass(
    foldBatchNorm,
    given(layer, channels, dims, w),
    { x: floats(...dims) },
    4,
  );
  expect([changed, operators]).toEqual([1, expected]);
});

test('weights of more than a piece are scaled as they are read', async () => {
  // 1.2 MB, so that they stay in the file and come in two pieces.
  const layer = { op: 'Gemm', inputs: ['x', 'w', 'b'], outputs: ['c'] };
  const model = { ...given(layer, 300, [1, 1000], [1000, 300]) };
  const large = { ...weights('w', [1000, 300]), data: Float32Array.from({ length: 300_000 }, (_, i) => Math.sin(i)) };
  const initializers = [large, ...(model.initializers ?? []).slice(1)];
  const { changed } = await applyPass(foldBatchNorm, { ...model, initializers }, { x: floats(1, 1000) }, 3);
  expect(changed).toBe(1);
});

test('stays where something else sees what it takes, where it trains, and where channels are not the last axis', async () => {
  const layer = { op: 'Conv', inputs: ['x', 'w', 'b'], outputs: ['c'] };
  const model = given(layer, 4, [2, 3, 5, 5], [4, 3, 3, 3]);
  const stays = async (changes: Partial<OnnxModel>, dims: readonly number[] = [2, 3, 5, 5]) => {
    const { changed } = await applyPass(foldBatchNorm, { ...model, ...changes }, { x: floats(...dims) });
    expect(changed).toBe(0);
  };
  await stays({ outputs: [float('y'), float('c')] });
  await stays({
    nodes: [layer, norm, { op: 'Relu', inputs: ['c'], outputs: ['z'] }],
    outputs: [float('y'), float('z')],
  });
  const deep = given({ op: 'MatMul', inputs: ['x', 'w'], outputs: ['c'] }, 5, [2, 5, 3], [3, 5]);
  await stays(deep, [2, 5, 3]);
  const variance = { ...weights('var', [4], -1) };
  await stays({ initializers: [...(model.initializers ?? []).slice(0, -1), variance] });
});
