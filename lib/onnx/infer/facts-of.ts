import type { Model } from '../graph/model.js';
import type { Value } from '../graph/value.js';
import type { Fact } from './fact.js';
import { ShapeInference } from './shape-inference.js';
import { Walk } from './walk.js';

/**
 * What follows of a model's values from its inputs and constants alone: stated shapes of what lies between, which may be
 * wrong, are not looked at. Sizes that are equal strings are the same in every run. Changes nothing.
 */
export async function factsOf(model: Model): Promise<ReadonlyMap<Value, Fact>> {
  const walk = new Walk(model, new ShapeInference('inferred', { dims: new Map(), names: new Map(), isContrary: true }));
  await walk.run();
  return walk.facts;
}
