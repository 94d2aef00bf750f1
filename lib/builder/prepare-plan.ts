import { DERIVATION_VERSION } from '../cache/cast-cached.js';
import { hashOfModel } from '../cache/derived-models.js';
import { sizeLimit } from '../cache/size-limit.js';
import { argumentError } from '../errors.js';
import { checkLibraries } from '../machine/check-libraries.js';
import { checkFloat32, precisionOf } from '../onnx/cast/model-precision.js';
import { readModel } from '../onnx/file/read-model.js';
import type { Model } from '../onnx/graph/model.js';
import { PLAN_FORMAT } from '../plan/header.js';
import type { PlanKey } from '../plan/key.js';
import type { ShapeProfile } from '../plan/profile.js';
import { signersOf } from '../plan/signatures.js';
import { cannotQuantise, type PlanRequest } from './build-options.js';
import { type ChosenBackend, chooseBackend } from './choose-backend.js';
import { buildProfiles, type InputShape } from './derive-profiles.js';
import { type IgnoredOption, optionsInForce } from './effects.js';
import { isFileOf, modelIdentity } from './model-identity.js';
import { seenShapes } from './seen-shapes.js';
import type { BuildTuning } from './tuning.js';

/** What is known before it is looked whether the plan is there. */
export interface PreparedPlan {
  readonly request: PlanRequest;
  readonly model: Model;
  /** Of the files that it was read from, before they were hashed. */
  readonly identity: string;
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
  const identity = await modelIdentity(source, model);
  const { output } = request;
  if (output !== undefined && (await isFileOf(output, source, model))) {
    throw argumentError('options.output', 'another file than those of the model that is read', output);
  }
  const found = precisionOf(model);
  if (precision === 'fp32') checkFloat32(found);
  if (precision === 'int8' && found !== 'int8') throw cannotQuantise();
  const seen = request.samples === undefined ? undefined : await seenShapes(request.samples);
  checkFixed(request.sizes.fixed, inputShapes(model));
  const profiles = buildProfiles(inputShapes(model), request.profiles, { ...request.sizes, ...(seen && { seen }) });
  // What would fail behind minutes of building fails here.
  await signersOf(request.sign === undefined ? {} : { sign: request.sign });
  sizeLimit('options.cacheBytes', request.cacheBytes);
  signal?.throwIfAborted();
  const chosen = await chooseBackend(request);
  const { inForce, ignored } = optionsInForce(tuning, chosen.backend);
  // What only checks makes no other plan.
  const cast = precision === 'fp16' || precision === 'bf16';
  const key: PlanKey = {
    model: await hashOfModel(source, model, { plan: PLAN_FORMAT }),
    options: {
      ...keyOptions(inForce),
      profiles,
      precision: cast ? precision : 'model',
      ...(cast && { casting: DERIVATION_VERSION }),
    },
    backend: chosen.backend,
    version: chosen.library.version,
    headers: chosen.library.headers,
    targets: chosen.targets,
    ...(chosen.device && {
      device: {
        name: chosen.device.name,
        computeCapability: chosen.device.computeCapability,
        driver: chosen.device.driver,
      },
    }),
    platform: `${process.platform}-${process.arch}`,
    format: PLAN_FORMAT,
  };
  signal?.throwIfAborted();
  return { request, model, identity, chosen, profiles, inForce, ignored, key };
}

/** What was measured before, and where plugins are, makes no other plan. */
function keyOptions({ timingCache: _, plugins, ...options }: BuildTuning): Record<string, unknown> {
  return { ...options, ...(plugins && { plugins: plugins.map(({ sha256 }) => sha256) }) };
}

/** A name that no dimension has is a typing error. */
function checkFixed(fixed: Readonly<Record<string, number>>, inputs: readonly InputShape[]): void {
  const open = [...new Set(inputs.flatMap(({ dims }) => dims ?? []).filter((dim) => typeof dim === 'string'))];
  const unknown = Object.keys(fixed).find((name) => !open.includes(name));
  if (unknown === undefined) return;
  const there = open.length === 0 ? 'the model has none' : `it has ${open.join(', ')}`;
  throw argumentError(
    'options.freeDimensionOverrides',
    `names of open dimensions of the model's inputs (${there})`,
    unknown,
  );
}

function inputShapes({ graph }: Model): InputShape[] {
  return graph.inputs.filter((input) => !input.initializer).map(({ name, dims }) => ({ name, dims }));
}
