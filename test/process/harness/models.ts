// Writes the models that the fixtures load, and says where: fixtures are plain scripts and cannot build them.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { addTwo, bigWeights, identity, matmul16, mlp, slow, stringConcat } from '../../fixtures/models.js';
import { onnxModel } from '../../fixtures/onnx-writer.js';

/**
 * y = x, float32 [1], after one product of two int64 matrices of size × size. ONNX Runtime has no fast kernel for
 * int64 and cannot stop within an operator: 4096 takes far over 5 seconds on any core (2 · 4096³ = 137 GOP).
 */
export function oneLongOperator(size = 4096): Uint8Array {
  return onnxModel({
    inputs: [{ name: 'x', type: 'float32', dims: [1] }],
    outputs: [{ name: 'y', type: 'float32', dims: [1] }],
    nodes: [
      { op: 'Cast', inputs: ['x'], outputs: ['whole'], attributes: { to: { int: 7 } } },
      { op: 'Expand', inputs: ['whole', 'shape'], outputs: ['matrix'] },
      { op: 'MatMul', inputs: ['matrix', 'matrix'], outputs: ['product'] },
      { op: 'ReduceMax', inputs: ['product'], outputs: ['max'], attributes: { keepdims: { int: 0 } } },
      { op: 'Cast', inputs: ['max'], outputs: ['back'], attributes: { to: { int: 1 } } },
      { op: 'Div', inputs: ['back', 'size'], outputs: ['y'] },
    ],
    initializers: [
      { name: 'shape', type: 'int64', dims: [2], data: BigInt64Array.of(BigInt(size), BigInt(size)) },
      { name: 'size', type: 'float32', dims: [1], data: Float32Array.of(size) },
    ],
  });
}

/** y = the largest of x, float32 ['N'] to [1]. */
function largest(): Uint8Array {
  return onnxModel({
    inputs: [{ name: 'x', type: 'float32', dims: ['N'] }],
    outputs: [{ name: 'y', type: 'float32', dims: [1] }],
    nodes: [{ op: 'ReduceMax', inputs: ['x'], outputs: ['y'], attributes: { keepdims: { int: 1 } } }],
  });
}

/** y = the mean of all rows for each of them, float32 ['N', 4]: a row alone gives itself. */
function mixesRows(): Uint8Array {
  return onnxModel({
    inputs: [{ name: 'x', type: 'float32', dims: ['N', 4] }],
    outputs: [{ name: 'y', type: 'float32', dims: ['N', 4] }],
    nodes: [
      { op: 'ReduceMean', inputs: ['x'], outputs: ['mean'], attributes: { axes: { ints: [0] } } },
      { op: 'Mul', inputs: ['x', 'zero'], outputs: ['zeros'] },
      { op: 'Add', inputs: ['zeros', 'mean'], outputs: ['y'] },
    ],
    initializers: [{ name: 'zero', type: 'float32', dims: [], data: Float32Array.of(0) }],
  });
}

/** y = factor · x, float32 ['N', 64], by a product with weights, which the pool has while the model is loaded. */
function scaled(factor: number): Uint8Array {
  const size = 64;
  return onnxModel({
    inputs: [{ name: 'x', type: 'float32', dims: ['N', size] }],
    outputs: [{ name: 'y', type: 'float32', dims: ['N', size] }],
    nodes: [{ op: 'MatMul', inputs: ['x', 'w'], outputs: ['y'] }],
    initializers: [
      {
        name: 'w',
        type: 'float32',
        dims: [size, size],
        data: Float32Array.from({ length: size * size }, (_, i) => (i % (size + 1) === 0 ? factor : 0)),
      },
    ],
  });
}

const builders = {
  scaled2: () => scaled(2),
  scaled3: () => scaled(3),
  scaled5: () => scaled(5),
  scaled7: () => scaled(7),
  matmul16: () => matmul16(),
  quick: () => slow({ size: 96, iterations: 8 }),
  slow: () => slow({ size: 256, iterations: 20 }),
  mlp: () => mlp({ layers: 8, width: 512 }),
  bigMlp: () => mlp({ layers: 8, width: 1024 }),
  identity: () => identity(),
  addTwo: () => addTwo(),
  rowsOfAnyLength: () => identity('float32', ['N', 'M']),
  mixesRows,
  largest,
  strings: () => stringConcat(),
  rows: () => bigWeights(1),
  weights: () => bigWeights(32),
  long: () => oneLongOperator(),
};

export type ModelName = keyof typeof builders;

/** Writes models for the tests of this file; returns the environment that tells the fixtures where they are. */
export function useModels(...names: ModelName[]): Record<string, string> {
  const env: Record<string, string> = {};
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'node-tensorrt-process-'));
    env['MODELS'] = folder;
    for (const name of names) writeFileSync(join(folder, `${name}.onnx`), builders[name]());
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return env;
}
