import { choiceOption, knownKeys, objectOption } from '../../options.js';
import { Pauses } from '../file/pauses.js';
import type { ElementType } from '../graph/element-types.js';
import type { Model } from '../graph/model.js';
import { modelArgument } from '../graph/model-argument.js';
import type { Value } from '../graph/value.js';
import { tensorType } from '../graph/value-type.js';
import { elementTypeOfFact, type Fact, typeOnly } from './fact.js';
import { outputTypes } from './types/find-rule.js';
import { type Visitor, Walk } from './walk.js';

/** Options of `inferTypes`. */
export interface InferTypesOptions {
  /**
   * Which type a value gets where the file states another than its node makes: the 'stated' one or the 'inferred' one.
   * Types of the graph's inputs and of initialisers are never changed. @default 'stated'
   */
  conflicts?: 'stated' | 'inferred';
}

/** A value whose stated element type is not what its node makes. */
export interface TypeConflict {
  readonly value: Value;
  readonly stated: ElementType;
  readonly inferred: ElementType;
}

/** What `inferTypes` found. */
export interface InferTypesReport {
  readonly conflicts: readonly TypeConflict[];
  /** Outputs of nodes that have no element type, as after an operator that is not known. Sequences are not among them. */
  readonly unknown: readonly Value[];
}

/**
 * Sets the element type of every value of a model's graphs, subgraphs and functions that has none and for which it
 * follows from the inputs of its node, by the rules of ONNX's operators and the usual ones of ONNX Runtime. Sizes are
 * left as they are. Of a value in a function it is set where all calls agree.
 */
export async function inferTypes(model: Model, options: InferTypesOptions = {}): Promise<InferTypesReport> {
  modelArgument(model);
  const wins = conflictsOption(options);
  const conflicts = new Map<Value, TypeConflict>();
  const visitor: Visitor = {
    keepsCalls: true,
    outputs: outputTypes,
    settle: (value, stated, found) => {
      const [a, b] = [elementTypeOfFact(stated), elementTypeOfFact(found)];
      if (a && b && a !== b) {
        conflicts.set(value, { value, stated: a, inferred: b });
        return wins === 'stated' ? typeOnly(stated) : found;
      }
      // A sequence may be stated without what is in it.
      return found && (stated === undefined || (found.kind === stated.kind && !isComplete(stated)))
        ? found
        : typeOnly(stated);
    },
  };
  const walk = new Walk(model, visitor);
  await walk.run();
  const unknown: Value[] = [];
  const pauses = new Pauses();
  for (const graph of model.graphs()) {
    for (const value of graph.values) {
      if (pauses.due) await pauses.take();
      const fact = walk.facts.get(value);
      setElementType(value, fact, wins === 'inferred' && conflicts.has(value));
      if (value.producer && value.type === undefined && fact?.kind !== 'sequence' && fact?.kind !== 'optional') {
        unknown.push(value);
      }
    }
  }
  return { conflicts: [...conflicts.values()], unknown };
}

function isComplete(fact: Fact): boolean {
  return fact.kind === 'tensor' ? fact.elementType !== undefined : fact.of !== undefined && isComplete(fact.of);
}

function setElementType(value: Value, fact: Fact | undefined, replaces: boolean): void {
  const elementType = elementTypeOfFact(fact);
  if (elementType === undefined || value.type?.kind === 'other') return;
  if (value.elementType !== undefined && value.elementType !== 'undefined' && !replaces) return;
  value.type = tensorType(elementType, value.dims);
}

function conflictsOption(given: InferTypesOptions): 'stated' | 'inferred' {
  const options = objectOption<InferTypesOptions>('options', given);
  knownKeys('options', options, ['conflicts']);
  return choiceOption('options.conflicts', options.conflicts ?? 'stated', ['stated', 'inferred']);
}
