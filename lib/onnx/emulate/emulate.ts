import { argumentError, NodeTensorRTError } from '../../errors.js';
import { choiceOption, knownKeys, objectOption } from '../../options.js';
import { Pauses } from '../file/pauses.js';
import { attribute } from '../graph/attribute.js';
import { cloneModel } from '../graph/clone.js';
import { type ElementType, elementCode } from '../graph/element-types.js';
import type { Graph } from '../graph/graph.js';
import type { Model } from '../graph/model.js';
import { modelArgument } from '../graph/model-argument.js';
import type { Node } from '../graph/node.js';
import { Tensor } from '../graph/tensor.js';
import type { Value } from '../graph/value.js';
import { functionKey } from '../infer/function-key.js';
import { inferTypes } from '../infer/infer-types.js';

/** Options of `emulateLowPrecision`. */
export interface EmulateOptions {
  /** Which types are emulated. @default ['bfloat16'] */
  types?: readonly ('bfloat16' | 'float16')[];
}

type LowTypes = readonly ElementType[];

/** Nodes that take and give values of these types without computing with them. */
const LEFT_ALONE = ['Cast', 'Constant', 'If', 'Loop', 'Scan'];
const TYPE_ATTRIBUTES = ['dtype', 'output_dtype', 'output_datatype', 'softmax_precision', 'stash_type'];

/**
 * A model that computes in float32 and rounds every result that is bfloat16 (or float16): for machines whose backend has no
 * kernels for them, to see what the precision does. It has the same inputs, outputs and names: every value keeps its type,
 * and a Cast stands before and behind each node that computes. Load it without optimisations, which could leave the
 * roundings out.
 *
 * @throws NodeTensorRTError INVALID_ARGUMENT; UNSUPPORTED where an operator that is neither ONNX's nor ONNX Runtime's
 *   computes with such values
 */
export async function emulateLowPrecision(model: Model, options: EmulateOptions = {}): Promise<Model> {
  modelArgument(model);
  const types = typesOption(options);
  const copy = cloneModel(model);
  await inferTypes(copy);
  const pauses = new Pauses();
  const functions = new Set(copy.functions.map(functionKey));
  const emulation = new Emulation(types, functions);
  for (const graph of [...copy.graphs()]) {
    for (const node of [...graph.nodes]) {
      emulation.wrap(node);
      if (pauses.due) await pauses.take();
    }
  }
  for (const graph of copy.graphs()) graph.sort();
  return copy;
}

/** Those of the types that a model has: in initialisers, constants, inputs, stated types or results of Cast. */
export function hasLowPrecision<T extends ElementType>(model: Model, types: readonly T[]): T[] {
  const found = new Set<ElementType | undefined>();
  for (const graph of model.graphs()) {
    for (const value of graph.values) found.add(value.elementType);
    for (const node of graph.nodes) {
      found.add(node.constantOutput?.elementType);
      if (node.is('Cast')) for (const type of types) if (node.int('to', 0) === elementCode(type)) found.add(type);
    }
  }
  return types.filter((type) => found.has(type));
}

function callOf({ domain, opType, overload }: Node): string {
  return functionKey({ domain, name: opType, overload });
}

class Emulation {
  /** The same value in float32. */
  readonly #wide = new Map<Value, Value>();

  constructor(
    readonly types: LowTypes,
    /** Keys of the model's functions, whose bodies are emulated themselves. */
    readonly functions: ReadonlySet<string>,
  ) {}

  /** Makes a node compute in float32. */
  wrap(node: Node): void {
    if (node.is(...LEFT_ALONE) || this.functions.has(callOf(node))) return;
    const takes = node.inputs.some((input) => this.#isLow(input));
    const gives = node.outputs.some((output) => this.#isLow(output));
    if (!takes && !gives) return;
    if (node.domain !== '' && node.domain !== 'com.microsoft') throw notKnown(node);
    if (node.is('CastLike')) {
      this.#toCast(node);
      return;
    }
    node.inputs.forEach((input, i) => {
      if (input && this.#isLow(input)) node.setInput(i, this.#widened(input));
    });
    node.outputs.forEach((output, i) => {
      if (output && this.#isLow(output)) this.#round(node, i, output);
    });
    this.#widenAttributes(node);
  }

  #isLow(value: Value | undefined): boolean {
    const type = value?.elementType;
    return type !== undefined && this.types.includes(type);
  }

  #widened(value: Value): Value {
    const before = this.#wide.get(value);
    if (before) return before;
    const wide = cast(value.graph, value, `${value.name}_float32`, 'float32');
    this.#wide.set(value, wide);
    return wide;
  }

  /** The node gives a float32 value, and a Cast behind it the one that it gave. */
  #round(node: Node, index: number, output: Value): void {
    const { graph } = node;
    const exact = graph.newValue(`${output.name}_exact`);
    node.setOutput(index, exact);
    const to = attribute.int(elementCode(output.elementType as ElementType));
    graph.newNode('Cast', [exact], [output], { attributes: { to } });
  }

  /** CastLike is a function of ONNX's, which kernels of low types need not cover. */
  #toCast(node: Node): void {
    const [value, like] = node.inputs;
    const type = like?.elementType;
    if (type === undefined) return;
    node.opType = 'Cast';
    node.setInputs([value]);
    node.set('to', attribute.int(elementCode(type)));
  }

  #widenAttributes(node: Node): void {
    for (const [name, entry] of node.attributes) {
      if (entry.type === 'int' && TYPE_ATTRIBUTES.includes(name) && this.#isLowCode(entry.value)) {
        node.set(name, attribute.int(elementCode('float32')));
      }
      if (entry.type === 'tensor' && this.types.includes(entry.value.elementType)) {
        const numbers = entry.value.numbers();
        if (numbers) node.set(name, { type: 'tensor', value: Tensor.float32(entry.value.dims, numbers) });
      }
    }
  }

  #isLowCode(code: bigint): boolean {
    return this.types.some((type) => BigInt(elementCode(type)) === code);
  }
}

function cast(graph: Graph, value: Value, name: string, type: ElementType): Value {
  return graph.newNode('Cast', [value], [name], { attributes: { to: attribute.int(elementCode(type)) } }).output;
}

function notKnown(node: Node): NodeTensorRTError {
  const text =
    `${node.label} of domain '${node.domain}' computes with low-precision values, which can be emulated ` +
    "for ONNX's and ONNX Runtime's own operators only; keep it in float32";
  return new NodeTensorRTError('UNSUPPORTED', text, { node: node.name, domain: node.domain });
}

function typesOption(given: EmulateOptions): LowTypes {
  const options = objectOption<EmulateOptions>('options', given);
  knownKeys('options', options, ['types']);
  const types = options.types ?? ['bfloat16'];
  if (!Array.isArray(types) || types.length === 0)
    throw argumentError('options.types', 'an array of at least one type', types);
  return types.map((type, i) => choiceOption(`options.types[${i}]`, type, ['bfloat16', 'float16'] as const));
}
