import { NodeTensorRTError } from '../../errors.js';
import { Pauses } from '../file/pauses.js';
import type { Graph } from '../graph/graph.js';
import type { Model, ModelFunction } from '../graph/model.js';
import type { Node } from '../graph/node.js';
import { sortNodes } from '../graph/sort.js';
import type { Value } from '../graph/value.js';
import { controlFlow } from './control-flow.js';
import { commonFact, type Fact, statedFact } from './fact.js';
import { callKey, functionKey } from './function-key.js';
import { factIn, NodeView, type Scope } from './node-view.js';

/** What a walk asks for each node, and tells of each value. */
export interface Visitor {
  /** Whether calls of a function with equal facts have equal results. Where facts name sizes they have not. */
  readonly keepsCalls: boolean;
  /** What is known of the outputs of a node that is neither a call of a function nor runs graphs. */
  outputs(view: NodeView): readonly (Fact | undefined)[];
  /** What holds for a value, by what the file says and what was found out. */
  settle(value: Value, stated: Fact | undefined, found: Fact | undefined): Fact | undefined;
}

/** Calls of functions in one another that are followed; the standard allows no recursion. */
const MAX_CALL_DEPTH = 30;
/** Different calls of one function that are looked at. */
const MAX_CALLS = 1000;
/** Nodes of bodies of functions that are looked at beyond those that the model has. */
const MAX_EXTRA_NODES = 200_000;

/** Follows a model's nodes in order and collects what is known of its values. */
export class Walk {
  /** Of all values of the model's graphs; of values in functions, what holds for all calls. */
  readonly facts = new Map<Value, Fact>();

  readonly #pauses = new Pauses();
  readonly #functions: ReadonlyMap<string, ModelFunction>;
  readonly #calls = new Map<ModelFunction, Map<string, Promise<readonly (Fact | undefined)[]>>>();
  /** Before version 4 of the format initialisers had to be inputs; ONNX Runtime lets nobody set those. */
  readonly #isFixed: boolean;
  #nodesLeft = MAX_EXTRA_NODES;
  /** Whether every call of a function was looked at. */
  #isComplete = true;

  constructor(
    readonly model: Model,
    readonly visitor: Visitor,
  ) {
    this.#functions = new Map(model.functions.map((entry) => [functionKey(entry), entry]));
    this.#isFixed = model.irVersion < 4;
  }

  async run(): Promise<void> {
    const scope: Scope = { facts: this.facts, opsets: this.model.opsets, depth: 0, isFixed: this.#isFixed };
    await this.#graph(this.model.graph, [], scope);
    // Functions that nothing calls, as far as it goes.
    for (const entry of this.model.functions) {
      if (!this.#calls.has(entry)) await this.#body(entry, [], undefined, 0);
    }
    if (!this.#isComplete) this.#forgetFunctions();
  }

  async #graph(graph: Graph, inputs: readonly (Fact | undefined)[], scope: Scope): Promise<(Fact | undefined)[]> {
    for (const [i, value] of graph.inputs.entries()) this.#settle(value, inputs[i], scope);
    for (const value of graph.initializers) if (!value.isInput) this.#settle(value, undefined, scope);
    for (const node of await this.#inOrder(graph)) {
      if (this.#pauses.due) await this.#pauses.take();
      const found = await this.#outputs(new NodeView(node, scope));
      for (const [i, value] of node.outputs.entries()) if (value) this.#settle(value, found[i], scope);
    }
    return graph.outputs.map((value) => factIn(scope, value));
  }

  /** Files have their nodes in order; passes may have left some behind. */
  async #inOrder(graph: Graph): Promise<readonly Node[]> {
    const seen = new Set<Node>();
    for (const node of graph.nodes) {
      for (const input of node.inputs) {
        const producer = input?.producer;
        if (producer && producer.graphOf === graph && !seen.has(producer)) return sortNodes(graph);
      }
      seen.add(node);
      if (this.#pauses.due) await this.#pauses.take();
    }
    return graph.nodes;
  }

  async #outputs(view: NodeView): Promise<readonly (Fact | undefined)[]> {
    const { node } = view;
    try {
      const called = this.#calledBy(node);
      if (called) return await this.#call(called, view);
      const control =
        node.domain === '' && Object.hasOwn(controlFlow, node.opType) ? controlFlow[node.opType] : undefined;
      if (control) return await control(view, (body, inputs, { scope }) => this.#graph(body, inputs, scope));
      for (const graph of node.subgraphs) await this.#graph(graph, [], view.scope);
      return this.visitor.outputs(view);
    } catch (error) {
      // A node that is not as its operator demands: nothing is known.
      if (!(error instanceof NodeTensorRTError) || error.code !== 'MODEL_INVALID') throw error;
      this.#isComplete = false;
      return [];
    }
  }

  #calledBy({ domain, opType, overload }: Node): ModelFunction | undefined {
    if (this.#functions.size === 0) return undefined;
    return this.#functions.get(functionKey({ domain, name: opType, overload }));
  }

  async #call(called: ModelFunction, view: NodeView): Promise<readonly (Fact | undefined)[]> {
    const depth = view.scope.depth + 1;
    const calls = this.#calls.get(called) ?? new Map<string, Promise<readonly (Fact | undefined)[]>>();
    this.#calls.set(called, calls);
    const key = this.visitor.keepsCalls ? callKey(view) : String(calls.size);
    const known = calls.get(key);
    if (known) return known;
    if (depth > MAX_CALL_DEPTH || calls.size >= MAX_CALLS || this.#nodesLeft < called.body.nodes.length) {
      this.#isComplete = false;
      return [];
    }
    this.#nodesLeft -= called.body.nodes.length;
    const results = await this.#body(called, view.inputs, view, depth);
    calls.set(key, Promise.resolve(results));
    return results;
  }

  async #body(of: ModelFunction, inputs: readonly (Fact | undefined)[], node: NodeView | undefined, depth: number) {
    const facts = new Map<Value, Fact>();
    const opsets = new Map([...of.opsets].map(([domain, version]) => [domain === 'ai.onnx' ? '' : domain, version]));
    const scope: Scope = { facts, opsets, call: node && { node, of }, depth, isFixed: this.#isFixed };
    const results = await this.#graph(of.body, inputs, scope);
    const isFirst = node === undefined || (this.#calls.get(of)?.size ?? 0) === 0;
    for (const graph of of.body.withSubgraphs()) {
      for (const value of graph.values) {
        const fact = facts.get(value);
        const common = isFirst ? fact : commonFact(this.facts.get(value), fact);
        if (common) this.facts.set(value, common);
        else this.facts.delete(value);
      }
    }
    return results;
  }

  /** Facts about values in functions are to hold for every call. */
  #forgetFunctions(): void {
    for (const { body } of this.model.functions) {
      for (const graph of body.withSubgraphs()) for (const value of graph.values) this.facts.delete(value);
    }
  }

  #settle(value: Value, found: Fact | undefined, scope: Scope): void {
    const fact = this.visitor.settle(value, statedFact(value, scope.isFixed), found);
    if (fact) scope.facts.set(value, fact);
  }
}
