import { printable } from '../../file/external-location.js';
import type { Graph } from '../../graph/graph.js';
import type { Node } from '../../graph/node.js';
import type { Value } from '../../graph/value.js';
import type { LintContext } from '../context.js';
import type { LintRule } from '../rule.js';

export const unsortedNodes: LintRule = {
  name: 'unsorted-nodes',
  severity: 'warning',
  for: ['onnx'],
  summary:
    'A node stands before one whose result it takes. ONNX forbids it; the CPU backend and TensorRT sort by themselves.',
  *graph(graph, context) {
    const found = firstUnsorted(graph, context);
    if (!found) return;
    const { node, value } = found;
    yield {
      message: `${printable(node.label)} takes '${printable(value.name)}' before it is produced`,
      hint: 'Graph.sort() puts the nodes in order; so does node-tensorrt optimize.',
      node,
      value,
      graph,
    };
  },
};

/** The first node of a graph that takes what a later one, or itself, produces; in its subgraphs too. */
export function firstUnsorted(graph: Graph, context: LintContext): { node: Node; value: Value } | undefined {
  const isLater = (value: Value | undefined, place: number) =>
    value?.producer !== undefined && value.graph === graph && (context.place.get(value.producer) ?? 0) >= place;
  for (const [place, node] of graph.nodes.entries()) {
    for (const value of node.inputs) if (value && isLater(value, place)) return { node, value };
    for (const inner of node.subgraphs) {
      for (const nested of inner.allNodes()) {
        for (const value of nested.inputs) if (value && isLater(value, place)) return { node, value };
      }
    }
  }
  return undefined;
}
