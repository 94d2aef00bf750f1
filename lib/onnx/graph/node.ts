import { NodeTensorRTError } from '../../errors.js';
import type { NodeProto } from '../proto/onnx_pb.js';
import type { Attribute } from './attribute.js';
import type { Graph } from './graph.js';
import { Tensor } from './tensor.js';
import type { Value } from './value.js';

/** An input that a node leaves out is undefined, likewise an output. */
export type OptionalValue = Value | undefined;

/** A node of a graph. Made by `Graph.newNode` and its like, which put it into the graph. */
export class Node {
  /** May be empty, and need not be unique in files of others. */
  name: string;
  opType: string;
  /** '' is ONNX's own ('ai.onnx' in a file is read as ''). */
  domain: string;
  /** Which of several functions of one name; mostly ''. */
  overload = '';
  /** By name, in the order of the file. Values in it are not changed but replaced. */
  readonly attributes = new Map<string, Attribute>();
  /** As the file had it: documentation, metadata, fields that this version does not know. */
  proto: NodeProto | undefined;

  /** @internal undefined once it is removed */
  graphOf: Graph | undefined;
  readonly #inputs: OptionalValue[] = [];
  readonly #outputs: OptionalValue[] = [];

  /** @internal */
  constructor(graph: Graph, opType: string, domain: string, name: string) {
    this.graphOf = graph;
    this.opType = opType;
    this.domain = domain;
    this.name = name;
  }

  /** The graph that it is in. Throws INTERNAL after it was removed. */
  get graph(): Graph {
    if (this.graphOf === undefined) throw new NodeTensorRTError('INTERNAL', `${this.label} was removed from its graph`);
    return this.graphOf;
  }

  get isRemoved(): boolean {
    return this.graphOf === undefined;
  }

  get inputs(): readonly OptionalValue[] {
    return this.#inputs;
  }

  get outputs(): readonly OptionalValue[] {
    return this.#outputs;
  }

  /** How messages name it: its name, or its first output where it has none, and the operator. */
  get label(): string {
    const of = this.name || this.#outputs.find((output) => output)?.name;
    return of ? `${this.opType} '${of}'` : `${this.opType} without name`;
  }

  /** Whether it is one of these operators of ONNX's own domain. */
  is(...opTypes: string[]): boolean {
    return this.domain === '' && opTypes.includes(this.opType);
  }

