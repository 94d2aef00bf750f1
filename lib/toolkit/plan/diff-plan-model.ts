import { readModel } from '../../onnx/file/read-model.js';
import type { Value } from '../../onnx/graph/value.js';
import { readPlanHeader } from '../../plan/read.js';
import { type Difference, differ, valueText } from '../diff-models.js';
import { tensorTexts } from './diff-plans.js';
import { hashOfPlanModel } from './model-shapes.js';

/** How a plan and an ONNX model belong together. */
export interface PlanModelDifference {
  /** Whether the plan was built from just this model: graph and weights. */
  readonly builtFromIt: boolean;
  /** SHA-256 of the model that the plan was built from, and of this one, as plans have it. */
  readonly planModel: string;
  readonly model: string;
  /** From the plan to the model. */
  readonly inputs: Difference;
  readonly outputs: Difference;
}

/**
 * Compares a plan with an ONNX model: inputs, outputs, and whether the plan was built from it. The whole model is read.
 * Throws as `readPlanHeader` and `readModel`.
 */
export async function diffPlanAndModel(plan: string, model: string): Promise<PlanModelDifference> {
  const { header } = await readPlanHeader(plan);
  const opened = await readModel(model);
  const { inputs, outputs } = opened.graph;
  const hash = await hashOfPlanModel(model);
  return {
    builtFromIt: hash === header.model.sha256,
    planModel: header.model.sha256,
    model: hash,
    inputs: differ(tensorTexts(header.inputs), valueTexts(inputs.filter(({ initializer }) => !initializer))),
    outputs: differ(tensorTexts(header.outputs), valueTexts(outputs)),
  };
}

const valueTexts = (values: readonly Value[]) => new Map(values.map((value) => [value.name, valueText(value)]));
