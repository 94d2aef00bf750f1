import type { Node } from '../../graph/node.js';
import type { Value } from '../../graph/value.js';

/**
 * Makes what used the first output of a node use `source`; the node is of no use then, and to be taken out. false: it must
 * stay, as the output of a graph that cannot be `source` itself.
 */
export function bypass(node: Node, source: Value): boolean {
  const { output } = node;
  if (node.outputs.some((other, i) => i > 0 && other && !other.isUnused)) return false;
  if (output.returnedBy.size > 0) {
    const isOwn = source.graph === output.graph && [...output.returnedBy].every((graph) => graph === output.graph);
    if (!isOwn || source.producer === undefined || source.returnedBy.size > 0) return false;
  }
  output.replaceUses(source);
  return true;
}
