import type { Graph } from '../graph/graph.js';
import type { Dim } from '../graph/value-type.js';
import { commonFact, type Fact, holderFact, type TensorFact, tensorFact, typeOnly } from './fact.js';
import type { NodeView } from './node-view.js';

/** Looks at a body with what is known of its inputs; returns what is known of its outputs. */
export type VisitBody = (
  body: Graph,
  inputs: readonly (Fact | undefined)[],
  view: NodeView,
) => Promise<readonly (Fact | undefined)[]>;

type Outputs = Promise<readonly (Fact | undefined)[]>;

/** Nodes that run graphs in their attributes, by operator. */
export const controlFlow: Readonly<Record<string, (view: NodeView, visit: VisitBody) => Outputs>> = {
  If: async (view, visit) => {
    const [first, second] = [view.node.subgraph('then_branch'), view.node.subgraph('else_branch')];
    const a = first && (await visit(first, [], view));
    const b = second && (await visit(second, [], view));
    return view.node.outputs.map((_, i) => commonFact(a?.[i], b?.[i]));
  },

  Loop: async (view, visit) => {
    const body = view.node.subgraph('body');
    if (!body) return [];
    // Sizes of what goes round may change with each turn.
    const states = view.inputs.slice(2).map(typeOnly);
    const results = await visit(body, [tensorFact('int64', []), tensorFact('bool', []), ...states], view);
    return view.node.outputs.map((_, i) => {
      if (i < states.length) return typeOnly(states[i] ?? results[i + 1]);
      return withDim(results[i + 1], 0, null);
    });
  },

  Scan: async (view, visit) => {
    const body = view.node.subgraph('body');
    if (!body) return [];
    // Operator set 8 has lengths as the first input, and a batch.
    const isOld = view.opset > 0 && view.opset < 9;
    const inputs = isOld ? view.inputs.slice(1).map(typeOnly) : view.inputs;
    const scanned = view.int('num_scan_inputs', 0);
    const numStates = inputs.length - scanned;
    if (scanned < 0 || numStates < 0) return [];
    const axes = view.ints('scan_input_axes', []);
    let turns: Dim = null;
    const given = inputs.map((input, i) => {
      if (i < numStates) return withoutData(input);
      const { rest, size } = withoutDim(input, axes[i - numStates] ?? 0);
      turns = typeof turns === 'number' ? turns : (size ?? turns);
      return rest;
    });
    const results = await visit(body, given, view);
    const outputAxes = view.ints('scan_output_axes', []);
    return view.node.outputs.map((_, i) => {
      if (i < numStates)
        return isOld ? typeOnly(inputs[i] ?? results[i]) : (withoutData(inputs[i]) ?? typeOnly(results[i]));
      return isOld ? typeOnly(results[i]) : withDim(results[i], outputAxes[i - numStates] ?? 0, turns);
    });
  },

  SequenceMap: async (view, visit) => {
    const body = view.node.subgraph('body');
    if (!body) return [];
    const given = view.inputs.map((input) => (input?.kind === 'sequence' ? input.of : withoutData(input)));
    const results = await visit(body, given, view);
    return view.node.outputs.map((_, i) => holderFact('sequence', typeOnly(results[i])));
  },
};

function withoutData(fact: Fact | undefined): Fact | undefined {
  return fact?.kind === 'tensor' ? tensorFact(fact.elementType, fact.dims) : typeOnly(fact);
}

function withoutDim(fact: Fact | undefined, axis: number): { rest: Fact | undefined; size: Dim } {
  const dims = (fact as TensorFact | undefined)?.dims;
  const at = dims && (axis < 0 ? axis + dims.length : axis);
  if (fact?.kind !== 'tensor' || dims === undefined || at === undefined || !(at in dims)) {
    return { rest: typeOnly(fact), size: null };
  }
  return { rest: tensorFact(fact.elementType, dims.toSpliced(at, 1)), size: dims[at] ?? null };
}

function withDim(fact: Fact | undefined, axis: number, size: Dim): Fact | undefined {
  if (fact?.kind !== 'tensor' || !fact.dims) return typeOnly(fact);
  const at = axis < 0 ? axis + fact.dims.length + 1 : axis;
  if (at < 0 || at > fact.dims.length) return typeOnly(fact);
  return tensorFact(fact.elementType, fact.dims.toSpliced(at, 0, size));
}
