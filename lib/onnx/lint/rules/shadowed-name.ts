import { printable } from '../../file/external-location.js';
import type { LintRule } from '../rule.js';

export const shadowedName: LintRule = {
  name: 'shadowed-name',
  severity: 'warning',
  for: ['onnx'],
  summary: 'A value of a branch or loop body has the name of one around it, which ONNX forbids.',
  *graph(graph) {
    const { outer } = graph;
    if (!outer) return;
    for (const value of graph.values) {
      const hidden = outer.find(value.name);
      if (!hidden) continue;
      yield {
        message: `'${printable(value.name)}' hides the value of that name in the graph around it`,
        hint: 'Give it another name: graph.rename(value, model.names.unique(value.name)).',
        value,
        graph,
      };
    }
  },
};
