import { booleanOption, choiceOption, knownKeys, objectOption } from '../../options.js';
import type { Model } from '../graph/model.js';
import { modelArgument } from '../graph/model-argument.js';
import type { Value } from '../graph/value.js';
import { type Dim, tensorType } from '../graph/value-type.js';
import { elementTypeOfFact, type Fact } from './fact.js';
import { inputDimsOption } from './input-dims.js';
import { givenInputs, named, type ShapeConflict, ShapeInference } from './shape-inference.js';
import { Walk } from './walk.js';

export type { ShapeConflict } from './shape-inference.js';

/** Options of `inferShapes`. */
export interface InferShapesOptions {
  /** Sizes of inputs of the graph by name, in place of those that the file states; the inputs are changed to them. */
  inputDims?: Readonly<Record<string, readonly Dim[]>>;
  /**
   * What holds where the file states another size or type than a node makes: what is 'inferred' or what is 'stated'.
   * @default 'inferred'
   */
  conflicts?: 'stated' | 'inferred';
  /** Notes all tensors of known type and rank in `Graph.valueInfo`, so that a file has them. @default false */
  annotate?: boolean;
}

/** What `inferShapes` found. */
export interface InferShapesReport {
  readonly conflicts: readonly ShapeConflict[];
  /** Outputs of nodes of which not even the rank is known. Sequences are not among them. */
  readonly unknown: readonly Value[];
}

/**
 * Sets element types and shapes of all values of a model as far as they follow from the inputs of their nodes. Sizes may
 * be names; small tensors are followed through the arithmetic that models do with shapes. What cannot be said stays
 * unknown. Throws INVALID_ARGUMENT or SHAPE_MISMATCH for `inputDims` that do not fit the inputs.
 */
export async function inferShapes(model: Model, options: InferShapesOptions = {}): Promise<InferShapesReport> {
  modelArgument(model);
  const { inputDims, conflicts, annotate } = shapeOptions(model, options);
  const inference = new ShapeInference(conflicts, givenInputs(inputDims));
  const walk = new Walk(model, inference);
  await walk.run();
  const bodies = new Set(model.functions.map(({ body }) => body));
  const unknown: Value[] = [];
  for (const graph of model.graphs()) {
    for (const value of graph.values) {
      const fact = walk.facts.get(value);
      if (fact?.kind === 'tensor' && !(value.initializer && !value.isInput)) setType(value, fact);
      if (!value.producer) continue;
      const isOther = value.type?.kind === 'other' || (fact && fact.kind !== 'tensor');
      if (!isOther && value.dims === undefined) unknown.push(value);
      const isKnown = value.dims !== undefined && value.elementType !== undefined && value.elementType !== 'undefined';
      if (annotate && isKnown && !isOther && !bodies.has(graph) && !value.isOutput) graph.valueInfo.add(value);
    }
  }
  return { conflicts: [...inference.conflicts.values()], unknown };
}

function setType(value: Value, fact: Fact & { kind: 'tensor' }): void {
  const before = value.type;
  if (before?.kind === 'other') return;
  const elementType = elementTypeOfFact(fact) ?? before?.elementType ?? 'undefined';
  const dims = fact.dims?.map(named);
  const isSame =
    before?.elementType === elementType &&
    before.dims?.length === dims?.length &&
    (dims === undefined || dims.every((dim, i) => dim === before.dims?.[i]));
  if (!isSame && (before || elementType !== 'undefined' || dims)) value.type = tensorType(elementType, dims);
}

function shapeOptions(model: Model, given: InferShapesOptions) {
  const options = objectOption<InferShapesOptions>('options', given);
  knownKeys('options', options, ['inputDims', 'conflicts', 'annotate']);
  return {
    inputDims: inputDimsOption(model, 'options.inputDims', options.inputDims ?? {}),
    conflicts: choiceOption('options.conflicts', options.conflicts ?? 'inferred', ['stated', 'inferred']),
    annotate: booleanOption('options.annotate', options.annotate ?? false),
  };
}
