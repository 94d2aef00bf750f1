import { NodeTensorRTError } from '../../errors.js';
import type { GraphProto } from '../proto/onnx_pb.js';
import type { Attribute, SparseTensor } from './attribute.js';
import type { Names } from './names.js';
import { Node, type OptionalValue } from './node.js';
import { sortNodes } from './sort.js';
import type { Tensor } from './tensor.js';
import { Value } from './value.js';
import type { ValueType } from './value-type.js';

/** What `Graph.newNode` takes. */
export interface NodeOptions {
  readonly domain?: string;
  /** Made unique. @default the operator's name */
  readonly name?: string;
  readonly attributes?: Readonly<Record<string, Attribute | undefined>>;
  /** Where it goes: before this node of the graph. @default the end */
  readonly before?: Node | undefined;
  /** Or behind this one. */
  readonly after?: Node | undefined;
}

/**
 * Nodes and the values between them: a model's graph, a branch or loop body of a node in one (then `parent` is set, and
 * its nodes may use values of the graphs around it), or the body of a function.
 */
export class Graph {
  name = '';
  /** As the file had it: documentation, metadata, quantisation annotations, fields that this version does not know. */
  proto: GraphProto | undefined;
  /** Values whose types the file states, in its order. A type is written for these only. */
  readonly valueInfo = new Set<Value>();
  /** Initialisers that are sparse, by value. */
  readonly sparse = new Map<Value, SparseTensor>();

  readonly #values = new Map<string, Value>();
  readonly #nodes: Node[] = [];
  readonly #inputs: Value[] = [];
  readonly #isInput = new Set<Value>();
  readonly #outputs: Value[] = [];
  /** In the order of the file. */
  readonly #initializers = new Set<Value>();
  #parent: Node | undefined;

  /** @internal */
  constructor(readonly names: Names) {}

  /** The node that has it as an attribute. */
  get parent(): Node | undefined {
    return this.#parent;
  }

  /** The graph around it. */
  get outer(): Graph | undefined {
    return this.#parent?.graphOf;
  }

  get nodes(): readonly Node[] {
    return this.#nodes;
  }

  get inputs(): readonly Value[] {
    return this.#inputs;
  }

  get outputs(): readonly Value[] {
    return this.#outputs;
  }

