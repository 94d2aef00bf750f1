import { printable } from '../../file/external-location.js';
import type { Node } from '../../graph/node.js';
import { everyone, type LintRule, type Problem } from '../rule.js';

/** Found by the linter itself, where another rule meets such an attribute. */
export const attributeKind = {
  name: 'attribute-kind',
  severity: 'error',
  for: everyone,
  summary: 'An attribute is of another kind than its operator has, or a node lacks what it cannot be without.',
  problem: (error: Error, node: Node | undefined): Problem => ({
    message: printable(error.message),
    hint: 'Export the model again, or correct the attribute with Node.set.',
    node,
  }),
} satisfies LintRule & { problem: unknown };
