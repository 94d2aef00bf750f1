import type { ValueInfoProto } from '../proto/onnx_pb.js';
import type { ElementType } from './element-types.js';
import type { Graph } from './graph.js';
import type { Node } from './node.js';
import type { Tensor } from './tensor.js';
import type { Dim, ValueType } from './value-type.js';

/**
 * What a node produces, a graph takes, or an initialiser holds. Belongs to one graph; nodes of that graph and of the
 * subgraphs in it may consume it. Made by `Graph.newValue`.
 */
export class Value {
  /** What is known of its type. Set it freely; `Graph.valueInfo` says which types are written to the file. */
  type: ValueType | undefined;
  /** The constant that it holds by itself. Of a value that is an input as well it is the default. */
  initializer: Tensor | undefined;
  /** As the file had it: documentation, metadata, fields that this version does not know. */
  info: ValueInfoProto | undefined;

  /** @internal */
  nameOf: string;
  /** @internal */
  producerOf: Node | undefined;
  /** @internal Consumers, with how many of their inputs it is. */
  readonly uses = new Map<Node, number>();
  /** @internal Graphs that have it among their outputs: its own, or subgraphs in it. */
  readonly returnedBy = new Set<Graph>();

  /** @internal */
  constructor(
    readonly graph: Graph,
    name: string,
  ) {
    this.nameOf = name;
  }

  /** Unique in the graph and what is around it. Change it with `Graph.rename`. */
  get name(): string {
    return this.nameOf;
  }

  /** The node whose output it is. */
  get producer(): Node | undefined {
    return this.producerOf;
  }

  /** Nodes that have it as an input, each once; those in subgraphs too. */
  get consumers(): Node[] {
    return [...this.uses.keys()];
  }

  /** Whether it is an output of its graph. */
  get isOutput(): boolean {
    return this.returnedBy.has(this.graph);
  }

  /** Whether it is an input of its graph. */
  get isInput(): boolean {
    return this.graph.hasInput(this);
  }

  /** Whether nothing consumes it and no graph returns it. */
  get isUnused(): boolean {
    return this.uses.size === 0 && this.returnedBy.size === 0;
  }

  get elementType(): ElementType | undefined {
    return this.type?.kind === 'tensor' ? this.type.elementType : this.initializer?.elementType;
  }

  /** Its shape as far as it is known; undefined: not even the rank. */
  get dims(): readonly Dim[] | undefined {
    return this.type?.kind === 'tensor' ? this.type.dims : this.initializer?.dims;
  }

  /**
   * The tensor that it always is: its initialiser (unless it is an input too, which callers may override), or what a
   * Constant node holds.
   */
  get constant(): Tensor | undefined {
    if (this.initializer) return this.isInput ? undefined : this.initializer;
    return this.producerOf?.constantOutput;
  }

  /**
   * Makes every consumer take `other`, and every graph that returns this return `other`, under the name that the output
   * has now (see `Graph.replaceOutput`). `except` leaves consumers as they are, graphs too if there is any.
   */
  replaceUses(other: Value, except?: (consumer: Node) => boolean): void {
    for (const node of this.consumers) {
      if (except?.(node)) continue;
      node.inputs.forEach((input, i) => {
        if (input === this) node.setInput(i, other);
      });
    }
    if (except === undefined) for (const graph of [...this.returnedBy]) graph.replaceOutput(this, other);
  }
}
