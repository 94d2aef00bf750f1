import { Pauses } from '../file/pauses.js';
import { attribute } from '../graph/attribute.js';
import { elementCode } from '../graph/element-types.js';
import type { Graph } from '../graph/graph.js';
import type { Model } from '../graph/model.js';
import type { Node } from '../graph/node.js';
import { Tensor } from '../graph/tensor.js';
import type { Value } from '../graph/value.js';
import { tensorType } from '../graph/value-type.js';
import { convertTensor } from './converted-payload.js';
import { elementTypeFor, formOf, type LowPrecision } from './forms.js';
import { addsInputs } from './op-rules.js';
import { type CastPlan, lowInputs, lowOutputs } from './plan.js';

/**
 * Carries a plan out: values between nodes that are cast become low and keep their names; where a node needs the other type
 * there is one Cast per value and type, behind what produces it. Returns the number of casts that it put in.
 */
export async function rewrite(model: Model, plan: CastPlan, keepIoTypes: boolean): Promise<number> {
  const work = new Rewrite(plan, keepIoTypes);
  const pauses = new Pauses();
  const nodes = [...model.graph.allNodes()];
  if (!keepIoTypes) for (const input of model.graph.inputs) work.lowerInput(input);
  for (const node of nodes) {
    if (plan.isLow(node)) work.lowerOutputs(node);
    if (pauses.due) await pauses.take();
  }
  for (const node of nodes) {
    work.fitInputs(node);
    if (pauses.due) await pauses.take();
  }
  for (const graph of model.graph.withSubgraphs()) work.fitOutputs(graph, graph === model.graph && !keepIoTypes);
  await work.finish(pauses);
  await removeIdleCasts(model, pauses);
  return work.casts;
}

/** What a term or a limit would become if it vanished: an epsilon must not, or the division behind it is one by zero. */
const SMALLEST = 1;
const SIGN = 0x8000;

/**
 * A weight in the low precision. A single number that is added, or a limit, stays the smallest there is where it would
 * become 0.
 */
function convertWeight(tensor: Tensor, consumers: readonly Node[], to: LowPrecision): Tensor {
  const converted = convertTensor(tensor, to);
  const before = tensor.elementCount === 1 ? tensor.numbers()?.[0] : undefined;
  if (!before || converted.numbers()?.[0] !== 0 || !consumers.every(addsInputs)) return converted;
  return new Tensor(
    converted.elementType,
    converted.dims,
    Tensor.of('uint16', [1], [before < 0 ? SMALLEST | SIGN : SMALLEST]).payload,
  );
}

/** Takes out casts of the model itself that do not change a type any more. */
async function removeIdleCasts(model: Model, pauses: Pauses): Promise<void> {
  const idle = new Map<Graph, Node[]>();
  for (const node of model.graph.allNodes()) {
    if (pauses.due) await pauses.take();
    const [value] = node.inputs;
    const [result] = node.outputs;
    if (!node.is('Cast') || !value || !result || result.returnedBy.size > 0) continue;
    if (value.elementType === undefined || elementCode(value.elementType) !== node.int('to', 0)) continue;
    result.replaceUses(value);
    addTo(idle, node.graph, node);
  }
  for (const [graph, nodes] of idle) graph.removeNodes(nodes);
}

function addTo<Key>(lists: Map<Key, Node[]>, key: Key, node: Node): void {
  const list = lists.get(key);
  if (list) list.push(node);
  else lists.set(key, [node]);
}

class Rewrite {
  casts = 0;
  /** Values that are low now. */
  readonly #low = new Set<Value>();
  /** The same value in the other type. */
  readonly #others = new Map<Value, Value>();
  /** Casts that wait to be put behind a node, or at the front of a graph. */
  readonly #behind = new Map<Node, Node[]>();
  readonly #front = new Map<Graph, Node[]>();
  readonly #changed = new Set<Graph>();

  constructor(
    private readonly plan: CastPlan,
    private readonly keepIoTypes: boolean,
  ) {}

  private get to(): LowPrecision {
    return this.plan.to;
  }

  lowerInput(value: Value): void {
    if (value.elementType !== 'float32') return;
    if (value.initializer) value.graph.setInitializer(value, convertTensor(value.initializer, this.to));
    this.#lower(value);
  }

  lowerOutputs(node: Node): void {
    const form = formOf(node, this.to);
    const low = lowOutputs(node, form?.float32Outputs);
    if (low.length === 0) return;
    if (node.is('Cast')) node.set('to', attribute.int(elementCode(elementTypeFor(this.to))));
    if (node.is('ConstantOfShape')) {
      const value = node.tensor('value') ?? Tensor.float32([1], [0]);
      node.set('value', attribute.tensor(convertTensor(value, this.to)));
    }
    for (const { index, value } of low) {
      if (this.#keepsType(value)) {
        // The name stays with the float32 value, which others know.
        const narrow = node.graph.newValue(`${value.name}_${this.to}`, value.type);
        node.setOutput(index, narrow);
        this.#lower(narrow);
        this.#putCast(narrow, value, node);
        this.#others.set(narrow, value);
        this.#others.set(value, narrow);
      } else this.#lower(value);
    }
  }

