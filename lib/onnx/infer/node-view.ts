import type { Attribute } from '../graph/attribute.js';
import type { ModelFunction } from '../graph/model.js';
import { clampToNumber, type Node } from '../graph/node.js';
import type { Tensor } from '../graph/tensor.js';
import type { Value } from '../graph/value.js';
import type { Dim } from '../graph/value-type.js';
import { type Fact, type HolderFact, statedFact } from './fact.js';

/** Where nodes are looked at: the model's graphs, or one call of a function. */
export interface Scope {
  readonly facts: Map<Value, Fact>;
  readonly opsets: ReadonlyMap<string, number>;
  /** The call that a function's body stands for. */
  readonly call?: { readonly node: NodeView; readonly of: ModelFunction } | undefined;
  readonly depth: number;
  /** Initialisers are no defaults: see `statedFact`. */
  readonly isFixed: boolean;
}

/**
 * A node with what is known of its inputs. Attributes that refer to those of a function's caller are looked up there; one
 * of another kind than is asked for counts as absent, as the operator's own checks are not the business of inference.
 */
export class NodeView {
  readonly inputs: readonly (Fact | undefined)[];

  constructor(
    readonly node: Node,
    readonly scope: Scope,
  ) {
    this.inputs = node.inputs.map((input) => input && factIn(scope, input));
  }

  /** Version of the operator set that the node is of. 0: not stated. */
  get opset(): number {
    return this.scope.opsets.get(this.node.domain) ?? 0;
  }

  has(name: string): boolean {
    return this.attribute(name) !== undefined;
  }

  attribute(name: string): Attribute | undefined {
    const found = this.node.attributes.get(name);
    if (found?.type !== 'reference') return found;
    const { call } = this.scope;
    return call && (call.node.attribute(found.value) ?? call.of.defaults.get(found.value));
  }

  /** Whether an attribute is there whose value cannot be found: it refers to one of a caller that is not known. */
  isOpen(name: string): boolean {
    const found = this.node.attributes.get(name);
    return found?.type === 'reference' && this.scope.call === undefined;
  }

  int<T>(name: string, fallback: T): number | T {
    const found = this.attribute(name);
    return found?.type === 'int' ? clampToNumber(found.value) : fallback;
  }

  ints<T>(name: string, fallback: T): number[] | T {
    const found = this.attribute(name);
    return found?.type === 'ints' ? found.value.map(clampToNumber) : fallback;
  }

  float<T>(name: string, fallback: T): number | T {
    const found = this.attribute(name);
    return found?.type === 'float' ? found.value : fallback;
  }

  floats<T>(name: string, fallback: T): readonly number[] | T {
    const found = this.attribute(name);
    return found?.type === 'floats' ? found.value : fallback;
  }

  string<T>(name: string, fallback: T): string | T {
    const found = this.attribute(name);
    return found?.type === 'string' ? new TextDecoder().decode(found.value) : fallback;
  }

  tensor(name: string): Tensor | undefined {
    const found = this.attribute(name);
    return found?.type === 'tensor' ? found.value : undefined;
  }

  /** Whether the operator set is older; no where the model does not say. */
  isBefore(version: number): boolean {
    return this.opset > 0 && this.opset < version;
  }

  /** Whether the node has input `i`, known or not. */
  hasInput(i: number): boolean {
    return this.node.inputs[i] !== undefined;
  }

  dims(i: number): readonly Dim[] | undefined {
    const input = this.inputs[i];
    return input?.kind === 'tensor' ? input.dims : undefined;
  }

  /** Elements of input `i` where it is followed: see `TensorFact.data`. */
  data(i: number): readonly Dim[] | undefined {
    const input = this.inputs[i];
    return input?.kind === 'tensor' ? input.data : undefined;
  }

  /** The same, where all of them are numbers. */
  numbers(i: number): readonly number[] | undefined {
    const data = this.data(i);
    return data?.every((value) => typeof value === 'number') ? (data as readonly number[]) : undefined;
  }

  /** What is in the sequence or optional value that input `i` is. */
  heldBy(i: number, kind: HolderFact['kind']): Fact | undefined {
    const input = this.inputs[i];
    return input?.kind === kind ? input.of : undefined;
  }
}

export function factIn(scope: Scope, value: Value): Fact | undefined {
  return scope.facts.get(value) ?? statedFact(value, scope.isFixed);
}
