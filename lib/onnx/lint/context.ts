import type { Pauses } from '../file/pauses.js';
import type { ElementType } from '../graph/element-types.js';
import type { Model } from '../graph/model.js';
import type { Node } from '../graph/node.js';
import type { Tensor } from '../graph/tensor.js';
import type { Value } from '../graph/value.js';
import { elementTypeOfFact } from '../infer/fact.js';
import type { LintTarget } from './finding.js';
import { findTypes, type ValueTypes } from './value-types.js';

/** What rules know about a model beside the model: worked out once, before the first rule runs. */
export class LintContext {
  /** Nodes whose results reach an output of the model, or of the function that they are in. */
  readonly live = new Set<Node>();
  /** Where each node is in its graph. */
  readonly place = new Map<Node, number>();
  /** Nodes per domain and operator, as 'Conv' or 'com.microsoft.Gelu'. */
  readonly operators = new Map<string, number>();
  readonly #functions: ReadonlySet<string>;
  readonly #inputs = new Set<Value>();
  readonly #runtime = new Map<Value, boolean>();

  private constructor(
    readonly model: Model,
    readonly targets: ReadonlySet<LintTarget>,
    readonly types: ValueTypes,
  ) {
    this.#functions = new Set(model.functions.map(({ domain, name }) => `${domain}\n${name}`));
  }

  static async of(model: Model, targets: ReadonlySet<LintTarget>, pauses: Pauses): Promise<LintContext> {
    const context = new LintContext(model, targets, await findTypes(model));
    for (const graph of model.graphs()) {
      for (const input of graph.inputs) context.#inputs.add(input);
      for (const [i, node] of graph.nodes.entries()) {
        context.place.set(node, i);
        const name = operatorName(node);
        context.operators.set(name, (context.operators.get(name) ?? 0) + 1);
        if (pauses.due) await pauses.take();
      }
    }
    await context.#findLive(pauses);
    return context;
  }

  /** Whether a value is an input of its graph. */
  isInput(value: Value): boolean {
    return this.#inputs.has(value);
  }

  /** The tensor that a value holds: also the default of an input, which old files list for every weight. */
  constant(value: Value | undefined): Tensor | undefined {
    return value?.initializer ?? value?.producer?.constantOutput;
  }

  /** The element type of a value, stated or inferred. */
  elementType(value: Value | undefined): ElementType | undefined {
    return value && (elementTypeOfFact(this.types.facts.get(value)) ?? value.elementType);
  }

  /** Whether a node calls one of the model's functions. */
  isFunction(node: Node): boolean {
    return this.#functions.has(`${node.domain}\n${node.opType}`);
  }

  /**
   * Whether the elements of a value certainly depend on what the model is given, other than by its shape: then they are
   * not known when an engine is built.
   */
  isRuntime(value: Value | undefined): boolean {
    if (value === undefined) return false;
    const known = this.#runtime.get(value);
    if (known !== undefined) return known;
    const seen = new Set<Value>([value]);
    const stack = [value];
    let found = false;
    for (let next = stack.pop(); next && !found; next = stack.pop()) {
      if (next.initializer) continue;
      found = this.isInput(next) || this.#runtime.get(next) === true;
      // Of subgraphs the results are not followed; random numbers are not known either.
      if (!next.producer || next.producer.is('Shape', 'Size', 'If', 'Loop', 'Scan')) continue;
      for (const input of next.producer.inputs) {
        if (!input || seen.has(input)) continue;
        seen.add(input);
        stack.push(input);
      }
      if (seen.size > MAX_FOLLOWED) break;
    }
    if (found || seen.size > MAX_FOLLOWED) this.#runtime.set(value, found);
    else for (const each of seen) this.#runtime.set(each, false);
    return found;
  }

  async #findLive(pauses: Pauses): Promise<void> {
    const { live } = this;
    const stack: Node[] = [];
    const use = (value: Value | undefined) => {
      if (value?.producer && !live.has(value.producer)) {
        live.add(value.producer);
        stack.push(value.producer);
      }
    };
    for (const value of this.model.graph.outputs) use(value);
    for (const { body } of this.model.functions) for (const value of body.outputs) use(value);
    for (let node = stack.pop(); node; node = stack.pop()) {
      for (const input of node.inputs) use(input);
      for (const graph of node.subgraphs) for (const output of graph.outputs) use(output);
      // What is in a subgraph needs the node that has it.
      const parent = node.graph.parent;
      if (parent && !live.has(parent)) {
        live.add(parent);
        stack.push(parent);
      }
      if (pauses.due) await pauses.take();
    }
  }
}

/** How far `isRuntime` looks. */
const MAX_FOLLOWED = 2000;

/** 'Conv', or with the domain before it: 'com.microsoft.Gelu'. */
export function operatorName({ domain, opType }: Pick<Node, 'domain' | 'opType'>): string {
  return domain === '' ? opType : `${domain}.${opType}`;
}
