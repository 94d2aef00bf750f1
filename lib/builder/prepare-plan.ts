import { DERIVATION_VERSION } from '../cache/cast-cached.js';
import { HASHED_FOR_PLAN, hashOfModel } from '../cache/model-hash.js';
import { sizeLimit } from '../cache/size-limit.js';
import { argumentError, NodeTensorRTError } from '../errors.js';
import { checkLibraries } from '../machine/check-libraries.js';
import { checkPrecision } from '../onnx/cast/check-precision.js';
import { GivenModel } from '../onnx/given-model.js';
import { PLAN_FORMAT } from '../plan/header.js';
import type { PlanKey } from '../plan/key.js';
import type { ShapeProfile } from '../plan/profile.js';
import { signersOf } from '../plan/signatures.js';
import { cannotQuantise, type PlanRequest } from './build-options.js';
import { type ChosenBackend, chooseBackend } from './choose-backend.js';
import { buildProfiles, type InputShape } from './derive-profiles.js';
import { type IgnoredOption, optionsInForce } from './effects.js';
import { ModelFiles } from './model-identity.js';
import { seenShapes } from './seen-shapes.js';
import type { BuildTuning } from './tuning.js';

/** What is known before it is looked whether the plan is there. */
export interface PreparedPlan {
  readonly request: PlanRequest;
  /** As it was given, not cast. */
  readonly model: GivenModel;
  readonly files: ModelFiles;
  /** Of its files, before they were read. */
  readonly identity: string;
  readonly chosen: ChosenBackend;
  readonly profiles: readonly ShapeProfile[];
  readonly inForce: BuildTuning;
  readonly key: PlanKey;
  /** Options that the flavour makes no use of. */
  readonly ignored: readonly IgnoredOption[];
}

/** Looks at the model, decides what builds it and for what shapes, and names the plan. Throws what the options can. */
export async function preparePlan(request: PlanRequest): Promise<PreparedPlan> {
  const { signal, precision, tuning } = request;
  await checkLibraries('options.plugins', tuning.plugins ?? [], signal);
  // Who has not asked yet which TensorRT there is waits for a process that loads it.
  const [{ hash, ...looked }, chosen] = await bothOf(lookAt(request), chooseBackend(request));
  const { profiles } = looked;
  const { inForce, ignored: unused } = optionsInForce(tuning, chosen.backend);
  const ignored = [...unused, ...withTargets(request)];
  // What only checks makes no other plan.
  const cast = precision === 'fp16' || precision === 'bf16';
  const key: PlanKey = {
    model: hash,
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
  return { request, ...looked, chosen, inForce, ignored, key };
}

/** No GPU of this machine has to do with a plan for targets. */
function withTargets({ targets, device }: PlanRequest): IgnoredOption[] {
  if (targets.length === 0 || device === 0) return [];
  return [{ option: 'device', reason: 'the plan is for the targets, and no GPU builds it' }];
}

/** The plan of one model must not be kept under the name of another. */
export function modelChanged(name: string): NodeTensorRTError {
  const text = `'${name}' was changed or replaced while it was built; build it again`;
  return new NodeTensorRTError('BUILD_FAILED', text, { reason: 'model-changed' });
}

/** What the model says of itself without its graph, held against the request; and its hash. */
async function lookAt(request: PlanRequest) {
  const { source, externalData, limits, name, signal, precision, output } = request;
  const before = await new ModelFiles(source).identity();
  const model = new GivenModel(source, limits, externalData);
  const [external, hash] = await bothOf(model.external(), hashOfModel(model, HASHED_FOR_PLAN, signal));
  const files = new ModelFiles(source, external);
  const identity = await files.identity();
  if (!identity.startsWith(before)) throw modelChanged(name);
  if (output !== undefined && (await files.has(output))) {
    throw argumentError('options.output', 'another file than those of the model that is read', output);
  }
  const description = await model.describe();
  if (precision === 'int8' && description.precision !== 'int8') throw cannotQuantise();
  if (precision !== undefined && precision !== 'int8') checkPrecision(description, precision);
  const seen = request.samples === undefined ? undefined : await seenShapes(request.samples);
  checkFixed(request.sizes.fixed, description.inputs);
  const profiles = buildProfiles(description.inputs, request.profiles, { ...request.sizes, ...(seen && { seen }) });
  // What would fail behind minutes of building fails here.
  await signersOf(request.sign === undefined ? {} : { sign: request.sign });
  sizeLimit('options.cacheBytes', request.cacheBytes);
  return { model, files, identity, hash, profiles };
}

/** Two results, when nobody works on either any more. Throws the first's error before the second's. */
async function bothOf<A, B>(a: Promise<A>, b: Promise<B>): Promise<[A, B]> {
  const [first, second] = await Promise.allSettled([a, b]);
  if (first.status === 'rejected') throw first.reason;
  if (second.status === 'rejected') throw second.reason;
  return [first.value, second.value];
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
