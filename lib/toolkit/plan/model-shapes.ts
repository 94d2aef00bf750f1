import { HASHED_FOR_PLAN, hashOfModel } from '../../cache/model-hash.js';
import { modelPath } from '../../engine/model-path.js';
import { NodeTensorRTError } from '../../errors.js';
import { readModel } from '../../onnx/file/read-model.js';
import { GivenModel } from '../../onnx/given-model.js';
import { cloneModel } from '../../onnx/graph/clone.js';
import type { Model } from '../../onnx/graph/model.js';
import { inferShapes } from '../../onnx/infer/infer-shapes.js';
import type { PlanHeader } from '../../plan/header.js';
import type { ShapeProfile } from '../../plan/profile.js';
import type { KnownDims } from './known-shape.js';

/** Shapes of tensors by name. */
export type NamedDims = ReadonlyMap<string, KnownDims>;

/** What the model of a plan says of the sizes that the plan leaves open. */
export interface ModelShapes {
  /** In the most usual shapes of the first profile. */
  readonly opt: NamedDims;
  /** In the largest shapes of each profile. */
  readonly max: readonly NamedDims[];
}

/**
 * Works out shapes in the model that a plan was built from. The model is read as a whole. Throws as `readModel`, and
 * INVALID_ARGUMENT for another model.
 */
export async function modelShapes({ model: built, profiles }: PlanHeader, source: string): Promise<ModelShapes> {
  const path = await modelPath(source);
  const model = await readModel(path);
  const hash = await hashOfPlanModel(path);
  if (hash !== built.sha256) {
    const [expected, received] = [built.sha256.slice(0, 12), hash.slice(0, 12)];
    const text = `model: '${path}' is not the model that the plan was built from, ${built.name}: its hash is ${received}, not ${expected}`;
    throw new NodeTensorRTError('INVALID_ARGUMENT', text, { option: 'model', expected, received });
  }
  const max: NamedDims[] = [];
  for (const profile of profiles.length > 0 ? profiles : [{}]) max.push(await dimsIn(model, profile, 'max'));
  return { opt: await dimsIn(model, profiles[0] ?? {}, 'opt'), max };
}

/** The hash of a model as plans have it: what the builder makes of it in prepare-plan.ts. */
export function hashOfPlanModel(path: string): Promise<string> {
  return hashOfModel(new GivenModel(path), HASHED_FOR_PLAN);
}

async function dimsIn(given: Model, profile: ShapeProfile, at: 'opt' | 'max'): Promise<NamedDims> {
  const model = cloneModel(given);
  await inferShapes(model, {
    inputDims: Object.fromEntries(Object.entries(profile).map(([name, range]) => [name, range[at]])),
  });
  const dims = new Map<string, KnownDims>();
  for (const value of model.graph.values) {
    const known = value.dims?.map((dim) => (typeof dim === 'number' ? dim : null));
    if (known) dims.set(value.name, known);
  }
  return dims;
}
