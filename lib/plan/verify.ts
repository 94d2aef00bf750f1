import { knownKeys, objectOption, signalOption } from '../options.js';
import type { PlanFile } from './header.js';
import { type PlanSource, withPlan } from './open-plan.js';
import { checkPayload } from './payload.js';
import { readFront } from './read.js';
import { type PlanTrust, trustedBy, trustOption } from './trust.js';

/** Options of `verifyPlan`. */
export interface VerifyPlanOptions {
  /** @default { plans: 'own' } */
  trust?: PlanTrust;
  /** Gives up: rejects with `signal.reason`. */
  signal?: AbortSignal;
}

/** A plan that may be loaded. */
export interface VerifiedPlan extends PlanFile {
  /** For whose signature: 'own' (this user's), the name of a key of ed25519, or 'any' where none was asked for. */
  trustedBy: string;
}

/**
 * Checks that a plan file is whole and may be loaded: its signatures, and the hash of its payload, which is read for it.
 * @param plan a path, a file URL, or an open file, which stays open: what is checked is what is loaded then
 * @throws NodeTensorRTError as `readPlanHeader`, and ENGINE_INCOMPATIBLE with `details.reason` 'untrusted';
 *   INVALID_ARGUMENT also for an unsafe file of this user's key
 */
export async function verifyPlan(plan: PlanSource, options: VerifyPlanOptions = {}): Promise<VerifiedPlan> {
  const { trust, signal } = objectOption<VerifyPlanOptions>('options', options);
  knownKeys('options', options, ['trust', 'signal']);
  if (signal !== undefined) signalOption('options.signal', signal).throwIfAborted();
  const resolved = trustOption('options.trust', trust);
  return withPlan(plan, async (file, path) => {
    const front = await readFront(file, path);
    const by = await trustedBy(front, resolved, path);
    const { header, signatures, payload } = front;
    await checkPayload(file, path, front, signal);
    return { header, signatures, payload, trustedBy: by };
  });
}
