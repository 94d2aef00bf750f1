import { describe, expect, test } from 'vitest';
import { planMemory } from '../../../dist/esm/toolkit/plan/plan-memory.js';
import { planShapes, tensorBytes } from '../../../dist/esm/toolkit/plan/plan-shapes.js';
import type { PlanHeader, PlanLayer } from '../../../lib/plan/header.js';
import { planDraft } from '../../support/plan-files.js';

const layer = (type: string, inputs: string, name: string, dims: number[], precision = 'float32'): PlanLayer => ({
  name,
  type,
  precision,
  inputs: inputs.split(' '),
  outputs: [{ name, type: precision, dims }],
});

function header(layers: PlanLayer[], overrides: Partial<PlanHeader> = {}): PlanHeader {
  const payload = { offset: 4096, bytes: 1000, sha256: 'b'.repeat(64) };
  return { ...planDraft({ layers, outputs: [] }), payload, ...overrides };
}

/** x is [N, 4]: 1 to 32, best 8. */
const dimsOf = (layers: PlanLayer[], name: string, at: 'min' | 'opt' | 'max' = 'opt') =>
  planShapes(header(layers), at).get(name)?.dims;

describe('planShapes()', () => {
  test('has inputs at each shape of the profile', () => {
    expect(dimsOf([], 'x', 'min')).toEqual([1, 4]);
    expect(dimsOf([], 'x')).toEqual([8, 4]);
    expect(dimsOf([], 'x', 'max')).toEqual([32, 4]);
  });

  test.each<[string, PlanLayer[], (number | null)[]]>([
    ['elementwise', [layer('ACTIVATION', 'x', 'y', [-1, 4])], [8, 4]],
    ['broadcast', [layer('CONSTANT', '', 'w', [1, 4]), layer('ELEMENTWISE', 'w x', 'y', [-1, 4])], [8, 4]],
    ['reduced, but not along the open size', [layer('REDUCE', 'x', 'y', [-1, 1])], [8, 1]],
    ['by rows', [layer('CONVOLUTION', 'x', 'y', [-1, 16])], [8, 16]],
    ['by rows, with another open size', [layer('CONVOLUTION', 'x', 'y', [-1, -1])], [8, null]],
    ['rearranged', [layer('SHUFFLE', 'x', 'y', [2, -1, 2])], [2, 8, 2]],
    ['rearranged with two open sizes', [layer('SHUFFLE', 'x', 'y', [-1, -1])], [null, null]],
    ['a product', [layer('CONSTANT', '', 'w', [4, 7]), layer('MATRIX_MULTIPLY', 'x w', 'y', [-1, 7])], [8, 7]],
    ['joined along a known size', [layer('CONCATENATION', 'x x', 'y', [-1, 8])], [8, 8]],
    ['joined along the open size', [layer('CONCATENATION', 'x x', 'y', [-1, 4])], [16, 4]],
    ['gathered', [layer('CONSTANT', '', 'w', [100, 5]), layer('GATHER', 'w x', 'y', [-1, 4, 5])], [8, 4, 5]],
    ['of a kind that says nothing', [layer('SLICE', 'x', 'y', [-1, 4])], [null, 4]],
    ['of a layer that reads what nobody makes', [layer('ACTIVATION', 'nothing', 'y', [-1, 4])], [null, 4]],
  ])('works out an output: %s', (_, layers, dims) => {
    expect(dimsOf(layers, 'y')).toEqual(dims);
  });

  test('follows elements through layers whose sizes are not known', () => {
    const layers = [layer('SHUFFLE', 'x', 'a', [-1, -1]), layer('SHUFFLE', 'a', 'y', [-1, 2])];
    expect(dimsOf(layers, 'y')).toEqual([16, 2]);
  });

  test('takes layers in any order', () => {
    expect(dimsOf([layer('ACTIVATION', 'a', 'y', [-1, 4]), layer('UNARY', 'x', 'a', [-1, 4])], 'y')).toEqual([8, 4]);
  });

  test('takes sizes from the model, also for values that were cast', () => {
    const layers = [layer('SLICE', 'x', 'y_fp16', [-1, 4]), layer('SLICE', 'x', 'z', [-1, 4])];
    const model = new Map([
      ['y', [3, 4]],
      // Of another rank: not the same value.
      ['z', [3]],
    ]);
    const shapes = planShapes(header(layers), 'opt', { model });
    expect(shapes.get('y_fp16')).toEqual({ dims: [3, 4], count: 12 });
    expect(shapes.get('z')?.count).toBeNull();
  });

  test('takes an open size of an output from the input that has its name', () => {
    const y = { name: 'y', type: 'float32', dims: ['N', 9] };
    const shapes = planShapes(header([layer('SLICE', 'x', 'y', [-1, 9])], { outputs: [y] }), 'opt');
    expect(shapes.get('y')?.dims).toEqual([8, 9]);
  });
});

describe('tensorBytes()', () => {
  test('knows the size of elements, and says null for others', () => {
    const shapes = new Map([['t', { dims: [3], count: 3 }]]);
    const bytes = (type: string) => tensorBytes({ name: 't', type, dims: [3] }, shapes);
    expect(['float32', 'float16', 'int64', 'bool', 'fp8', 'int4', 'constructor'].map(bytes)).toEqual([
      12,
      6,
      24,
      3,
      3,
      2,
      null,
    ]);
    expect(tensorBytes({ name: 'other', type: 'float32', dims: [3] }, shapes)).toBeNull();
  });
});

describe('planMemory()', () => {
  test('is the payload, and what the largest layer reads and writes in the largest shapes', () => {
    const layers = [
      layer('CONSTANT', '', 'w', [4, 400]),
      layer('MATRIX_MULTIPLY', 'x w', 'y', [-1, 400]),
      layer('REDUCE', 'y', 'z', [-1, 1]),
    ];
    // Weights are in the payload: 32 rows of 4 and of 400 elements are not.
    expect(planMemory(header(layers))).toEqual({
      weightsBytes: 1000,
      layerBytes: 32 * 404 * 4,
      layer: 'y',
      totalBytes: 1000 + 32 * 404 * 4,
      unknownLayers: 0,
    });
  });

  test('counts layers of unknown size, and the weights of the model where the plan has none', () => {
    const layers = [layer('SLICE', 'x', 'y', [-1, 4]), layer('ACTIVATION', 'y', 'z', [-1, 4])];
    const memory = planMemory(header(layers, { stripped: true }));
    expect(memory).toMatchObject({ weightsBytes: 2000, unknownLayers: 2, layerBytes: 32 * 4 * 4, layer: 'y' });
  });
});
