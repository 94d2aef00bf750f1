import { printable } from '../../file/external-location.js';
import type { Dim } from '../../graph/value-type.js';
import { everyone, type LintRule } from '../rule.js';

export const batchDimension: LintRule = {
  name: 'batch-dimension',
  severity: 'info',
  for: everyone,
  summary:
    'The first dimension is fixed to 1, so that requests cannot be batched, or is named differently on inputs and outputs.',
  *graph(graph, { model }) {
    if (graph !== model.graph) return;
    const first = (values: typeof graph.inputs) =>
      values.filter(({ dims, initializer }) => dims && dims.length > 0 && !initializer);
    const inputs = first(graph.inputs);
    if (inputs.length === 0) return;
    if (inputs.every(({ dims }) => dims?.[0] === 1)) {
      yield {
        message: 'the first dimension of every input is fixed to 1',
        hint: 'Open it, if the model treats rows by themselves: node-tensorrt optimize IN -o OUT --batch N (a name).',
        value: inputs[0],
      };
      return;
    }
    const names = new Set<Dim>();
    for (const { dims } of [...inputs, ...first(graph.outputs)]) {
      if (typeof dims?.[0] === 'string') names.add(dims[0]);
    }
    if (names.size < 2) return;
    yield {
      message: `the first dimensions have different names: ${[...names]
        .slice(0, 5)
        .map((name) => `'${printable(String(name))}'`)
        .join(', ')}`,
      hint: 'If they are one, name them so: node-tensorrt optimize IN -o OUT --batch NAME. Batching is proved at the load either way.',
      value: inputs[0],
    };
  },
};
