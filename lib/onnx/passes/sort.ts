import { Pauses } from '../file/pauses.js';
import type { Graph } from '../graph/graph.js';
import type { Node } from '../graph/node.js';
import type { Pass } from './pass.js';

/** Nodes come behind those whose outputs they use. What is in order stays as it is. */
export const sort = {
  name: 'sort',
  async run(model) {
    const pauses = new Pauses();
    let changed = 0;
    for (const graph of [...model.graphs()]) {
      if (await isInOrder(graph, pauses)) continue;
      graph.sort();
      changed++;
    }
    return changed;
  },
} as const satisfies Pass;

async function isInOrder(graph: Graph, pauses: Pauses): Promise<boolean> {
  const seen = new Set<Node>();
  for (const node of graph.nodes) {
    for (const producer of producersOf(node)) if (producer.graphOf === graph && !seen.has(producer)) return false;
    seen.add(node);
    if (pauses.due) await pauses.take();
  }
  return true;
}

/** Nodes that make what a node takes, and what the graphs in it take or return. */
function* producersOf(node: Node): Generator<Node> {
  for (const input of node.inputs) if (input?.producer) yield input.producer;
  for (const graph of node.subgraphs) {
    for (const inner of graph.nodes) yield* producersOf(inner);
    for (const { producer } of graph.outputs) if (producer) yield producer;
  }
}
