import type { KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { NodeTensorRTError } from '../../errors.js';
import { publicKeyOption } from '../../plan/keys.js';
import { publicKeyId } from '../../plan/signatures.js';
import { verifyPlan } from '../../plan/verify.js';

/** Whom a plan is trusted for. */
export interface PlanVerdict {
  /** 'own', or the name of the key. */
  readonly trustedBy: string;
  /** The file of that key; undefined for this user's own. */
  readonly keyFile?: string;
}

/**
 * Checks a plan against its hash, and its signatures against this user's key and the public keys in files (PEM or DER).
 * Throws as `verifyPlan`, and INVALID_ARGUMENT for a file that is no key.
 */
export async function verifyPlanBy(plan: string, keyFiles: readonly string[]): Promise<PlanVerdict> {
  const keys = new Map<string, { file: string; key: KeyObject }>();
  for (const file of keyFiles) {
    const key = publicKeyOption(`the key '${file}'`, await readKey(file));
    keys.set(publicKeyId(key), { file, key });
  }
  const trust = { plans: 'own', keys: [...keys.values()].map(({ key }) => key) } as const;
  const { trustedBy } = await verifyPlan(plan, { trust });
  const keyFile = keys.get(trustedBy)?.file;
  return { trustedBy, ...(keyFile !== undefined && { keyFile }) };
}

async function readKey(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    const text = `the key '${file}' cannot be read: ${(error as Error).message}`;
    throw new NodeTensorRTError('INVALID_ARGUMENT', text, { option: 'key', path: file });
  }
}
