import { createHash } from 'node:crypto';
import { Pauses } from '../file/pauses.js';
import type { Graph } from '../graph/graph.js';
import type { Node } from '../graph/node.js';
import type { Tensor } from '../graph/tensor.js';
import type { Value } from '../graph/value.js';
import { functionKey } from '../infer/function-key.js';
import { attributesKey } from './attribute-key.js';
import { isPure } from './effects.js';
import type { Pass } from './pass.js';

/** Initialisers of a graph with the same elements become one, and nodes that compute the same from the same. */
export const mergeCommon = {
  name: 'merge-common',
  async run(model) {
    const pauses = new Pauses();
    const own = new Set(model.functions.map(functionKey));
    let changed = 0;
    for (const graph of model.graphs()) {
      changed += await mergeInitializers(graph);
      changed += await mergeNodes(graph, own, pauses);
    }
    return changed;
  },
} as const satisfies Pass;

async function mergeNodes(graph: Graph, own: ReadonlySet<string>, pauses: Pauses): Promise<number> {
  const ids = new Map<Value, number>();
  const idOf = (value: Value | undefined) => {
    if (!value) return -1;
    if (!ids.has(value)) ids.set(value, ids.size);
    return ids.get(value);
  };
  const known = new Map<string, Node>();
  const gone: Node[] = [];
  for (const node of graph.nodes) {
    if (pauses.due) await pauses.take();
    const { domain, opType, overload } = node;
    if (!isPure(node) || own.has(functionKey({ domain, name: opType, overload }))) continue;
    const attributes = attributesKey(node);
    if (attributes === undefined) continue;
    const key = JSON.stringify([domain, opType, node.inputs.map(idOf), attributes]);
    const first = known.get(key);
    if (!first) known.set(key, node);
    else if (canStandFor(first, node)) {
      for (const [i, output] of node.outputs.entries()) output?.replaceUses(first.outputs[i] as Value);
      gone.push(node);
    }
  }
  if (gone.length > 0) graph.removeNodes(gone);
  return gone.length;
}

/** Outputs of a graph keep the node that makes them. */
function canStandFor(first: Node, node: Node): boolean {
  return node.outputs.every((output, i) => !output || (first.outputs[i] !== undefined && output.returnedBy.size === 0));
}

async function mergeInitializers(graph: Graph): Promise<number> {
  const groups = new Map<string, Value[]>();
  for (const value of graph.initializers) {
    const { initializer } = value;
    if (!initializer || initializer.strings || value.isInput || value.returnedBy.size > 0) continue;
    const { elementType, dims, byteLength } = initializer;
    if (elementType === 'undefined') continue;
    const key = JSON.stringify([elementType, dims, byteLength]);
    const group = groups.get(key);
    if (group) group.push(value);
    else groups.set(key, [value]);
  }
  let changed = 0;
  for (const group of groups.values()) {
    // Beginnings first, so that few large weights are read as a whole.
    for (const alike of await splitBy(group, beginning)) {
      for (const [first, ...same] of await splitBy(alike, whole)) {
        for (const value of same) {
          value.replaceUses(first as Value);
          graph.forget(value);
          changed++;
        }
      }
    }
  }
  return changed;
}

/** Groups of at least two values whose tensors have the same key. */
async function splitBy(values: readonly Value[], keyOf: (tensor: Tensor) => Promise<string>): Promise<Value[][]> {
  if (values.length < 2) return [];
  const pauses = new Pauses();
  const groups = new Map<string, Value[]>();
  for (const value of values) {
    if (pauses.due) await pauses.take();
    const key = await keyOf(value.initializer as Tensor);
    const group = groups.get(key);
    if (group) group.push(value);
    else groups.set(key, [value]);
  }
  return [...groups.values()].filter(({ length }) => length > 1);
}

const BEGINNING_BYTES = 4096;

async function beginning({ payload }: Tensor): Promise<string> {
  const bytes = await payload.read(0, Math.min(BEGINNING_BYTES, payload.byteLength));
  return createHash('sha256').update(bytes).digest('hex');
}

async function whole({ payload }: Tensor): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of payload.chunks()) hash.update(chunk);
  return hash.digest('hex');
}
