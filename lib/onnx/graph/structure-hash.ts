import { createHash, type Hash } from 'node:crypto';
import { Pauses } from '../file/pauses.js';
import { type AttributeValue, latin1, type SparseTensor } from './attribute.js';
import type { ElementType } from './element-types.js';
import type { Graph } from './graph.js';
import type { Model } from './model.js';
import type { Node } from './node.js';
import type { Tensor } from './tensor.js';
import type { Value } from './value.js';

/** Types of weights that are trained. Whole numbers are shapes, axes, indices, or quantised by scales that belong to them. */
const WEIGHT_TYPES: readonly ElementType[] = ['float32', 'float16', 'bfloat16', 'float64'];

/** Inputs with floating-point numbers that say what a node does: bounds, factors, thresholds. */
const SETTINGS: Readonly<Record<string, readonly number[]>> = {
  Clip: [1, 2],
  DequantizeLinear: [1, 2],
  Dropout: [1, 2],
  NonMaxSuppression: [2, 3, 4],
  OneHot: [1, 2],
  Pad: [1, 2, 3],
  QuantizeLinear: [1, 2],
  Range: [0, 1, 2],
  Resize: [1, 2, 3],
  Upsample: [1],
};

/**
 * SHA-256, in hexadecimal, of all of a model but the values of its weights: two models have the same one if the weights of
 * the one can take the place of the other's. Names belong to it; documentation, producer and names of open dimensions do not.
 */
export async function structureHash(model: Model): Promise<string> {
  const writer = new StructureWriter(findSettings(model));
  writer.add([...model.opsets].sort());
  await writer.graph(model.graph);
  for (const { domain, name, overload, body, attributes, defaults, opsets } of model.functions) {
    writer.add([domain, name, overload, attributes, [...opsets].sort()]);
    for (const [key, value] of defaults) await writer.attribute(key, value, false);
    await writer.graph(body);
  }
  return writer.digest();
}

/** What settings are computed of, as far as it is not the shape of something. */
function findSettings(model: Model): ReadonlySet<Value> {
  const found = new Set<Value>();
  const queue: Value[] = [];
  for (const node of model.nodes()) {
    for (const index of node.domain === '' ? (SETTINGS[node.opType] ?? []) : []) {
      const value = node.inputs[index];
      if (value) queue.push(value);
    }
  }
  for (let value = queue.pop(); value !== undefined; value = queue.pop()) {
    if (found.has(value)) continue;
    found.add(value);
    const { producer } = value;
    if (producer === undefined || producer.is('Shape', 'Size')) continue;
    for (const input of producer.inputs) if (input) queue.push(input);
    for (const attribute of producer.attributes.values()) {
      // Of a branch or a loop: what comes out of it.
      if (attribute.type === 'graph') queue.push(...attribute.value.outputs);
    }
  }
  return found;
}

class StructureWriter {
  readonly #hash: Hash = createHash('sha256');
  readonly #pauses = new Pauses();

  constructor(readonly settings: ReadonlySet<Value>) {}

  digest(): string {
    return this.#hash.digest('hex');
  }

  add(part: unknown): void {
    const plain = (_: string, value: unknown) => (typeof value === 'bigint' ? `${value}n` : (value ?? null));
    this.#hash.update(JSON.stringify(part, plain)).update('\n');
  }

  async graph(graph: Graph): Promise<void> {
    this.add(['graph', graph.inputs.map(described), graph.outputs.map(described)]);
    for (const value of graph.initializers) {
      if (value.initializer) await this.tensor(value.name, value.initializer, !this.settings.has(value));
    }
    for (const [value, tensor] of graph.sparse) await this.#sparse(value.name, tensor);
    for (const node of graph.nodes) await this.#node(node);
  }

  async #node(node: Node): Promise<void> {
    if (this.#pauses.due) await this.#pauses.take();
    const { domain, opType, overload, name, inputs, outputs } = node;
    this.add([domain, opType, overload, name, inputs.map(nameOf), outputs.map(nameOf)]);
    const [output] = outputs;
    const isWeight = node.is('Constant') && output !== undefined && !this.settings.has(output);
    for (const [key, value] of node.attributes) await this.attribute(key, value, isWeight);
  }

  async attribute(key: string, { type, value }: AttributeValue, isWeight: boolean): Promise<void> {
    this.add([key, type]);
    if (type === 'tensor') return this.tensor(key, value, isWeight);
    if (type === 'graph') return this.graph(value);
    if (type === 'tensors') for (const tensor of value) await this.tensor(key, tensor, false);
    else if (type === 'graphs') for (const graph of value) await this.graph(graph);
    else if (type === 'string') this.add(latin1(value));
    else if (type === 'strings') this.add(value.map(latin1));
    else if (type === 'sparseTensor' || type === 'sparseTensors') {
      for (const tensor of type === 'sparseTensor' ? [value] : value) await this.#sparse(key, tensor);
    } else if (type !== 'type' && type !== 'types') this.add(value);
  }

  async #sparse(name: string, { values, indices, dims }: SparseTensor): Promise<void> {
    this.add([name, dims]);
    if (values) await this.tensor('values', values, false);
    if (indices) await this.tensor('indices', indices, false);
  }

  async tensor(name: string, tensor: Tensor, mayBeWeight: boolean): Promise<void> {
    const { elementType, dims, payload, strings } = tensor;
    this.add([name, elementType, dims, strings?.map(latin1)]);
    if (mayBeWeight && WEIGHT_TYPES.includes(elementType)) return;
    for await (const chunk of payload.chunks()) {
      this.#hash.update(chunk);
      if (this.#pauses.due) await this.#pauses.take();
    }
  }
}

function described({ name, elementType, dims }: Value): unknown {
  return [name, elementType, dims?.map((dim) => (typeof dim === 'number' ? dim : null))];
}

function nameOf(value: Value | undefined): string {
  return value?.name ?? '';
}
