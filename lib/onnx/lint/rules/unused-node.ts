import { printable } from '../../file/external-location.js';
import { everyone, type LintRule } from '../rule.js';

export const unusedNode: LintRule = {
  name: 'unused-node',
  severity: 'warning',
  for: everyone,
  summary: 'No output of the model depends on a node.',
  *node(node, context) {
    if (context.live.has(node)) return;
    // What is in it is as dead: one finding is enough.
    const parent = node.graph.parent;
    if (parent && !context.live.has(parent)) return;
    yield {
      message: `no output depends on ${printable(node.label)}`,
      hint: 'Take it out: node-tensorrt optimize IN -o OUT.',
      node,
    };
  },
};
