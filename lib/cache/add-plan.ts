import { makeFolder } from '../onnx/file/make-folder.js';
import { asUnwritable } from '../onnx/file/replace-file.js';
import type { PlanDraft } from '../plan/header.js';
import { hashOfKey, type PlanKey } from '../plan/key.js';
import type { SigningKeys } from '../plan/signatures.js';
import { writePlan } from '../plan/write.js';
import type { PlanHit } from './find-plan.js';
import { noteUse, planPath } from './plan-entry.js';
import { prune } from './prune.js';
import { sizeLimit } from './size-limit.js';

/** A plan for the cache. */
export interface NewPlan {
  /** Path of the plan of TensorRT, as the builder wrote it. */
  payload: string;
  header: PlanDraft;
  /** Who signs it beside this user. @default nobody */
  keys?: Omit<SigningKeys, 'own'>;
  /** What all plans of the folder may take together. @default NODE_TENSORRT_CACHE_BYTES, or 10 GiB */
  maxBytes?: number;
}

/**
 * Puts a plan into the cache, where it takes the place of one of the same key. Then plans that were not used for longest go,
 * until the rest is within `maxBytes`; this one stays, and those that somebody works on.
 * @param folder of the plans; made where it is not there
 * @throws NodeTensorRTError as `writePlan`; INVALID_ARGUMENT, OUT_OF_RANGE for `maxBytes`
 */
export async function addPlan(
  folder: string,
  key: PlanKey,
  { payload, header, keys, maxBytes }: NewPlan,
  signal?: AbortSignal,
): Promise<PlanHit> {
  const limit = sizeLimit('options.cacheBytes', maxBytes);
  const hash = hashOfKey(key);
  const path = planPath(folder, hash);
  await makeFolder(folder).catch((error: unknown) => {
    throw asUnwritable(folder, error);
  });
  const written = await writePlan(
    { output: path, payload, header: { ...header, key }, keys: { ...keys, own: true } },
    signal,
  );
  await noteUse(folder, hash);
  await prune({ plans: folder }, { maxBytes: limit, keep: hash });
  return { path, header: written };
}
