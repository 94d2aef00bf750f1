import { printable } from '../../file/external-location.js';
import { everyone, type LintRule } from '../rule.js';

export const duplicateNodeName: LintRule = {
  name: 'duplicate-node-name',
  severity: 'error',
  for: everyone,
  summary:
    'Nodes of one graph have the same name: the CPU backend refuses it, and layers of an engine cannot be told apart.',
  *graph(graph) {
    const counts = new Map<string, number>();
    for (const { name } of graph.nodes) if (name !== '') counts.set(name, (counts.get(name) ?? 0) + 1);
    for (const [name, count] of counts) {
      if (count === 1) continue;
      yield {
        message: `${count} nodes have the name '${printable(name)}'`,
        hint: 'Give each a name of its own, or none: node.name = model.names.uniqueNode(node.name).',
        node: graph.nodes.find((node) => node.name === name),
        graph,
      };
    }
  },
};
