import { describe, expect, test } from 'vitest';
import { readModel } from '../../../dist/esm/onnx/file/read-model.js';
import { structureHash } from '../../../dist/esm/onnx/graph/structure-hash.js';
import { mlp } from '../../fixtures/models.js';
import type { OnnxModel, OnnxNode } from '../../fixtures/onnx-writer.js';
import { float, int64s, read, weights } from '../../support/onnx-graphs.js';

const hashOf = async (model: OnnxModel) => structureHash(await read(model));

/** x · w, reshaped and clipped at `max`. */
function model({
  step = 0.1,
  max = 6,
  shape = [4, 2],
  node = {},
  dims = ['N', 4],
}: {
  step?: number;
  max?: number;
  shape?: number[];
  node?: Partial<OnnxNode>;
  dims?: (number | string)[];
} = {}): OnnxModel {
  return {
    inputs: [float('x', dims)],
    outputs: [float('y', ['M', 'K'])],
    nodes: [
      { op: 'Gemm', name: 'dense', inputs: ['x', 'w'], outputs: ['h'], attributes: { transB: { int: 0 } }, ...node },
      { op: 'Reshape', name: 'shape', inputs: ['h', 'size'], outputs: ['r'] },
      { op: 'Identity', name: 'same', inputs: ['limit'], outputs: ['max'] },
      { op: 'Clip', name: 'clip', inputs: ['r', '', 'max'], outputs: ['y'] },
    ],
    initializers: [
      weights('w', [4, 4], step),
      int64s('size', ...shape),
      { name: 'limit', type: 'float32', dims: [], data: Float32Array.of(max) },
    ],
  };
}

/** One of two branches, by `which`. */
const either = (output: string, branch: (name: string) => OnnxModel): OnnxNode => ({
  op: 'If',
  inputs: ['which'],
  outputs: [output],
  attributes: { then_branch: { graph: branch('a') }, else_branch: { graph: branch('b') } },
});

describe('structureHash', () => {
  test('is the same whatever the weights are', async () => {
    expect(await hashOf(model({ step: 0.7 }))).toBe(await hashOf(model()));
    const hashes = [1, 2].map(async (seed) => structureHash(await readModel(mlp({ layers: 2, width: 8, seed }))));
    expect(await hashes[1]).toBe(await hashes[0]);
  });

  test('is the same whatever an open dimension is called', async () => {
    expect(await hashOf(model({ dims: ['batch', 4] }))).toBe(await hashOf(model()));
  });

  test.each<[string, Parameters<typeof model>[0]]>([
    ['a bound, also by way of another node', { max: 7 }],
    ['a shape', { shape: [2, 4] }],
    ['an attribute', { node: { attributes: { transB: { int: 1 } } } }],
    ['the name of a node', { node: { name: 'linear' } }],
    ['an operator', { node: { op: 'MatMul', attributes: {} } }],
    ['a dimension', { dims: [3, 4] }],
  ])('is another with another %s', async (_, other) => {
    expect(await hashOf(model(other))).not.toBe(await hashOf(model()));
  });

  test('looks at numbers of a Constant that say what a node does, not at those that are weights', async () => {
    const constant = (name: string, values: number[]): OnnxNode => ({
      op: 'Constant',
      inputs: [],
      outputs: [name],
      attributes: { value: { tensor: { type: 'float32', dims: [values.length], data: Float32Array.from(values) } } },
    });
    const resized = (scale: number, bias: number): OnnxModel => ({
      inputs: [float('x', [1, 1, 2, 2])],
      outputs: [float('y', [1, 1, 'H', 'W'])],
      nodes: [
        constant('scales', [1, 1, scale, scale]),
        constant('bias', [bias]),
        { op: 'Resize', inputs: ['x', '', 'scales'], outputs: ['r'], attributes: { mode: { string: 'nearest' } } },
        { op: 'Add', inputs: ['r', 'bias'], outputs: ['y'] },
      ],
    });
    expect(await hashOf(resized(2, 5))).toBe(await hashOf(resized(2, 6)));
    expect(await hashOf(resized(3, 5))).not.toBe(await hashOf(resized(2, 5)));
  });

  test('takes weights in branches for weights, and what is around them not', async () => {
    const branches = (bias: number, op: string): OnnxModel => {
      const branch = (name: string): OnnxModel => ({
        inputs: [],
        outputs: [float(name, ['N'])],
        nodes: [{ op, inputs: ['x', `${name}-bias`], outputs: [name] }],
        initializers: [{ name: `${name}-bias`, type: 'float32', dims: [1], data: Float32Array.of(bias) }],
      });
      return {
        inputs: [float('x', ['N']), { name: 'which', type: 'bool', dims: [] }],
        outputs: [float('y', ['N'])],
        nodes: [either('y', branch)],
      };
    };
    expect(await hashOf(branches(1, 'Add'))).toBe(await hashOf(branches(2, 'Add')));
    expect(await hashOf(branches(1, 'Mul'))).not.toBe(await hashOf(branches(1, 'Add')));
  });

  test('takes a bound that comes out of a branch for a bound', async () => {
    const bounded = (bound: number): OnnxModel => {
      const branch = (name: string): OnnxModel => ({
        inputs: [],
        outputs: [float(name, [])],
        nodes: [{ op: 'Identity', inputs: [`${name}-bound`], outputs: [name] }],
        initializers: [{ name: `${name}-bound`, type: 'float32', dims: [], data: Float32Array.of(bound) }],
      });
      return {
        inputs: [float('x', ['N']), { name: 'which', type: 'bool', dims: [] }],
        outputs: [float('y', ['N'])],
        nodes: [either('max', branch), { op: 'Clip', inputs: ['x', '', 'max'], outputs: ['y'] }],
      };
    };
    expect(await hashOf(bounded(6))).not.toBe(await hashOf(bounded(7)));
    expect(await hashOf(bounded(6))).toBe(await hashOf(bounded(6)));
  });
});
