import type { Graph } from '../graph/graph.js';
import type { Model } from '../graph/model.js';
import { inferShapes } from '../infer/infer-shapes.js';
import type { Pass } from './pass.js';

/**
 * What makes a file well-formed for strict readers: every node has a name and no two the same, no output is listed twice,
 * types that are stated of values are of values that are there, and right; and operator sets are imported that are
 * used. Names of values and documentation stay.
 */
export const sanitize = {
  name: 'sanitize',
  async run(model) {
    let changed = nameNodes(model) + removeImports(model);
    for (const graph of model.graphs()) changed += uniqueOutputs(graph) + removeTypes(graph);
    return changed + (await correctTypes(model));
  },
} as const satisfies Pass;

function nameNodes(model: Model): number {
  const taken = new Set<string>();
  let changed = 0;
  for (const node of model.nodes()) {
    if (node.name === '' || taken.has(node.name)) {
      node.name = model.names.uniqueNode(node.name || node.opType);
      changed++;
    }
    taken.add(node.name);
  }
  return changed;
}

function uniqueOutputs(graph: Graph): number {
  // The outputs of a branch or body count by their places.
  if (graph.parent) return 0;
  const unique = [...new Set(graph.outputs)];
  const changed = graph.outputs.length - unique.length;
  if (changed > 0) graph.setOutputs(unique);
  return changed;
}

/** Of values that are nowhere any more, and of inputs and outputs, which state their types themselves. */
function removeTypes(graph: Graph): number {
  let changed = 0;
  for (const value of [...graph.valueInfo]) {
    if ((value.producer || value.initializer) && !value.isInput && !value.returnedBy.has(graph)) continue;
    graph.valueInfo.delete(value);
    changed++;
  }
  return changed;
}

async function correctTypes(model: Model): Promise<number> {
  if ([...model.graphs()].every(({ valueInfo }) => valueInfo.size === 0)) return 0;
  const stated = new Map([...model.graphs()].flatMap(({ values }) => [...values].map((value) => [value, value.type])));
  const { conflicts } = await inferShapes(model);
  // All else as it was: who wants more types asks for them.
  for (const graph of model.graphs()) for (const value of graph.values) value.type = stated.get(value);
  let changed = 0;
  for (const { value } of conflicts) {
    if (!value.graph.valueInfo.delete(value)) continue;
    value.type = undefined;
    changed++;
  }
  return changed;
}

function removeImports(model: Model): number {
  const used = new Set(['']);
  for (const { domain } of model.nodes()) used.add(domain);
  for (const { domain, opsets } of model.functions) {
    used.add(domain);
    for (const imported of opsets.keys()) used.add(imported);
  }
  let changed = 0;
  for (const domain of [...model.opsets.keys()]) {
    if (used.has(domain)) continue;
    model.opsets.delete(domain);
    changed++;
  }
  return changed;
}
