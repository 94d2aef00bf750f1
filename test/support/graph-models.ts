// Models that tests of the graph tools build by hand, and samples for them.

import type { TensorMap } from 'node-tensorrt';
import { type Attribute, attribute } from '../../dist/esm/onnx/graph/attribute.js';
import { type ElementType, elementCode } from '../../dist/esm/onnx/graph/element-types.js';
import { Model } from '../../dist/esm/onnx/graph/model.js';
import { Tensor } from '../../dist/esm/onnx/graph/tensor.js';
import type { Value } from '../../dist/esm/onnx/graph/value.js';
import { type Dim, tensorType } from '../../dist/esm/onnx/graph/value-type.js';
import { randomNumbers } from './random.js';

/** An empty model of an operator set. */
export function emptyModel(opset = 21): Model {
  const model = new Model();
  model.irVersion = 10;
  model.opsets.set('', opset);
  model.graph.name = 'test';
  return model;
}

export function input(model: Model, name: string, type: ElementType, dims: readonly Dim[]): Value {
  const value = model.graph.declareValue(name, tensorType(type, dims));
  model.graph.addInput(value);
  return value;
}

export function output(model: Model, value: Value, type: ElementType, dims?: readonly Dim[]): void {
  value.type = tensorType(type, dims);
  model.graph.addOutput(value);
}

/** A node with one output, named as its output. */
export function op(
  model: Model,
  opType: string,
  inputs: readonly (Value | undefined)[],
  name: string,
  attributes: Record<string, Attribute> = {},
): Value {
  return model.graph.newNode(opType, inputs, [model.graph.declareValue(name)], { name, attributes }).output;
}

export function castTo(model: Model, value: Value, type: ElementType, name: string): Value {
  return op(model, 'Cast', [value], name, { to: attribute.int(elementCode(type)) });
}

export function constant(model: Model, name: string, dims: readonly number[], values: readonly number[]): Value {
  return model.graph.newInitializer(name, Tensor.float32(dims, values));
}

/** Numbers in [-1, 1), the same for the same seed. */
export function uniform(count: number, seed: number): Float32Array {
  const next = randomNumbers(seed);
  return Float32Array.from({ length: count }, () => next(2 ** 24) / 2 ** 23 - 1);
}

/**
 * `depth` layers of MatMul (mm0, mm1 …), Add (add0 …) and Tanh (tanh0 …) of width 8 from x to y. `noise` is added to the
 * weights of one layer.
 */
export function layers(depth: number, noise?: { layer: number; amount: number }): Model {
  const model = emptyModel();
  let value = input(model, 'x', 'float32', ['n', 8]);
  for (let i = 0; i < depth; i++) {
    const weights = uniform(64, 100 + i).map((weight, k) =>
      noise?.layer === i ? weight * (1 + noise.amount * Math.sin(k)) : weight,
    );
    const product = op(model, 'MatMul', [value, constant(model, `w${i}`, [8, 8], [...weights])], `mm${i}`);
    const sum = op(model, 'Add', [product, constant(model, `b${i}`, [8], [...uniform(8, 200 + i)])], `add${i}`);
    value = op(model, 'Tanh', [sum], i === depth - 1 ? 'y' : `tanh${i}`);
  }
  output(model, value, 'float32', ['n', 8]);
  return model;
}

/** Samples for one float32 input. */
export function* samplesOf(name: string, dims: readonly number[], count: number): Generator<TensorMap> {
  const size = dims.reduce((product, dim) => product * dim, 1);
  for (let i = 0; i < count; i++) yield { [name]: { type: 'float32', dims, data: uniform(size, 1000 + i) } };
}
