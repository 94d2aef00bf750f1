import { printable } from '../../file/external-location.js';
import { everyone, type LintRule } from '../rule.js';

export const unusedInput: LintRule = {
  name: 'unused-input',
  severity: 'info',
  for: everyone,
  summary: 'No node uses an input of the model, which callers must give all the same.',
  *graph(graph) {
    // The inputs of branches and loop bodies are what their node passes in.
    if (graph.parent) return;
    for (const value of graph.inputs) {
      if (!value.isUnused || value.initializer) continue;
      const hint = 'Take it out with graph.removeInput(value), or export the model without it.';
      yield { message: `nothing uses the input '${printable(value.name)}'`, hint, value, graph };
    }
  },
};
