import { Pauses } from '../file/pauses.js';
import type { Graph } from '../graph/graph.js';
import type { Model } from '../graph/model.js';
import type { Node } from '../graph/node.js';
import { Tensor } from '../graph/tensor.js';
import type { Value } from '../graph/value.js';
import { factsOf } from '../infer/facts-of.js';
import { functionKey } from '../infer/function-key.js';
import { allNumbers } from '../infer/shapes/dims.js';
import type { LoadRunner } from '../runner.js';
import { becomeConstant, canHoldConstants } from './become-constant.js';
import { type Candidate, candidatesOf, isComputable } from './folding/candidates.js';
import { compute } from './folding/compute.js';
import { type Facts, tensorOf } from './identity/no-ops.js';
import type { Pass, PassContext } from './pass.js';

/** Nodes in one run. */
const BATCH_NODES = 256;
const BATCH_BYTES = 64 * 2 ** 20;
const DEFAULT_MAX_BYTES = 16 * 2 ** 20;

/**
 * What depends on constants only is computed and becomes an initialiser under the same name: by the runner, many nodes at
 * a time; and by inference where it is arithmetic with sizes that are numbers. Left as they are: what is random, runs
 * graphs or quantises; results larger than `maxFoldedBytes`, those beyond 16 KiB that are more than twice as large as what
 * they are made of, and those whose size is not known before.
 */
export const foldConstants = {
  name: 'fold-constants',
  async run(model, context) {
    if (!canHoldConstants(model)) return 0;
    const facts = await factsOf(model);
    const own = new Set(model.functions.map(functionKey));
    let changed = 0;
    for (const graph of [...model.graph.withSubgraphs()]) {
      changed += await foldSizes(graph, facts, own);
      changed += await foldGraph(model, graph, facts, own, context);
    }
    return changed;
  },
} as const satisfies Pass;

async function foldSizes(graph: Graph, facts: Facts, own: ReadonlySet<string>): Promise<number> {
  const pauses = new Pauses();
  const gone: Node[] = [];
  for (const node of graph.nodes) {
    if (pauses.due) await pauses.take();
    const [value, ...others] = node.outputs;
    if (!value || others.some((other) => other) || !isComputable(node, own)) continue;
    const tensor = sizesOf(value, facts);
    if (!tensor) continue;
    becomeConstant(value, tensor);
    gone.push(node);
  }
  if (gone.length > 0) graph.removeNodes(gone);
  return gone.length;
}

/** Elements that inference found, where all of them are whole numbers that it holds as they are. */
function sizesOf(value: Value, facts: Facts): Tensor | undefined {
  const fact = tensorOf(facts, value);
  const data = allNumbers(fact?.data);
  const dims = allNumbers(fact?.dims);
  const type = fact?.elementType;
  if (!data || !dims || (type !== 'int64' && type !== 'int32' && type !== 'bool')) return undefined;
  return data.every((number) => Math.abs(number) < Number.MAX_SAFE_INTEGER) ? Tensor.of(type, dims, data) : undefined;
}

async function foldGraph(
  model: Model,
  graph: Graph,
  facts: Facts,
  own: ReadonlySet<string>,
  { loadRunner, maxFoldedBytes = DEFAULT_MAX_BYTES }: PassContext,
): Promise<number> {
  if (!loadRunner) return 0;
  let changed = 0;
  for (const batch of batches(await candidatesOf(graph, facts, own, maxFoldedBytes))) {
    changed += await foldNodes(model, graph, batch, facts, loadRunner);
  }
  return changed;
}

function* batches(candidates: readonly Candidate[]): Generator<Node[]> {
  let batch: Node[] = [];
  let total = 0;
  for (const { node, bytes } of candidates) {
    if (batch.length > 0 && (batch.length >= BATCH_NODES || total + bytes > BATCH_BYTES)) {
      yield batch;
      batch = [];
      total = 0;
    }
    batch.push(node);
    total += bytes;
  }
  if (batch.length > 0) yield batch;
}

async function foldNodes(
  model: Model,
  graph: Graph,
  nodes: readonly Node[],
  facts: Facts,
  loadRunner: LoadRunner,
): Promise<number> {
  // Where an earlier batch failed, this one has inputs that are not constant.
  const inside = new Set<Node>();
  for (const node of nodes) {
    if (node.inputs.every((input) => !input || input.constant || (input.producer && inside.has(input.producer)))) {
      inside.add(node);
    }
  }
  const ready = [...inside];
  if (ready.length === 0) return 0;
  const results = await compute(model, ready, facts, loadRunner);
  if (results) {
    for (const [value, tensor] of results) becomeConstant(value, tensor);
    graph.removeNodes(ready);
    return ready.length;
  }
  // One of them cannot be run: look for it.
  if (ready.length === 1) return 0;
  const half = Math.ceil(ready.length / 2);
  const first = await foldNodes(model, graph, ready.slice(0, half), facts, loadRunner);
  return first + (await foldNodes(model, graph, ready.slice(half), facts, loadRunner));
}
