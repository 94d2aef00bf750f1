import { elementTypeOf } from '../../graph/element-types.js';
import type { Node } from '../../graph/node.js';
import type { Value } from '../../graph/value.js';
import type { Dim } from '../../graph/value-type.js';
import type { Fact, TensorFact } from '../../infer/fact.js';

/** What is known of the values of a model: see `factsOf`. */
export type Facts = ReadonlyMap<Value, Fact>;

type NoOpRule = (node: Node, facts: Facts) => boolean;

/** Whether a node gives its first input as it is. */
export function isNoOp(node: Node, facts: Facts): boolean {
  return node.domain === '' && Object.hasOwn(rules, node.opType) && (rules[node.opType] as NoOpRule)(node, facts);
}

const single: NoOpRule = (node) => node.inputs.length === 1;

const rules: Readonly<Record<string, NoOpRule>> = {
  Identity: () => true,
  Concat: single,
  Max: single,
  Mean: single,
  Min: single,
  Sum: single,
  Cast: (node, facts) => {
    const type = tensorOf(facts, node.inputs[0])?.elementType;
    return type !== undefined && node.attributes.get('to')?.type === 'int' && elementTypeOf(node.int('to', 0)) === type;
  },
  Dropout: (node) => {
    if (node.attributes.has('is_test') || node.attributes.has('training_mode')) return false;
    return node.inputs[2] === undefined || node.inputs[2].constant?.numbers(1)?.[0] === 0;
  },
  Transpose: (node) => node.ints('perm', undefined)?.every((axis, i) => axis === i) ?? false,
  Reshape: keepsShape,
  Expand: keepsShape,
  Flatten: keepsShape,
  Squeeze: keepsShape,
  Tile: (node, facts) => ones(node.inputs[1]) && keepsShape(node, facts),
  Slice: (node, facts) => (node.inputs[4] === undefined || ones(node.inputs[4])) && keepsShape(node, facts),
  Pad: (node) => {
    const pads =
      node.ints('pads', undefined) ?? node.ints('paddings', undefined) ?? node.inputs[1]?.constant?.numbers();
    return pads?.every((pad) => pad === 0) ?? false;
  },
};

function ones(value: Value | undefined): boolean {
  return value?.constant?.numbers()?.every((number) => number === 1) ?? false;
}

/** Whether the output has the shape of the input in every run. */
function keepsShape(node: Node, facts: Facts): boolean {
  const [before, after] = [tensorOf(facts, node.inputs[0])?.dims, tensorOf(facts, node.outputs[0])?.dims];
  return (
    before !== undefined && after?.length === before.length && before.every((dim, i) => isSame(dim, after[i] ?? null))
  );
}

function isSame(a: Dim, b: Dim): boolean {
  return a !== null && a === b;
}

export function tensorOf(facts: Facts, value: Value | undefined): TensorFact | undefined {
  const fact = value && facts.get(value);
  return fact?.kind === 'tensor' ? fact : undefined;
}
