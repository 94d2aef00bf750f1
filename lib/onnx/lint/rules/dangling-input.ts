import { printable } from '../../file/external-location.js';
import type { Value } from '../../graph/value.js';
import type { LintContext } from '../context.js';
import { everyone, type LintRule } from '../rule.js';

export const danglingInput: LintRule = {
  name: 'dangling-input',
  severity: 'error',
  for: everyone,
  summary: 'A node takes, or a graph returns, a value that no input, initialiser or node provides.',
  *node(node, context) {
    for (const value of new Set(node.inputs)) {
      if (!value || isProvided(value, context)) continue;
      yield {
        message: `${printable(node.label)} takes '${printable(value.name)}', which nothing provides`,
        hint: 'Export the model again: the node, input or initialiser of that name was lost, or the name is misspelled.',
        node,
        value,
      };
    }
  },
  *graph(graph, context) {
    for (const value of new Set(graph.outputs)) {
      if (isProvided(value, context)) continue;
      yield {
        message: `the output '${printable(value.name)}' is provided by nothing`,
        hint: 'Take it out of the outputs, or export the model again.',
        value,
        graph,
      };
    }
  },
};

function isProvided(value: Value, context: LintContext): boolean {
  return (
    value.producer !== undefined ||
    value.initializer !== undefined ||
    value.graph.sparse.has(value) ||
    context.isInput(value)
  );
}
