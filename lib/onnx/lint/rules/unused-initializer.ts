import { printable } from '../../file/external-location.js';
import { everyone, type LintRule } from '../rule.js';

export const unusedInitializer: LintRule = {
  name: 'unused-initializer',
  severity: 'warning',
  for: everyone,
  summary: 'An initialiser is used by no node and returned by no graph.',
  *graph(graph) {
    for (const value of [...graph.initializers, ...graph.sparse.keys()]) {
      if (!value.isUnused) continue;
      const bytes = value.initializer?.byteLength ?? 0;
      yield {
        message: `nothing uses the initialiser '${printable(value.name)}' of ${bytes} bytes`,
        hint: 'Take it out: node-tensorrt optimize IN -o OUT.',
        value,
        graph,
      };
    }
  },
};
