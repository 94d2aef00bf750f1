import { printable } from '../../file/external-location.js';
import { everyone, type LintRule, nvidia } from '../rule.js';

export const missingShape: LintRule = {
  name: 'missing-shape',
  severity: 'warning',
  for: everyone,
  summary:
    'An input has no shape, or an input or output not even a type: profiles, batching and estimates need the rank.',
  *graph(graph, { model }) {
    // Functions have no types, and those of bodies follow.
    if (graph !== model.graph) return;
    for (const value of graph.inputs) {
      if (value.type?.kind === 'other' || value.dims !== undefined) continue;
      const what = value.type === undefined ? 'has no type' : 'has no shape';
      yield {
        message: `input '${printable(value.name)}' ${what}`,
        hint: "State it: value.type = tensorType('float32', ['batch', 3, 224, 224]); open dimensions have names.",
        value,
        severity: value.type === undefined ? 'error' : 'warning',
      };
    }
    for (const value of graph.outputs) {
      if (value.type !== undefined || value.initializer) continue;
      yield {
        message: `output '${printable(value.name)}' has no type, which TensorRT refuses`,
        hint: "State it: value.type = tensorType('float32'), or let inferTypes(model) find it.",
        value,
        severity: 'error',
        for: nvidia,
      };
    }
  },
};
