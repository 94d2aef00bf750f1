import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename } from 'node:path';
import { ModelFiles } from '../builder/model-identity.js';
import { modelOnDisk } from '../builder/model-on-disk.js';
import { castCached, DERIVATION_VERSION } from '../cache/cast-cached.js';
import { HASHED_FOR_PLAN, hashOfModel } from '../cache/model-hash.js';
import { temporaryFolder } from '../cache/temporary-folder.js';
import { NodeTensorRTError } from '../errors.js';
import { GivenModel } from '../onnx/given-model.js';
import { structureHash } from '../onnx/graph/structure-hash.js';
import type { PlanHeader } from '../plan/header.js';
import { BUILD_AGAIN, incompatible } from '../plan/incompatible.js';
import type { ResolvedLoadOptions } from './load-options.js';
import { modelPath } from './model-path.js';
import { engineRunner } from './model-runner.js';

/** A model whose weights fit a plan, in a file, as NVIDIA's parser reads it. */
export interface FittingWeights {
  readonly path: string;
  readonly name: string;
  /** Throws MODEL_INVALID where the model was changed or replaced since it was checked. */
  check(): Promise<void>;
  /** When the plan is loaded. */
  dispose(): Promise<void>;
}

/**
 * Checks that a model has the weights for a plan: everything else of it is what the plan was built from. Casts it as that was.
 * Throws UNSUPPORTED with reason 'not-refittable', ENGINE_INCOMPATIBLE with reason 'refit', and what `readModel` throws.
 */
export async function fittingWeights(
  header: PlanHeader,
  plan: string,
  refit: string | Uint8Array,
  options: ResolvedLoadOptions,
): Promise<FittingWeights> {
  if (!header.refittable && !header.stripped) {
    const text = `options.refit: ${plan} was built without refittable or stripWeights, so its weights stay. Build it with refittable: true.`;
    throw new NodeTensorRTError('UNSUPPORTED', text, { option: 'options.refit', path: plan, reason: 'not-refittable' });
  }
  const { signal } = options;
  const source = typeof refit === 'string' ? await modelPath(refit) : refit;
  const name = typeof source === 'string' ? basename(source) : 'the model given';
  const model = new GivenModel(source, options.limits, options.externalData);
  const files = new ModelFiles(source, await model.external());
  const identity = await files.identity();
  signal?.throwIfAborted();
  await checkSameModel(header, plan, model, name, signal);
  const built = await asBuilt(header, plan, model, options);
  signal?.throwIfAborted();
  if ((await structureHash(await built.read())) !== header.model.structureSha256) {
    const text = `cannot have the weights of ${name}: more than the weights is other than in ${header.model.name}, which it was built from (nodes, names, attributes, shapes, or constants that are no weights). ${BUILD_AGAIN}`;
    throw incompatible('refit', plan, text, { model: name });
  }
  const folder = typeof built.source === 'string' ? undefined : await temporaryFolder(tmpdir());
  const dispose = async () => {
    if (folder) await rm(folder, { recursive: true, force: true });
  };
  const check = async () => {
    if ((await files.identity()) === identity) return;
    const text = `'${name}' was changed or replaced while its weights were loaded; load it again`;
    throw new NodeTensorRTError('MODEL_INVALID', text, { reason: 'model-changed', option: 'options.refit' });
  };
  try {
    const path = await modelOnDisk(built, folder ?? '');
    return { path, name, check, dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

/** A plan that is not refittable to other weights gives wrong results with them: NVIDIA's word is "undefined". */
async function checkSameModel(
  { options, model: built }: PlanHeader,
  plan: string,
  model: GivenModel,
  name: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (options['refittable'] === true) return;
  if ((await hashOfModel(model, HASHED_FOR_PLAN, signal)) === built.sha256) return;
  const text = `takes only the very weights that it was built with (stripWeights, or refittable: 'identical'), and ${name} is not the same as ${built.name} then. Build it with refittable: true.`;
  throw incompatible('refit', plan, text, { model: name });
}

/** The model in the precision of the plan. */
async function asBuilt(
  { key }: PlanHeader,
  plan: string,
  model: GivenModel,
  options: ResolvedLoadOptions,
): Promise<GivenModel> {
  const precision = key?.options['precision'];
  if (precision !== 'fp16' && precision !== 'bf16') return model;
  if (key?.options['casting'] !== DERIVATION_VERSION) {
    const text = `was cast to ${precision} by another version of this library, whose weights this one does not make. ${BUILD_AGAIN}`;
    throw incompatible('refit', plan, text);
  }
  const { cacheDir, signal } = options;
  return (await castCached(model, precision, { cacheDir, signal, loadRunner: engineRunner })).model;
}
