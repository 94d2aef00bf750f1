import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { NodeTensorRTError } from '../errors.js';
import type { PlanHeader } from '../plan/header.js';
import { canonicalKey, hashOfKey, type PlanKey } from '../plan/key.js';
import { readPlanHeader } from '../plan/read.js';
import { verifyPlan } from '../plan/verify.js';
import { differences } from './compare-keys.js';
import { noteUse, planPath, removeFiles, usedPath } from './plan-entry.js';

/** A plan of a cache. */
export interface PlanHit {
  path: string;
  header: PlanHeader;
}

/** That there is none, and why. */
export interface PlanMiss {
  path?: undefined;
  /** For people: what is nearest, and all that differs, or what is wrong with the plan that is there. */
  reason: string;
  /** The header of the plan that is nearest. @default there is none of the same model or its name */
  nearest?: PlanHeader;
}

/**
 * Looks for the plan of a key: this user's, whole, and of exactly this key. One that is damaged is removed.
 * @param folder of the plans
 * @param name of the model, for the reason where its content has changed
 * @throws NodeTensorRTError INVALID_ARGUMENT for an unsafe file of this user's key; `signal.reason`
 */
export async function findPlan(
  folder: string,
  key: PlanKey,
  name: string,
  signal?: AbortSignal,
): Promise<PlanHit | PlanMiss> {
  const hash = hashOfKey(key);
  const path = planPath(folder, hash);
  try {
    const { header } = await verifyPlan(path, { ...(signal && { signal }) });
    if (isOf(header, key)) {
      await noteUse(folder, hash);
      return { path, header };
    }
    await removeFiles([path, usedPath(folder, hash)]);
    return { reason: 'the plan in the cache is damaged: it is that of another key' };
  } catch (error) {
    const { code, details, message: text } = asOurs(error);
    const message = text.replace(/\.$/, '');
    if (details['reason'] === 'not-found') return missing(folder, key, name);
    if (code === 'MODEL_INVALID') return { reason: `the plan in the cache cannot be read: ${message}` };
    if (code !== 'ENGINE_INCOMPATIBLE') throw error;
    if (details['reason'] === 'untrusted') return { reason: `the plan in the cache is not this user's: ${message}` };
    await removeFiles([path, usedPath(folder, hash)]);
    return { reason: `the plan in the cache is damaged: ${message}` };
  }
}

/** Whether a header is that of a key. A file may have been renamed. */
export function isOf({ key }: PlanHeader, wanted: PlanKey): boolean {
  return key !== undefined && canonicalKey(key) === canonicalKey(wanted);
}

function asOurs(error: unknown): NodeTensorRTError {
  if (error instanceof NodeTensorRTError) return error;
  throw error;
}

async function missing(folder: string, key: PlanKey, name: string): Promise<PlanMiss> {
  const candidates: { header: PlanHeader; texts: string[]; isSame: boolean }[] = [];
  for (const header of await headers(folder)) {
    if (header.key === undefined) continue;
    const isSame = header.key.model === key.model;
    if (!isSame && header.model.name !== name) continue;
    const changed = isSame ? [] : [`the model has changed since the plan of ${header.createdAt.slice(0, 10)}`];
    try {
      candidates.push({ header, texts: [...changed, ...differences(header.key, key)], isSame });
    } catch {
      // Nobody has checked it: it may be nested as deep as somebody likes.
    }
  }
  candidates.sort(
    (a, b) =>
      Number(b.isSame) - Number(a.isSame) ||
      a.texts.length - b.texts.length ||
      Date.parse(b.header.createdAt) - Date.parse(a.header.createdAt),
  );
  const [nearest] = candidates;
  if (nearest === undefined) return { reason: 'no plan of this model is in the cache' };
  return { reason: nearest.texts.join('; '), nearest: nearest.header };
}

/** Of all plans of a folder that can be read. */
async function headers(folder: string): Promise<PlanHeader[]> {
  const found: PlanHeader[] = [];
  for (const file of await readdir(folder).catch(() => [])) {
    if (!/^[0-9a-f]{64}\.plan$/.test(file)) continue;
    const plan = await readPlanHeader(join(folder, file)).catch(() => undefined);
    if (plan) found.push(plan.header);
  }
  return found;
}
