import type { Graph } from '../../../onnx/graph/graph.js';
import type { Node } from '../../../onnx/graph/node.js';
import type { Value } from '../../../onnx/graph/value.js';

/** Nodes that are looked at to find what a node computes from. */
const MAX_NODES = 10_000;

/** The nearest values of `compared` that a node computes from, through nodes whose results are not compared. */
export function comparedInputs(node: Node, compared: ReadonlySet<Value>): Value[] {
  const found = new Set<Value>();
  const seen = new Set<Node>([node]);
  const waiting = [node];
  for (let next = waiting.pop(); next && seen.size < MAX_NODES; next = waiting.pop()) {
    for (const value of taken(next)) {
      const { producer } = value;
      if (compared.has(value)) found.add(value);
      else if (producer && !seen.has(producer)) {
        seen.add(producer);
        waiting.push(producer);
      }
    }
  }
  return [...found];
}

/** What a node takes, also in its subgraphs, of the graph that it is in. */
function taken(node: Node): Set<Value> {
  const values = new Set<Value>();
  const addOf = (user: Node, graph: Graph) => {
    for (const input of user.inputs) if (input?.graph === graph) values.add(input);
  };
  const { graph } = node;
  addOf(node, graph);
  for (const subgraph of node.subgraphs) {
    for (const inner of subgraph.allNodes()) addOf(inner, graph);
    for (const output of subgraph.outputs) if (output.graph === graph) values.add(output);
  }
  return values;
}