  /** Values that hold an initialiser, in the order of the file. */
  get initializers(): readonly Value[] {
    return [...this.#initializers];
  }

  /** All values that belong to it. */
  get values(): Iterable<Value> {
    return this.#values.values();
  }

  /** This graph and all in it, outer ones first. */
  *withSubgraphs(): Generator<Graph> {
    yield this;
    for (const node of this.#nodes) for (const graph of node.subgraphs) yield* graph.withSubgraphs();
  }

  /** Its nodes and those of graphs in it, a node before what is in it. */
  *allNodes(): Generator<Node> {
    for (const node of [...this.#nodes]) {
      if (node.isRemoved) continue;
      yield node;
      for (const graph of node.subgraphs) yield* graph.allNodes();
    }
  }

  /** The value of this name in it, or in the graphs around it. */
  find(name: string): Value | undefined {
    return this.#values.get(name) ?? this.outer?.find(name);
  }

  hasInput(value: Value): boolean {
    return this.#isInput.has(value);
  }

  /** A value that nothing produces yet. Its name is made unique in the model. */
  newValue(hint: string, type?: ValueType): Value {
    return this.#register(this.names.unique(hint), type);
  }

  /** A value with exactly this name, as the reader needs it. Throws MODEL_INVALID where it is taken. */
  declareValue(name: string, type?: ValueType): Value {
    if (this.#values.has(name)) {
      const text = `graph '${this.name}' has two values with the name '${name}'`;
      throw new NodeTensorRTError('MODEL_INVALID', text, { reason: 'duplicate-name', value: name });
    }
    this.names.take(name);
    return this.#register(name, type);
  }

  /** An initialiser under a name like `hint`. */
  newInitializer(hint: string, tensor: Tensor): Value {
    const value = this.newValue(hint);
    this.setInitializer(value, tensor);
    return value;
  }

  setInitializer(value: Value, tensor: Tensor | undefined): void {
    value.initializer = tensor;
    if (tensor) this.#initializers.add(value);
    else this.#initializers.delete(value);
  }

  /** @internal A place in the order of initialisers for one that is sparse. */
  setSparseInitializer(value: Value, tensor: SparseTensor): void {
    this.sparse.set(value, tensor);
  }

  /** Makes a value an input of the graph, behind the others. */
  addInput(value: Value): void {
    this.#inputs.push(value);
    this.#isInput.add(value);
  }

  removeInput(value: Value): void {
    if (this.#isInput.delete(value)) this.#inputs.splice(this.#inputs.indexOf(value), 1);
  }

  /** Replaces the inputs. */
  setInputs(values: readonly Value[]): void {
    this.#inputs.length = 0;
    for (const value of values) this.#inputs.push(value);
  }

  /** Makes a value an output of the graph, behind the others. It may belong to a graph around it. */
  addOutput(value: Value): void {
    this.#outputs.push(value);
    value.returnedBy.add(this);
  }

  /** Replaces the outputs. */
  setOutputs(values: readonly Value[]): void {
    for (const value of this.#outputs) value.returnedBy.delete(this);
    this.#outputs.length = 0;
    for (const value of values) this.addOutput(value);
  }

  /**
   * Returns `by` where `value` was returned, under the same name: `by` takes it over, or an Identity does where `by` has a
   * name that others know (an input, another output, a value of an outer graph).
   */
  replaceOutput(value: Value, by: Value): void {
    if (!this.#outputs.includes(value)) return;
    const { name } = value;
    let result = by;
    const keepsName = value.graph === this;
    if (keepsName) {
      this.rename(value, this.names.unique(name));
      if (by.graph !== this || by.isInput || by.returnedBy.size > 0) {
        result = this.newValue(name, by.type);
        this.insert(this.makeNode('Identity', [by], [result]));
      }
      this.rename(result, name);
      if (this.valueInfo.delete(value)) this.valueInfo.add(result);
      result.type = value.type ?? result.type;
      result.info = value.info ?? result.info;
    }
    this.#outputs.forEach((output, i) => {
      if (output === value) this.#outputs[i] = result;
    });
    value.returnedBy.delete(this);
    result.returnedBy.add(this);
  }

  /** Gives a value another name. Throws INTERNAL where the graph has one with it. */
  rename(value: Value, name: string): void {
    if (value.name === name) return;
    if (this.#values.has(name)) throw new NodeTensorRTError('INTERNAL', `the name '${name}' is taken`);
    this.#values.delete(value.name);
    this.names.take(name);
    value.nameOf = name;
    this.#values.set(name, value);
  }

  /** A node in the graph. `inputs` that are left out are undefined; outputs are new values (a name hint) or given ones. */
  newNode(
    opType: string,
    inputs: readonly OptionalValue[],
    outputs: readonly (string | OptionalValue)[],
    options: NodeOptions = {},
  ): Node {
    const values = outputs.map((output) => (typeof output === 'string' ? this.newValue(output) : output));
    const node = this.makeNode(opType, inputs, values, options);
    this.insert(node, options);
    return node;
  }

  /** A node that is not yet among `nodes`; see `insert`. */
  makeNode(
    opType: string,
    inputs: readonly OptionalValue[],
    outputs: readonly OptionalValue[],
    { domain = '', name, attributes = {} }: NodeOptions = {},
  ): Node {
    const node = new Node(this, opType, domain, this.names.uniqueNode(name ?? opType));
    node.setInputs(inputs);
    node.setOutputs(outputs);
    for (const [key, value] of Object.entries(attributes)) node.set(key, value);
    return node;
  }

  /** Puts a node of `makeNode` before or behind another, or at the end. */
  insert(node: Node, { before, after }: Pick<NodeOptions, 'before' | 'after'> = {}): void {
    const neighbour = before ?? after;
    if (neighbour === undefined) {
      this.#nodes.push(node);
      return;
    }
    const at = this.#nodes.indexOf(neighbour);
    if (at < 0) throw new NodeTensorRTError('INTERNAL', `${neighbour.label} is not in graph '${this.name}'`);
    this.#nodes.splice(before ? at : at + 1, 0, node);
  }

  /** Puts many nodes of `makeNode` in at once: some in front of all, and some behind others, which may be new as well. */
  insertAll(front: readonly Node[], behind: ReadonlyMap<Node, readonly Node[]>): void {
    const before = this.#nodes.splice(0);
    const place = (node: Node) => {
      this.#nodes.push(node);
      for (const added of behind.get(node) ?? []) place(added);
    };
    for (const node of front) place(node);
    for (const node of before) place(node);
  }

  /** Takes a node out. Throws INTERNAL if something uses what it produces. */
  removeNode(node: Node): void {
    this.removeNodes([node]);
  }

  /** Takes nodes out, which may use one another. */
  removeNodes(nodes: Iterable<Node>): void {
    const gone = new Set(nodes);
    for (const node of gone) {
      node.setInputs([]);
      for (const graph of node.subgraphs) {
        graph.setOutputs([]);
        graph.removeNodes(graph.nodes);
      }
    }
    for (const node of gone) {
      for (const output of node.outputs) {
        if (output === undefined) continue;
        if (!output.isUnused) {
          throw new NodeTensorRTError('INTERNAL', `${node.label} is removed, but '${output.name}' is in use`);
        }
        this.forget(output);
      }
      node.setOutputs([]);
      node.graphOf = undefined;
    }
    const kept = this.#nodes.filter((node) => !gone.has(node));
    this.#nodes.length = 0;
    for (const node of kept) this.#nodes.push(node);
  }

  /** Takes out a value that nothing uses, its initialiser included. */
  forget(value: Value): void {
    this.#values.delete(value.name);
    this.#initializers.delete(value);
    this.sparse.delete(value);
    this.valueInfo.delete(value);
    this.removeInput(value);
  }

  /**
   * Puts the nodes into an order in which each comes behind those whose outputs it uses, also within its subgraphs. What
   * is in such an order already stays as it is. Throws MODEL_INVALID, with the names, where nodes wait for one another.
   */
  sort(): void {
    const sorted = sortNodes(this);
    sorted.forEach((node, i) => {
      this.#nodes[i] = node;
    });
  }

  /** @internal */
  adopt(parent: Node): void {
    this.#parent = parent;
  }

  #register(name: string, type: ValueType | undefined): Value {
    const value = new Value(this, name);
    value.type = type;
    this.#values.set(name, value);
    return value;
  }
}
