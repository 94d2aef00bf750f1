import type { GivenModel } from '../onnx/given-model.js';
import { structureHash } from '../onnx/graph/structure-hash.js';
import { PLAN_FORMAT, type PlanDraft } from '../plan/header.js';
import { packageVersion } from './package-version.js';
import type { PreparedPlan } from './prepare-plan.js';
import type { BuiltPlan } from './run-build.js';

/** What a new plan says about itself. `model` is the one that was built, cast perhaps. */
export async function planDraft(
  { request, chosen, profiles, inForce, key, model: given }: PreparedPlan,
  built: BuiltPlan,
  model: GivenModel,
  buildMs: number,
): Promise<PlanDraft> {
  const takesWeights = Boolean(inForce.refittable || inForce.stripWeights);
  return {
    formatVersion: PLAN_FORMAT,
    createdAt: new Date().toISOString(),
    createdBy: `node-tensorrt ${packageVersion()}`,
    backend: chosen.backend,
    version: chosen.library.version,
    headers: chosen.library.headers,
    targets: chosen.targets,
    ...(chosen.device && { device: chosen.device }),
    platform: key.platform,
    options: { ...inForce },
    model: {
      name: request.name,
      sha256: key.model,
      bytes: await bytesOf(given),
      precision: (await model.describe()).precision,
      ...(takesWeights && { structureSha256: await structureHash(await model.read()) }),
    },
    inputs: built.inputs,
    outputs: built.outputs,
    profiles,
    layers: built.layers,
    messages: built.log.messages,
    refittable: Boolean(inForce.refittable),
    stripped: Boolean(inForce.stripWeights),
    versionCompatible: Boolean(inForce.versionCompatible),
    buildMs: Math.round(buildMs),
    key,
  };
}

/** Of the file, and of what is beside it. */
async function bytesOf(model: GivenModel): Promise<number> {
  const external = await model.external();
  return external.reduce((sum, { payload }) => sum + payload.byteLength, (await model.describe()).fileBytes);
}
