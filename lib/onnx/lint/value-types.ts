import { NodeTensorRTError } from '../../errors.js';
import type { ElementType } from '../graph/element-types.js';
import type { Model } from '../graph/model.js';
import type { Value } from '../graph/value.js';
import { elementTypeOfFact, type Fact } from '../infer/fact.js';
import { outputTypes } from '../infer/types/find-rule.js';
import { Walk } from '../infer/walk.js';

/** A value that is stated to be of another element type than its node makes. */
export interface TypeMismatch {
  readonly value: Value;
  readonly stated: ElementType;
  readonly made: ElementType;
}

/** What is known of the types of values, stated or not. The model is left as it is. */
export interface ValueTypes {
  readonly facts: ReadonlyMap<Value, Fact>;
  readonly mismatches: readonly TypeMismatch[];
}

export async function findTypes(model: Model): Promise<ValueTypes> {
  const mismatches = new Map<Value, TypeMismatch>();
  const walk = new Walk(model, {
    keepsCalls: true,
    outputs: outputTypes,
    settle: (value, stated, found) => {
      const [a, b] = [elementTypeOfFact(stated), elementTypeOfFact(found)];
      if (a && b && a !== b) mismatches.set(value, { value, stated: a, made: b });
      return a === undefined ? (found ?? stated) : stated;
    },
  });
  try {
    await walk.run();
  } catch (error) {
    // Nodes that wait for one another, which a rule reports: what was found before holds.
    if (!(error instanceof NodeTensorRTError) || error.code !== 'MODEL_INVALID') throw error;
  }
  return { facts: walk.facts, mismatches: [...mismatches.values()] };
}
