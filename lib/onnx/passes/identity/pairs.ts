import { attribute } from '../../graph/attribute.js';
import { type ElementType, elementTypeOf } from '../../graph/element-types.js';
import type { Node } from '../../graph/node.js';
import { bypass } from './bypass.js';
import { type Facts, tensorOf } from './no-ops.js';

type Joined = 'gone' | 'changed' | undefined;

/**
 * A node behind another of its kind that takes over from it: Transpose after Transpose, Reshape after Reshape, Cast after a
 * Cast that lost nothing. 'gone': the node is of no use any more.
 */
export function joinWithProducer(node: Node, facts: Facts): Joined {
  const first = node.inputs[0]?.producer;
  if (!first || !node.is(first.opType) || first.domain !== '' || first.graphOf !== node.graphOf) return undefined;
  if (node.is('Transpose')) return joinTransposes(first, node);
  if (node.is('Reshape')) return joinReshapes(first, node);
  return node.is('Cast') ? joinCasts(first, node, facts) : undefined;
}

function joinTransposes(first: Node, second: Node): Joined {
  const [a, b] = [first.ints('perm', undefined), second.ints('perm', undefined)];
  const source = first.inputs[0];
  if (!source || !a || a.length !== b?.length) return undefined;
  const both = b.map((axis) => a[axis] ?? -1);
  if (both.every((axis, i) => axis === i)) return bypass(second, source) ? 'gone' : undefined;
  second.set('perm', attribute.ints(both));
  second.setInput(0, source);
  return 'changed';
}

/** The second one looks at the first's shape only where it takes a size over. */
function joinReshapes(first: Node, second: Node): Joined {
  const source = first.inputs[0];
  const target = second.inputs[1]?.constant?.numbers();
  if (!source || !target || (target.includes(0) && second.int('allowzero', 0) === 0)) return undefined;
  second.setInput(0, source);
  return 'changed';
}

function joinCasts(first: Node, second: Node, facts: Facts): Joined {
  const source = first.inputs[0];
  const from = tensorOf(facts, source)?.elementType;
  const [between, to] = [target(first), target(second)];
  if (!source || !from || !between || !to || !WIDER[from]?.includes(between)) return undefined;
  // What lies outside of whole numbers is cut differently by what it comes from.
  const isFloat = from.includes('float');
  if (isFloat && !to.includes('float')) return undefined;
  if (to === from) return bypass(second, source) ? 'gone' : undefined;
  second.setInput(0, source);
  return 'changed';
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
