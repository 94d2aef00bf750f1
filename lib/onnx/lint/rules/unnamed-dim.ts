import { printable } from '../../file/external-location.js';
import { everyone, type LintRule } from '../rule.js';

export const unnamedDim: LintRule = {
  name: 'unnamed-dim',
  severity: 'warning',
  for: everyone,
  summary: 'A dimension of an input has neither size nor name, so that nothing tells which dimensions are equal.',
  *graph(graph) {
    if (graph.parent) return;
    for (const value of graph.inputs) {
      const open = value.dims?.flatMap((dim, i) => (dim === null ? [i] : [])) ?? [];
      if (open.length === 0) continue;
      const which = open.length === 1 ? `dimension ${open[0]} has` : `dimensions ${open.join(', ')} have`;
      yield {
        message: `input '${printable(value.name)}': ${which} neither size nor name`,
        hint: 'Name them when you export (dynamic_axes, dynamic_shapes), or fix the first: node-tensorrt optimize IN -o OUT --batch N.',
        value,
        graph,
      };
    }
  },
};
