import { Pauses } from '../onnx/file/pauses.js';
import { readModel } from '../onnx/file/read-model.js';
import { Model } from '../onnx/graph/model.js';
import type { Tensor } from '../onnx/graph/tensor.js';
import type { Value } from '../onnx/graph/value.js';
import { countOperators } from './inspect-model.js';
import type { ModelInput } from './open-model.js';

/** Something that both models have by one name, and that is not the same in both. */
export interface Change {
  readonly name: string;
  readonly from: string;
  readonly to: string;
}

/** What differs between two models. All lists are empty for models that are the same but for names and order of nodes. */
export interface ModelDifference {
  readonly inputs: Difference;
  readonly outputs: Difference;
  /** By domain ('ai.onnx' is ONNX's own). */
  readonly opsets: Difference;
  /** How many nodes of each operator: those whose number is another. */
  readonly operators: readonly { readonly name: string; readonly from: number; readonly to: number }[];
  /** Initialisers by name. `changed` has those of another type or shape, or with other elements. */
  readonly weights: Difference;
}

export interface Difference {
  /** Names of what the second has and the first has not. */
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly Change[];
}

/**
 * Compares two models by what they are made of: inputs and outputs, operator sets, nodes by operator, and weights, whose
 * elements are read and compared. `compareModels` compares what they compute. Throws MODEL_INVALID as `readModel`.
 */
export async function diffModels(first: ModelInput, second: ModelInput): Promise<ModelDifference> {
  const [from, to] = [await opened(first), await opened(second)];
  const operators = await countOperators(from);
  const others = await countOperators(to);
  const names = [...new Set([...operators.keys(), ...others.keys()])].sort();
  return {
    inputs: differ(valueTexts(from.graph.inputs), valueTexts(to.graph.inputs)),
    outputs: differ(valueTexts(from.graph.outputs), valueTexts(to.graph.outputs)),
    opsets: differ(opsetTexts(from), opsetTexts(to)),
    operators: names
      .map((name) => ({ name, from: operators.get(name) ?? 0, to: others.get(name) ?? 0 }))
      .filter((row) => row.from !== row.to),
    weights: await differentWeights(from, to),
  };
}

const opened = async (input: ModelInput) => (input instanceof Model ? input : readModel(input));

/** Compares texts by their names. */
export function differ(from: ReadonlyMap<string, string>, to: ReadonlyMap<string, string>): Difference {
  const changed: Change[] = [];
  for (const [name, text] of from) {
    const other = to.get(name);
    if (other !== undefined && other !== text) changed.push({ name, from: text, to: other });
  }
  return { added: missing(to, from), removed: missing(from, to), changed };
}

const missing = (of: ReadonlyMap<string, unknown>, from: ReadonlyMap<string, unknown>) =>
  [...of.keys()].filter((name) => !from.has(name));

function valueTexts(values: readonly Value[]): Map<string, string> {
  return new Map(values.map((value) => [value.name, valueText(value)]));
}

/** 'float32 [N, 3]'; used by the command line as well. */
export function valueText(value: Value): string {
  if (value.type?.kind === 'other') return 'no tensor';
  const dims = value.dims?.map((dim) => dim ?? '?').join(', ');
  return `${value.elementType ?? 'of no type'} ${dims === undefined ? 'of any rank' : `[${dims}]`}`;
}

function opsetTexts(model: Model): Map<string, string> {
  return new Map([...model.opsets].map(([domain, version]) => [domain || 'ai.onnx', String(version)]));
}

async function differentWeights(from: Model, to: Model): Promise<Difference> {
  const [before, after] = [weightsOf(from), weightsOf(to)];
  const pauses = new Pauses();
  const changed: Change[] = [];
  for (const [name, tensor] of before) {
    const other = after.get(name);
    if (!other) continue;
    const [a, b] = [tensorText(tensor), tensorText(other)];
    if (a !== b) changed.push({ name, from: a, to: b });
    else if (!(await isEqual(tensor, other))) changed.push({ name, from: a, to: `${b} with other elements` });
    if (pauses.due) await pauses.take();
  }
  return { added: missing(after, before), removed: missing(before, after), changed };
}

const tensorText = ({ elementType, dims }: Tensor) => `${elementType} [${dims.join(', ')}]`;

/** Initialisers of the graph and of what is in it; what Constant nodes hold is among them, by the name of its value. */
function weightsOf(model: Model): Map<string, Tensor> {
  const weights = new Map<string, Tensor>();
  for (const graph of model.graphs()) {
    for (const value of graph.values) {
      const tensor = value.initializer ?? value.producer?.constantOutput;
      if (tensor && !weights.has(value.name)) weights.set(value.name, tensor);
    }
  }
  return weights;
}

async function isEqual(a: Tensor, b: Tensor): Promise<boolean> {
  if (a.payload === b.payload && !a.strings) return true;
  if (a.strings || b.strings) {
    const others = b.strings ?? [];
    return a.strings?.every((text, i) => Buffer.compare(text, others[i] ?? Buffer.alloc(0)) === 0) ?? false;
  }
  if (a.payload.byteLength !== b.payload.byteLength) return false;
  let at = 0;
  for await (const chunk of a.payload.chunks()) {
    const other = await b.payload.read(at, at + chunk.byteLength);
    if (Buffer.compare(chunk, other) !== 0) return false;
    at += chunk.byteLength;
  }
  return true;
}