  fitInputs(node: Node): void {
    const isLow = this.plan.isLow(node);
    const form = formOf(node, this.to);
    const wanted = new Set(isLow ? lowInputs(node, form?.float32Inputs).map(({ index }) => index) : []);
    if (node.is('Cast')) {
      this.#fitCast(node);
      return;
    }
    for (const [index, value] of node.inputs.entries()) {
      if (!value) continue;
      if (wanted.has(index) || (isLow && this.#low.has(value) && !form?.float32Inputs?.includes(index))) {
        node.setInput(index, this.#inLow(value));
      } else if (this.#low.has(value)) {
        node.setInput(index, this.#inFloat32(value));
      }
    }
  }

  /** Outputs of subgraphs, and of the model with `keepIoTypes`, are float32. */
  fitOutputs(graph: Graph, mayBeLow: boolean): void {
    if (mayBeLow) {
      for (const value of graph.outputs) {
        if (value.elementType === 'float32' && !this.#low.has(value)) this.#narrowOutput(graph, value);
      }
      return;
    }
    // A low value of a graph around it that a subgraph returns as it is.
    const outputs = graph.outputs.map((value) => (this.#low.has(value) ? this.#inFloat32(value) : value));
    if (outputs.some((value, i) => value !== graph.outputs[i])) graph.setOutputs(outputs);
  }

  async finish(pauses: Pauses): Promise<void> {
    const replaced = new Map<Graph, Node[]>();
    for (const value of this.#others.keys()) {
      // A Constant whose place an initialiser took.
      if (value.isUnused && value.producer?.is('Constant')) addTo(replaced, value.producer.graph, value.producer);
      if (pauses.due) await pauses.take();
    }
    for (const [graph, nodes] of replaced) graph.removeNodes(nodes);
    for (const graph of this.#changed) {
      graph.insertAll(this.#front.get(graph) ?? [], this.#behind);
      if (pauses.due) await pauses.take();
    }
  }

  /** An output that has to become low though its producer is float32: a new value under its name. */
  #narrowOutput(graph: Graph, value: Value): void {
    const { name, producer } = value;
    if (!producer || producer.graph !== graph) return;
    graph.rename(value, graph.names.unique(`${name}_fp32`));
    const narrow = graph.declareValue(name, value.type);
    this.#lower(narrow);
    this.#putCast(value, narrow, producer);
    graph.setOutputs(graph.outputs.map((output) => (output === value ? narrow : output)));
    if (graph.valueInfo.delete(value)) graph.valueInfo.add(narrow);
  }

  /** A Cast takes any type; one that would not change the type any more is passed by. */
  #fitCast(node: Node): void {
    const [value] = node.inputs;
    if (!value) return;
    // From float32 to something else: the float32 it had is more exact, if it is there.
    const other = this.#others.get(value);
    if (this.#low.has(value) && other && !this.plan.isLow(node)) node.setInput(0, other);
  }

  #keepsType(value: Value): boolean {
    if (value.returnedBy.size === 0) return false;
    return this.keepIoTypes || value.graph.parent !== undefined || [...value.returnedBy].some(({ parent }) => parent);
  }

  #lower(value: Value): void {
    this.#low.add(value);
    value.type = tensorType(elementTypeFor(this.to), value.dims);
  }

  #inLow(value: Value): Value {
    if (this.#low.has(value)) return value;
    const known = this.#others.get(value);
    if (known) return known;
    const { graph } = value;
    const constant = value.initializer ?? value.constant;
    if (constant?.elementType === 'float32') return this.#lowWeight(value, constant);
    const narrow = graph.newValue(`${value.name}_${this.to}`, value.type);
    this.#lower(narrow);
    this.#putCast(value, narrow, value.producer);
    this.#others.set(value, narrow);
    return narrow;
  }

  /** A weight that only low nodes use takes the place of the float32 one. */
  #lowWeight(value: Value, constant: Tensor): Value {
    const { graph } = value;
    const converted = convertWeight(constant, value.consumers, this.to);
    if (
      value.initializer &&
      value.returnedBy.size === 0 &&
      value.consumers.every((consumer) => this.#takesLow(consumer, value))
    ) {
      // It was an input whose default this is: it becomes a constant.
      graph.removeInput(value);
      graph.setInitializer(value, converted);
      this.#lower(value);
      return value;
    }
    const narrow = graph.newInitializer(`${value.name}_${this.to}`, converted);
    this.#lower(narrow);
    this.#others.set(value, narrow);
    return narrow;
  }

  #takesLow(node: Node, value: Value): boolean {
    if (!this.plan.isLow(node)) return false;
    const taken = lowInputs(node, formOf(node, this.to)?.float32Inputs).filter((input) => input.value === value).length;
    return taken === node.inputs.filter((input) => input === value).length;
  }

  #inFloat32(value: Value): Value {
    const known = this.#others.get(value);
    if (known) return known;
    const wide = value.graph.newValue(`${value.name}_fp32`, tensorType('float32', value.dims));
    this.#putCast(value, wide, value.producer);
    this.#others.set(value, wide);
    return wide;
  }

  #putCast(from: Value, to: Value, behind: Node | undefined): void {
    const type = this.#low.has(to) ? elementTypeFor(this.to) : 'float32';
    const graph = to.graph;
    const cast = graph.makeNode('Cast', [from], [to], {
      name: `${from.name}_to_${type}`,
      attributes: { to: attribute.int(elementCode(type)) },
    });
    this.casts++;
    if (behind) addTo(this.#behind, behind, cast);
    else addTo(this.#front, graph, cast);
    this.#changed.add(behind?.graph ?? graph);
  }
}
