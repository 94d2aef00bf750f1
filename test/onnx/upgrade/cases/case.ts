import type { TensorMap } from 'node-tensorrt';
import type { OnnxModel, OnnxNode, OnnxType, OnnxValue } from '../../../fixtures/onnx-writer.js';

/** An old model, and what upgrading it to 21 must give. */
export interface UpgradeCase {
  title: string;
  model: OnnxModel & { opset: number };
  inputs: TensorMap;
  /** Operators of the main graph afterwards, in order. */
  becomes: string[];
  /** Where ONNX Runtime does not run the old model: what comes out. @default what comes out of the old model */
  expected?: TensorMap;
  /** How far apart numbers may be: where the step computes another way. @default 0, bit by bit */
  tolerance?: number;
  /** What `onnx.version_converter` makes of it. @default 'same' */
  converter?: 'same' | 'fails' | 'wrong';
  /** The first operator set that can say it. @default any */
  least?: number;
  /** Nodes of which the report has notes. @default none */
  notes?: string[];
}

/** Numbers between -2 and 2 that look random and are always the same. */
export function floats(...dims: number[]) {
  return float32(dims, (i) => Math.sin(i * 12.9898 + dims.length) * 2);
}

export function float32(dims: readonly number[], value: (i: number) => number) {
  const count = dims.reduce((product, dim) => product * dim, 1);
  return { type: 'float32' as const, dims: [...dims], data: Float32Array.from({ length: count }, (_, i) => value(i)) };
}

export function int64(dims: readonly number[], values: readonly number[]) {
  return { type: 'int64' as const, dims: [...dims], data: BigInt64Array.from(values.map(BigInt)) };
}

export interface OneNode extends Partial<Omit<UpgradeCase, 'model' | 'inputs'>> {
  opset: number;
  op: string;
  inputs: TensorMap;
  /** Names and types of outputs. @default { y: 'float32' } */
  outputs?: Record<string, OnnxType>;
  attributes?: OnnxNode['attributes'];
  /** Outputs of the node that the model returns. @default all */
  returns?: string[];
  /** Inputs behind those of the model; '' is one that is left out. */
  constants?: (TensorMap[string] | '')[];
  /** What the model says of the sizes of its inputs; null: not even the rank of what the node takes. @default free sizes */
  dims?: 'stated' | null;
}

/** A model of one node. */
export function oneNode(given: OneNode): UpgradeCase {
  const { opset, op, inputs, attributes = {}, constants = [], dims, returns, ...rest } = given;
  const outputs = Object.entries(given.outputs ?? { y: 'float32' as const });
  const values = Object.entries(inputs).map(([name, { type, dims: sizes }]): OnnxValue => {
    return { name, type: type as OnnxType, dims: dims === 'stated' ? [...sizes] : sizes.map((_, i) => `${name}${i}`) };
  });
  const initializers = constants.flatMap((tensor, i) =>
    tensor === ''
      ? []
      : [{ ...tensor, name: `c${i}`, type: tensor.type as OnnxType, data: tensor.data as Float32Array }],
  );
  const names = Object.keys(inputs);
  const hidden = dims === null ? names.map((name) => `${name}_hidden`) : names;
  const node = {
    op,
    name: 'node',
    inputs: [...hidden, ...constants.map((tensor, i) => (tensor === '' ? '' : `c${i}`))],
    outputs: outputs.map(([name]) => name),
    attributes,
  };
  const nodes: OnnxNode[] = [node];
  const all: TensorMap = { ...inputs };
  if (dims === null) {
    // A shape that comes as an input hides the rank.
    for (const [name, { dims: sizes }] of Object.entries(inputs)) {
      all[`${name}_shape`] = int64([sizes.length], sizes);
      values.push({ name: `${name}_shape`, type: 'int64', dims: ['rank'] });
      nodes.unshift({ op: 'Reshape', inputs: [name, `${name}_shape`], outputs: [`${name}_hidden`] });
    }
  }
  const returned = outputs.filter(([name]) => returns?.includes(name) ?? true).map(([name, type]) => ({ name, type }));
  return {
    title: `${op} of ${opset}`,
    becomes: [op],
    ...rest,
    inputs: all,
    model: { opset, nodes, inputs: values, outputs: returned, initializers },
  };
}
