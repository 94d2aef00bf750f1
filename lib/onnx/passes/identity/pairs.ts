import { attribute } from '../../graph/attribute.js';
import { type ElementType, elementTypeOf } from '../../graph/element-types.js';
import type { Node } from '../../graph/node.js';
import { bypass } from './bypass.js';
import { type Facts, tensorOf } from './no-ops.js';

/**
 * A node behind another of its kind that takes over from it: Transpose after Transpose, Reshape after Reshape, Cast after a
 * Cast that lost nothing. Returns whether something changed.
 */
export function joinWithProducer(node: Node, facts: Facts): boolean {
  const first = node.inputs[0]?.producer;
  if (!first || !node.is(first.opType) || first.domain !== '' || first.graphOf !== node.graphOf) return false;
  if (node.is('Transpose')) return joinTransposes(first, node);
  if (node.is('Reshape')) return joinReshapes(first, node);
  return node.is('Cast') && joinCasts(first, node, facts);
}

function joinTransposes(first: Node, second: Node): boolean {
  const [a, b] = [first.ints('perm', undefined), second.ints('perm', undefined)];
  const source = first.inputs[0];
  if (!source || !a || a.length !== b?.length) return false;
  const both = b.map((axis) => a[axis] ?? -1);
  if (both.every((axis, i) => axis === i)) return bypass(second, source);
  second.set('perm', attribute.ints(both));
  second.setInput(0, source);
  return true;
}

/** The second one looks at the first's shape only where it takes a size over. */
function joinReshapes(first: Node, second: Node): boolean {
  const source = first.inputs[0];
  const target = second.inputs[1]?.constant?.numbers();
  if (!source || !target || (target.includes(0) && second.int('allowzero', 0) === 0)) return false;
  second.setInput(0, source);
  return true;
}

function joinCasts(first: Node, second: Node, facts: Facts): boolean {
  const source = first.inputs[0];
  const from = tensorOf(facts, source)?.elementType;
  const [between, to] = [target(first), target(second)];
  if (!source || !from || !between || !to || !WIDER[from]?.includes(between)) return false;
  // What lies outside of whole numbers is cut differently by what it comes from.
  const isFloat = from.includes('float');
  if (isFloat && !to.includes('float')) return false;
  if (to === from) return bypass(second, source);
  second.setInput(0, source);
  return true;
}

function target(cast: Node): ElementType | undefined {
  return cast.attributes.get('to')?.type === 'int' ? elementTypeOf(cast.int('to', 0)) : undefined;
}

/** Types that hold every value of a type as it is. */
const WIDER: Readonly<Partial<Record<ElementType, readonly ElementType[]>>> = {
  float16: ['float32', 'float64'],
  bfloat16: ['float32', 'float64'],
  float32: ['float64'],
  int8: ['int16', 'int32', 'int64', 'float32', 'float64'],
  uint8: ['int16', 'uint16', 'int32', 'uint32', 'int64', 'uint64', 'float32', 'float64'],
  int16: ['int32', 'int64', 'float32', 'float64'],
  uint16: ['int32', 'uint32', 'int64', 'uint64', 'float32', 'float64'],
  int32: ['int64', 'float64'],
  uint32: ['int64', 'uint64', 'float64'],
  bool: ['int8', 'uint8', 'int16', 'uint16', 'int32', 'uint32', 'int64', 'uint64', 'float32', 'float64'],
};
