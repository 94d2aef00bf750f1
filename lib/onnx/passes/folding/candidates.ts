import { Pauses } from '../../file/pauses.js';
import { rawByteLength } from '../../graph/element-types.js';
import type { Graph } from '../../graph/graph.js';
import type { Node } from '../../graph/node.js';
import { elementCount } from '../../graph/tensor.js';
import type { Value } from '../../graph/value.js';
import { functionKey } from '../../infer/function-key.js';
import { allNumbers } from '../../infer/shapes/dims.js';
import { isPure } from '../effects.js';
import { type Facts, tensorOf } from '../identity/no-ops.js';

/** A node that can be computed, and how many bytes it gives. */
export interface Candidate {
  readonly node: Node;
  readonly bytes: number;
}

/** Outputs of up to this size are computed whatever they are made of. */
const SMALL_BYTES = 16_384;
/** Larger ones may be this many times their inputs. */
const MAX_GROWTH = 2;

/** What carries the precision that somebody chose: stays as it is. */
const KEPT: ReadonlySet<string> = new Set(['Constant', 'QuantizeLinear', 'DequantizeLinear', 'DynamicQuantizeLinear']);

const CARRIED: ReadonlySet<string> = new Set([
  ...['float32', 'float64', 'float16', 'bfloat16', 'bool'],
  ...['int8', 'uint8', 'int16', 'uint16', 'int32', 'uint32', 'int64', 'uint64'],
]);

/** Nodes of a graph all of whose inputs are constants, or outputs of such nodes, and whose outputs are not too large. */
export async function candidatesOf(
  graph: Graph,
  facts: Facts,
  own: ReadonlySet<string>,
  maxBytes: number,
): Promise<Candidate[]> {
  const pauses = new Pauses();
  const computed = new Set<Value>();
  const found: Candidate[] = [];
  for (const node of graph.nodes) {
    if (pauses.due) await pauses.take();
    if (!isComputable(node, own) || !node.inputs.every((input) => !input || input.constant || computed.has(input)))
      continue;
    const before = sum(node.inputs.map((input) => bytesOf(input, facts) ?? 0));
    const bytes = sum(node.outputs.map((output) => (output ? (bytesOf(output, facts) ?? Number.NaN) : 0)));
    if (!(bytes <= maxBytes) || bytes > Math.max(SMALL_BYTES, MAX_GROWTH * before)) continue;
    for (const output of node.outputs) if (output) computed.add(output);
    found.push({ node, bytes: bytes + before });
  }
  return found;
}

export function isComputable(node: Node, own: ReadonlySet<string>): boolean {
  if (node.domain !== '' || KEPT.has(node.opType) || !isPure(node)) return false;
  if (own.size > 0 && own.has(functionKey({ domain: '', name: node.opType, overload: '' }))) return false;
  const isUsed = node.outputs.some((output) => output && output.uses.size > 0);
  return isUsed && node.inputs.some((input) => input) && node.outputs.every((output) => !output?.returnedBy.size);
}

/** Bytes of a value of known shape; undefined where that is not known, or its type is not carried. */
function bytesOf(value: Value | undefined, facts: Facts): number | undefined {
  const constant = value?.constant;
  if (constant) return constant.byteLength;
  const fact = tensorOf(facts, value);
  const dims = allNumbers(fact?.dims);
  if (!fact?.elementType || !dims || !CARRIED.has(fact.elementType)) return undefined;
  return rawByteLength(fact.elementType, elementCount(dims));
}

function sum(list: readonly number[]): number {
  return list.reduce((a, b) => a + b, 0);
}
