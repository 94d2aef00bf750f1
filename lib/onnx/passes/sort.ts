import { sortNodes } from '../graph/sort.js';
import type { Pass } from './pass.js';

/** Nodes come behind those whose outputs they use. What is in order stays as it is. */
export const sort: Pass = {
  name: 'sort',
  run(model) {
    let changed = 0;
    for (const graph of model.graphs()) {
      const sorted = sortNodes(graph);
      if (sorted.every((node, i) => node === graph.nodes[i])) continue;
      graph.sort();
      changed++;
    }
    return changed;
  },
};
