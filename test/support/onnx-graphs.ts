// Small models for the tests of the graph tools: written, read, and run on the CPU.

import type { TensorMap } from 'node-tensorrt';
import { expect } from 'vitest';
import { engineRunner } from '../../dist/esm/engine/model-runner.js';
import { readModel } from '../../dist/esm/onnx/file/read-model.js';
import { serializeModel } from '../../dist/esm/onnx/file/write-model.js';
import type { Model } from '../../dist/esm/onnx/graph/model.js';
import type { Pass } from '../../dist/esm/onnx/passes/pass.js';
import {
  type OnnxDim,
  type OnnxInitializer,
  type OnnxModel,
  type OnnxValue,
  onnxModel,
} from '../fixtures/onnx-writer.js';

export const float = (name: string, dims?: readonly OnnxDim[]): OnnxValue => ({ name, type: 'float32', ...(dims && { dims }) }); // biome-ignore format: short

/** Weights 0.1, 0.2, 0.3 … of a shape. */
export function weights(name: string, dims: readonly number[], step = 0.1): OnnxInitializer {
  const count = dims.reduce((product, dim) => product * dim, 1);
  return { name, type: 'float32', dims, data: Float32Array.from({ length: count }, (_, i) => step * (i + 1)) };
}

export const int64s = (name: string, ...values: number[]): OnnxInitializer => ({
  name,
  type: 'int64',
  dims: [values.length],
  data: BigInt64Array.from(values.map(BigInt)),
});

export const read = (given: OnnxModel): Promise<Model> => readModel(onnxModel(given));

/** Operators of the main graph, in order. */
export const operators = (model: Model): string[] => model.graph.nodes.map(({ opType }) => opType);

/** A tensor of numbers that are different, and the same every time. */
export function floats(...dims: number[]): TensorMap[string] {
  const count = dims.reduce((product, dim) => product * dim, 1);
  return { type: 'float32', dims, data: Float32Array.from({ length: count }, (_, i) => Math.sin(i * 1.7 + 0.3)) };
}

/** `optimize` true: as ONNX Runtime changes the graph by itself. */
export async function runModel(model: Model, inputs: TensorMap, optimize = false): Promise<TensorMap> {
  const runner = await engineRunner(await serializeModel(model), { optimize });
  try {
    return await runner.run(inputs);
  } finally {
    await runner.close();
  }
}

/** Runs a pass over a model and checks that its outputs are the same, bit by bit, or to so many digits. */
export async function applyPass(pass: Pass, given: OnnxModel, inputs: TensorMap, digits?: number) {
  const [before, model] = [await read(given), await read(given)];
  const changed = await pass.run(model, { loadRunner: engineRunner });
  await expectSame(before, model, inputs, digits);
  expect(await pass.run(model, { loadRunner: engineRunner }), 'a second run changes nothing').toBe(0);
  return { model, changed, operators: operators(model) };
}

export async function expectSame(before: Model, after: Model, inputs: TensorMap, digits?: number): Promise<void> {
  expectClose(await runModel(after, inputs), await runModel(before, inputs), digits);
}

/** The same outputs in the same order: to so many digits, or bit by bit. */
export function expectClose(actual: TensorMap, expected: TensorMap, digits?: number): void {
  expect(Object.keys(actual)).toEqual(Object.keys(expected));
  for (const [name, { type, dims, data }] of Object.entries(expected)) {
    const made = actual[name];
    expect([made?.type, made?.dims]).toEqual([type, dims]);
    const values = made?.data as Float32Array;
    if (digits === undefined) expect(bytesOf(values).equals(bytesOf(data as Float32Array)), name).toBe(true);
    else expect(largestDifference(data as Float32Array, values), name).toBeLessThan(0.5 * 10 ** -digits);
  }
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

function largestDifference(a: Float32Array, b: Float32Array): number {
  return a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - (b[i] ?? Number.NaN))), 0);
}
