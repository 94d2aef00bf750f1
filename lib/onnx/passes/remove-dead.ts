import { Pauses } from '../file/pauses.js';
import type { Graph } from '../graph/graph.js';
import type { Model } from '../graph/model.js';
import type { Node } from '../graph/node.js';
import { functionKey } from '../infer/function-key.js';
import { isDisposable } from './effects.js';
import { leaveOutUnusedOutputs } from './optional-outputs.js';
import type { Pass } from './pass.js';

/**
 * What nothing uses goes: nodes, optional outputs of others, initialisers, types of values that are not there, functions that nobody calls. Inputs of
 * the model stay, and nodes of domains that are not known, which may do more than give outputs.
 */
export const removeDead = {
  name: 'remove-dead',
  async run(model) {
    const own = new Set(model.functions.map(({ domain }) => domain));
    let changed = removeFunctions(model);
    // Inner graphs last: a node that goes takes its graphs along.
    for (const graph of [...model.graphs()]) {
      if (graph.parent?.isRemoved) continue;
      changed += await removeUnusedNodes(graph, (node) => isDisposable(node, own));
    }
    for (const graph of model.graphs()) {
      changed += await leaveOutUnusedOutputs(graph);
      changed += await removeValues(graph);
    }
    return changed;
  },
} as const satisfies Pass;

/** Takes out nodes whose outputs nobody uses, and then those that only they used. Returns how many. */
export async function removeUnusedNodes(graph: Graph, mayGo: (node: Node) => boolean): Promise<number> {
  const pauses = new Pauses();
  const gone = new Set<Node>();
  const waiting = [...graph.nodes];
  const isUnused = (node: Node) =>
    node.outputs.every(
      (output) => !output || (output.returnedBy.size === 0 && output.consumers.every((user) => isGone(user, gone))),
    );
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    if (pauses.due) await pauses.take();
    if (gone.has(node) || !mayGo(node) || !isUnused(node)) continue;
    gone.add(node);
    for (const used of usedBy(node)) if (used.graphOf === graph && !gone.has(used)) waiting.push(used);
  }
  if (gone.size > 0) graph.removeNodes(gone);
  return gone.size;
}

/** Whether a node goes itself, or with a node that has the graph in which it is. */
function isGone(node: Node, gone: ReadonlySet<Node>): boolean {
  for (let at: Node | undefined = node; at; at = at.graphOf?.parent) if (gone.has(at)) return true;
  return false;
}

/** Nodes that make what a node uses, in its graphs too. */
function usedBy(node: Node): Node[] {
  const inner = node.subgraphs.flatMap((graph) => [...graph.allNodes()]);
  return [node, ...inner].flatMap(({ inputs }) => inputs.flatMap((input) => input?.producer ?? []));
}

async function removeValues(graph: Graph): Promise<number> {
  const pauses = new Pauses();
  let changed = 0;
  for (const value of [...graph.values]) {
    if (pauses.due) await pauses.take();
    if (value.producer || value.isInput || !value.isUnused) continue;
    graph.forget(value);
    changed++;
  }
  return changed;
}

function removeFunctions(model: Model): number {
  if (model.functions.length === 0) return 0;
  const called = new Set<string>();
  const byKey = new Map(model.functions.map((entry) => [functionKey(entry), entry]));
  const waiting = [model.graph];
  for (let graph = waiting.pop(); graph; graph = waiting.pop()) {
    for (const { domain, opType, overload } of graph.allNodes()) {
      const key = functionKey({ domain, name: opType, overload });
      const found = byKey.get(key);
      if (!found || called.has(key)) continue;
      called.add(key);
      waiting.push(found.body);
    }
  }
  const kept = model.functions.filter((entry) => called.has(functionKey(entry)));
  const changed = model.functions.length - kept.length;
  model.functions.splice(0, model.functions.length, ...kept);
  return changed;
}