  /** Puts a value, or nothing, at an input; makes the list longer where it must. */
  setInput(index: number, value: OptionalValue): void {
    while (this.#inputs.length <= index) this.#inputs.push(undefined);
    const before = this.#inputs[index];
    if (before === value) return;
    if (before) {
      const uses = before.uses.get(this) ?? 1;
      if (uses === 1) before.uses.delete(this);
      else before.uses.set(this, uses - 1);
    }
    this.#inputs[index] = value;
    if (value) value.uses.set(this, (value.uses.get(this) ?? 0) + 1);
  }

  /** Replaces all inputs. */
  setInputs(values: readonly OptionalValue[]): void {
    for (let i = 0; i < this.#inputs.length; i++) this.setInput(i, undefined);
    this.#inputs.length = 0;
    values.forEach((value, i) => {
      this.setInput(i, value);
    });
  }

  /** Takes inputs that are left out off the end of the list. */
  trimInputs(): void {
    while (this.#inputs.length > 0 && this.#inputs[this.#inputs.length - 1] === undefined) this.#inputs.pop();
  }

  /** Puts a value that nothing else produces at an output, or nothing. */
  setOutput(index: number, value: OptionalValue): void {
    while (this.#outputs.length <= index) this.#outputs.push(undefined);
    const before = this.#outputs[index];
    if (before === value) return;
    if (value?.producerOf) {
      throw new NodeTensorRTError('INTERNAL', `'${value.name}' is produced by ${value.producerOf.label} already`);
    }
    if (before) before.producerOf = undefined;
    this.#outputs[index] = value;
    if (value) value.producerOf = this;
  }

  /** Replaces all outputs. */
  setOutputs(values: readonly OptionalValue[]): void {
    for (let i = 0; i < this.#outputs.length; i++) this.setOutput(i, undefined);
    this.#outputs.length = 0;
    values.forEach((value, i) => {
      this.setOutput(i, value);
    });
  }

  /** The first output. Throws MODEL_INVALID where it has none. */
  get output(): Value {
    const [first] = this.#outputs;
    if (!first) throw new NodeTensorRTError('MODEL_INVALID', `${this.label} has no output`);
    return first;
  }

  /** Graphs in its attributes, as the branches of If. */
  get subgraphs(): Graph[] {
    const graphs: Graph[] = [];
    for (const entry of this.attributes.values()) {
      if (entry.type === 'graph') graphs.push(entry.value);
      else if (entry.type === 'graphs') graphs.push(...entry.value);
    }
    return graphs;
  }

  /** Sets an attribute, or takes it away. */
  set(name: string, value: Attribute | undefined): void {
    const before = this.attributes.get(name);
    if (value === undefined) this.attributes.delete(name);
    // What the file said beside the value stays.
    else this.attributes.set(name, before?.proto && !value.proto ? { ...value, proto: before.proto } : value);
    for (const graph of this.subgraphs) graph.adopt(this);
  }

  /** An attribute of kind 'int' as a number. Throws MODEL_INVALID if it is of another kind or beyond 2^53. */
  int<T>(name: string, fallback: T): number | T {
    const entry = this.#typed(name, 'int');
    return entry ? this.#number(name, entry.value) : fallback;
  }

  float<T>(name: string, fallback: T): number | T {
    return this.#typed(name, 'float')?.value ?? fallback;
  }

  string<T>(name: string, fallback: T): string | T {
    const entry = this.#typed(name, 'string');
    return entry ? new TextDecoder().decode(entry.value) : fallback;
  }

  /** An attribute of kind 'ints' as numbers; values beyond 2^53 (as "to the end" is written) become ±2^53 − 1. */
  ints<T>(name: string, fallback: T): number[] | T {
    const entry = this.#typed(name, 'ints');
    return entry ? entry.value.map(clampToNumber) : fallback;
  }

  floats<T>(name: string, fallback: T): readonly number[] | T {
    return this.#typed(name, 'floats')?.value ?? fallback;
  }

  tensor(name: string): Tensor | undefined {
    return this.#typed(name, 'tensor')?.value;
  }

  subgraph(name: string): Graph | undefined {
    return this.#typed(name, 'graph')?.value;
  }

  /** What a Constant node holds, of whichever attribute; undefined for other nodes, sparse values and references. */
  get constantOutput(): Tensor | undefined {
    if (!this.is('Constant')) return undefined;
    for (const [name, entry] of this.attributes) {
      if (name === 'value' && entry.type === 'tensor') return entry.value;
      if (name === 'value_float' && entry.type === 'float') return Tensor.float32([], [entry.value]);
      if (name === 'value_floats' && entry.type === 'floats') return Tensor.float32([entry.value.length], entry.value);
      if (name === 'value_int' && entry.type === 'int') return Tensor.int64([], [entry.value]);
      if (name === 'value_ints' && entry.type === 'ints') return Tensor.int64([entry.value.length], entry.value);
      if (name === 'value_string' && entry.type === 'string') return Tensor.strings([], [entry.value]);
      if (name === 'value_strings' && entry.type === 'strings') {
        return Tensor.strings([entry.value.length], entry.value);
      }
    }
    return undefined;
  }

  /** Takes it out of its graph. Its outputs must not be used any more. */
  remove(): void {
    this.graph.removeNode(this);
  }

  #typed<K extends Attribute['type']>(name: string, type: K): Extract<Attribute, { type: K }> | undefined {
    const entry = this.attributes.get(name);
    if (entry === undefined) return undefined;
    if (entry.type !== type) {
      const text = `${this.label}: attribute '${name}' is of kind '${entry.type}', expected '${type}'`;
      throw new NodeTensorRTError('MODEL_INVALID', text, { node: this.name, attribute: name });
    }
    return entry as Extract<Attribute, { type: K }>;
  }

  #number(name: string, value: bigint): number {
    if (Number.isSafeInteger(Number(value))) return Number(value);
    const text = `${this.label}: attribute '${name}' is ${value}, expected less than 2^53`;
    throw new NodeTensorRTError('MODEL_INVALID', text, { node: this.name, attribute: name });
  }
}

/** A whole number of a model as a JavaScript number; beyond ±(2^53 − 1) that. */
export function clampToNumber(value: bigint): number {
  const number = Number(value);
  return Math.max(-Number.MAX_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, number));
}
