import { DERIVATION_VERSION } from '../cache/cast-cached.js';
import { hashOfModel } from '../cache/derived-models.js';
import { checkLibraries } from '../machine/check-libraries.js';
import { checkFloat32, precisionOf } from '../onnx/cast/model-precision.js';
import { readModel } from '../onnx/file/read-model.js';
import type { Model } from '../onnx/graph/model.js';
import { PLAN_FORMAT } from '../plan/header.js';
import type { PlanKey } from '../plan/key.js';
import type { ShapeProfile } from '../plan/profile.js';
import { cannotQuantise, type PlanRequest } from './build-options.js';
import { type ChosenBackend, chooseBackend } from './choose-backend.js';
import { buildProfiles, type InputShape } from './derive-profiles.js';
import { type IgnoredOption, optionsInForce } from './effects.js';
import { seenShapes } from './seen-shapes.js';
import type { BuildTuning } from './tuning.js';

/** What is known before it is looked whether the plan is there. */
export interface PreparedPlan {
  readonly request: PlanRequest;
  readonly model: Model;
  readonly chosen: ChosenBackend;
  readonly profiles: readonly ShapeProfile[];
  readonly inForce: BuildTuning;
  readonly key: PlanKey;
  /** Options that the flavour makes no use of. */
  readonly ignored: readonly IgnoredOption[];
}

/** Reads the model, decides what builds it and for what shapes, and names the plan. Throws what the options can. */
export async function preparePlan(request: PlanRequest): Promise<PreparedPlan> {
  const { source, signal, precision, tuning } = request;
  await checkLibraries('options.plugins', tuning.plugins ?? [], signal);
  const model = await readModel(source, { externalData: request.externalData, limits: request.limits });
  const found = precisionOf(model);
  if (precision === 'fp32') checkFloat32(found);
  if (precision === 'int8' && found !== 'int8') throw cannotQuantise();
  const seen = request.samples === undefined ? undefined : await seenShapes(request.samples);
  const profiles = buildProfiles(inputShapes(model), request.profiles, { ...request.sizes, ...(seen && { seen }) });
  signal?.throwIfAborted();
  const chosen = await chooseBackend(request);
  const { inForce, ignored } = optionsInForce(tuning, chosen.backend);
  const key: PlanKey = {
    model: await hashOfModel(source, model, { plan: PLAN_FORMAT }),
    options: { ...keyOptions(inForce), profiles, precision: precision ?? 'model', casting: DERIVATION_VERSION },
    backend: chosen.backend,
    version: chosen.library.version,
    headers: chosen.library.headers,
    targets: chosen.targets,
    ...(chosen.device && {
      device: { computeCapability: chosen.device.computeCapability, driver: chosen.device.driver },
    }),
    platform: `${process.platform}-${process.arch}`,
    format: PLAN_FORMAT,
  };
  signal?.throwIfAborted();
  return { request, model, chosen, profiles, inForce, ignored, key };
}

/** What was measured before, and where plugins are, makes no other plan. */
function keyOptions({ timingCache: _, plugins, ...options }: BuildTuning): Record<string, unknown> {
  return { ...options, ...(plugins && { plugins: plugins.map(({ sha256 }) => sha256) }) };
}

function inputShapes({ graph }: Model): InputShape[] {
  return graph.inputs.filter((input) => !input.initializer).map(({ name, dims }) => ({ name, dims }));
}
