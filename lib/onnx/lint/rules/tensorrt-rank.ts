import { printable } from '../../file/external-location.js';
import { type LintRule, nvidia } from '../rule.js';

const MAX_DIMS = 8;

export const tensorrtRank: LintRule = {
  name: 'tensorrt-rank',
  severity: 'error',
  for: nvidia,
  summary: 'A tensor has more than 8 dimensions.',
  *graph(graph) {
    for (const value of graph.values) {
      const rank = (value.dims ?? value.initializer?.dims)?.length ?? 0;
      if (rank <= MAX_DIMS) continue;
      yield {
        message: `'${printable(value.name)}' has ${rank} dimensions, and TensorRT takes up to ${MAX_DIMS}`,
        hint: 'Merge dimensions by Reshape when you export.',
        value,
        graph,
      };
    }
  },
};
