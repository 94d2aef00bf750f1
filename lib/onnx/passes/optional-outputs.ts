import { Pauses } from '../file/pauses.js';
import type { Graph } from '../graph/graph.js';
import type { Node } from '../graph/node.js';

/** Operators of ONNX's own domain that may leave outputs out, from this one on, without computing anything else. */
const optionalFrom: Readonly<Record<string, number>> = {
  ...{ Dropout: 1, LayerNormalization: 1, MaxPool: 1, SoftmaxCrossEntropyLoss: 1, Unique: 1 },
  ...{ GRU: 0, LSTM: 0, RNN: 0 },
};

/** Positions of outputs of a node that nothing uses and that it could leave out. */
export function unusedOptionalOutputs(node: Node): number[] {
  if (node.domain !== '' || !Object.hasOwn(optionalFrom, node.opType)) return [];
  const first = optionalFrom[node.opType] ?? 0;
  return node.outputs.flatMap((value, i) => (i >= first && value?.isUnused ? [i] : []));
}

/** Leaves such outputs out. Returns how many. Nodes of which no output is used are not touched. */
export async function leaveOutUnusedOutputs(graph: Graph): Promise<number> {
  const pauses = new Pauses();
  let changed = 0;
  for (const node of graph.nodes) {
    if (pauses.due) await pauses.take();
    const unused = unusedOptionalOutputs(node);
    if (unused.length === 0 || node.outputs.every((value) => !value || value.isUnused)) continue;
    const gone = unused.map((i) => node.outputs[i]);
    const kept = node.outputs.map((value, i) => (unused.includes(i) ? undefined : value));
    while (kept.at(-1) === undefined) kept.pop();
    node.setOutputs(kept);
    for (const value of gone) if (value) graph.forget(value);
    changed += unused.length;
  }
  return changed;
}
