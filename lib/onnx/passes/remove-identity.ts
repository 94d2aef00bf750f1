import { Pauses } from '../file/pauses.js';
import type { Node } from '../graph/node.js';
import { factsOf } from '../infer/facts-of.js';
import { bypass } from './identity/bypass.js';
import { type Facts, isNoOp } from './identity/no-ops.js';
import { joinWithProducer } from './identity/pairs.js';
import type { Pass } from './pass.js';

/**
 * Takes out nodes that change nothing: Identity, Cast to the same type, Dropout (in inference), Reshape, Expand, Slice and
 * the like that keep the shape, Pad by nothing, Concat of one; and joins Transpose, Reshape and Cast with one of their kind
 * before them. What is known of shapes and types is what follows from the model's inputs.
 */
export const removeIdentity = {
  name: 'remove-identity',
  async run(model) {
    const pauses = new Pauses();
    const facts = await factsOf(model);
    const opsets = [model.opset, ...model.functions.map((entry) => entry.opsets.get('') ?? 0)];
    // Before operator set 7 an attribute says whether it trains, and it does where nothing is said.
    const dropsOut = opsets.some((version) => version > 0 && version < 7);
    let changed = 0;
    for (const graph of [...model.graphs()]) {
      const gone: Node[] = [];
      for (const node of [...graph.nodes]) {
        if (pauses.due) await pauses.take();
        if (dropsOut && node.is('Dropout')) continue;
        const done = simplify(node, facts);
        if (done) changed++;
        if (done === 'gone') gone.push(node);
      }
      if (gone.length > 0) graph.removeNodes(gone);
    }
    return changed;
  },
} as const satisfies Pass;

function simplify(node: Node, facts: Facts): 'gone' | 'changed' | undefined {
  const source = node.inputs[0];
  if (!source || node.outputs[0] === undefined) return undefined;
  if (isNoOp(node, facts)) return bypass(node, source) ? 'gone' : undefined;
  return joinWithProducer(node, facts);
}
