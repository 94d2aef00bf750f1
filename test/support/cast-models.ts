// Small models for the tests of castModel(), and what is true of all that it casts.

import { type CastOptions, castModel, type Model, type Node } from 'node-tensorrt/onnx';
import { expect } from 'vitest';
import { type OnnxModel, onnxModel } from '../fixtures/onnx-writer.js';

export const x = { name: 'x', type: 'float32', dims: ['N', 4] } as const;
export const y = { name: 'y', type: 'float32', dims: ['N', 4] } as const;
export const weight = (name: string, data: number[], dims = [data.length]) =>
  ({ name, type: 'float32', dims, data: Float32Array.from(data) }) as const;
export const identity4 = weight('w', [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1], [4, 4]);

/** x → MatMul → a → Relu → b → Mul → y */
export const chain = (more: Partial<OnnxModel> = {}) =>
  onnxModel({
    inputs: [x],
    outputs: [y],
    nodes: [
      { op: 'MatMul', name: 'product', inputs: ['x', 'w'], outputs: ['a'] },
      { op: 'Relu', name: 'relu', inputs: ['a'], outputs: ['b'] },
      { op: 'Mul', name: 'scale', inputs: ['b', 'factor'], outputs: ['y'] },
    ],
    initializers: [identity4, weight('factor', [2], [])],
    ...more,
  });

export const cast = async (bytes: Uint8Array, options: Partial<CastOptions> = {}) =>
  castModel(bytes, { to: 'fp16', ...options });

/** No cast behind a cast of floating-point values, and none twice. */
export function expectFewCasts(model: Model): void {
  const isCast = (node: Node | undefined): node is Node => node?.opType === 'Cast';
  const seen = new Set<string>();
  for (const node of model.nodes()) {
    const [input] = node.inputs;
    if (!isCast(node) || !input?.elementType?.includes('float')) continue;
    const key = `${input?.name} ${node.int('to', 0)}`;
    expect(seen.has(key), key).toBe(false);
    seen.add(key);
    const before = isCast(input?.producer) ? input.producer : undefined;
    if (before?.inputs[0]?.elementType?.startsWith('float'))
      expect(before.inputs[0].elementType, key).not.toMatch(/^b?float/);
  }
}
