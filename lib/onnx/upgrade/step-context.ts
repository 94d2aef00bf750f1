import { type Attribute, attribute } from '../graph/attribute.js';
import type { ElementType } from '../graph/element-types.js';
import type { Node } from '../graph/node.js';
import { numberToHalf } from '../graph/numbers.js';
import { Tensor } from '../graph/tensor.js';
import type { Value } from '../graph/value.js';
import type { Dim } from '../graph/value-type.js';
import type { Fact } from '../infer/fact.js';

/** What steps work with, for the nodes of a model's graph or of one function, those of subgraphs included. */
export class StepContext {
  /** What inference tells of the model as it was, where a step asks for it. */
  facts: ReadonlyMap<Value, Fact> = new Map();

  constructor(
    /** The version that the upgrade ends at: nodes may use what it has. */
    readonly to: number,
    /** Bodies of functions have no initialisers; Constant nodes take their place. */
    readonly isFunction: boolean,
    readonly note: (node: Node, text: string) => void,
  ) {}

  elementType(value: Value | undefined): ElementType | undefined {
    const fact = value && this.facts.get(value);
    const type = (fact?.kind === 'tensor' ? fact.elementType : undefined) ?? value?.elementType;
    return type === 'undefined' ? undefined : type;
  }

  /** Its shape as far as it is known; undefined: not even the rank. */
  dims(value: Value): readonly Dim[] | undefined {
    const fact = this.facts.get(value);
    return (fact?.kind === 'tensor' ? fact.dims : undefined) ?? value.dims;
  }

  /** A constant for a node: its name is that of the node's first output and `hint`. */
  constant(node: Node, hint: string, tensor: Tensor): Value {
    const { graph } = node;
    const name = nameFor(node, hint);
    if (!this.isFunction) return graph.newInitializer(name, tensor);
    return graph.newNode('Constant', [], [name], { attributes: { value: attribute.tensor(tensor) }, before: node })
      .output;
  }

  int64(node: Node, hint: string, values: readonly (number | bigint)[]): Value {
    return this.constant(node, hint, Tensor.int64([values.length], values.map(BigInt)));
  }

  /** Takes an attribute off a node and makes it a constant. undefined: the node does not have it. */
  take(node: Node, name: string): Value | undefined {
    const entry = node.attributes.get(name);
    if (entry === undefined) return undefined;
    node.set(name, undefined);
    const tensor = tensorOf(entry);
    if (tensor) return this.constant(node, name, tensor);
    // A function's caller gives it: only a Constant node can take that over.
    if (entry.type !== 'reference') return undefined;
    const key = constantKeys[entry.code];
    if (key === undefined) return undefined;
    const attributes = { [key]: { type: entry.type, value: entry.value, code: entry.code } as const };
    return node.graph.newNode('Constant', [], [nameFor(node, name)], { attributes, before: node }).output;
  }

  /** Takes an attribute of kind 'float' off a node and makes it a scalar of the type that `like` has. */
  takeScalar(node: Node, name: string, like: Value): Value | undefined {
    const entry = node.attributes.get(name);
    const type = this.elementType(like);
    if (entry?.type === 'float' && type) {
      node.set(name, undefined);
      return this.constant(node, name, scalar(type, entry.value));
    }
    const value = this.take(node, name);
    return value && (type === 'float32' ? value : this.castLike(node, value, like));
  }

  /** A scalar of the type that `like` has. */
  scalar(node: Node, hint: string, number: number, like: Value): Value {
    const type = this.elementType(like);
    const value = this.constant(node, hint, scalar(type ?? 'float32', number));
    return type ? value : this.castLike(node, value, like);
  }

  /** Why these attributes of a node cannot become scalars of the type that `like` has; undefined: they can. */
  refuseScalar(like: Value | undefined, ...entries: (Attribute | undefined)[]): string | undefined {
    const type = this.elementType(like);
    if (type && !scalarTypes.has(type)) return `it takes ${type}; expected float16, float32 or float64`;
    // From operator set 15 on CastLike does it without knowing.
    if (this.to >= 15 || type === 'float32') return undefined;
    if (type && entries.every((entry) => entry?.type !== 'reference')) return undefined;
    return `the element type of '${like?.name}' is not known; state it, or upgrade to 15 or beyond`;
  }

  private castLike(node: Node, value: Value, like: Value): Value {
    return node.graph.newNode('CastLike', [value, like], [`${value.name}_cast`], { before: node }).output;
  }
}

/** The attribute of Constant that takes over one of a function, by `AttributeProto.AttributeType`. */
const constantKeys: Readonly<Record<number, string>> = {
  1: 'value_float',
  2: 'value_int',
  6: 'value_floats',
  7: 'value_ints',
};

/** What operators before version 12 take where a scalar is of their type. */
const scalarTypes: ReadonlySet<ElementType> = new Set<ElementType>(['float16', 'float32', 'float64']);

function nameFor(node: Node, hint: string): string {
  return `${node.outputs.find((output) => output)?.name ?? node.name}_${hint}`;
}

function tensorOf(entry: Attribute): Tensor | undefined {
  switch (entry.type) {
    case 'int':
      return Tensor.int64([], [entry.value]);
    case 'ints':
      return Tensor.int64([entry.value.length], entry.value);
    case 'float':
      return Tensor.float32([], [entry.value]);
    case 'floats':
      return Tensor.float32([entry.value.length], entry.value);
    default:
      return undefined;
  }
}

function scalar(type: ElementType, value: number): Tensor {
  return Tensor.of(type, [], [type === 'float16' ? numberToHalf(value) : value]);
}
