import { Pauses } from '../file/pauses.js';
import { becomeConstant, canHoldConstants } from './become-constant.js';
import type { Pass } from './pass.js';

/** Constant nodes become initialisers under the same name; not in functions, which have none, nor where they are outputs. */
export const constantToInitializer = {
  name: 'constant-to-initializer',
  async run(model) {
    if (!canHoldConstants(model)) return 0;
    const pauses = new Pauses();
    let changed = 0;
    for (const graph of model.graph.withSubgraphs()) {
      const gone = [];
      for (const node of graph.nodes) {
        const tensor = node.constantOutput;
        const value = node.outputs[0];
        if (!tensor || !value || value.returnedBy.size > 0) continue;
        becomeConstant(value, tensor);
        gone.push(node);
        if (pauses.due) await pauses.take();
      }
      if (gone.length > 0) graph.removeNodes(gone);
      changed += gone.length;
    }
    return changed;
  },
} as const satisfies Pass;
