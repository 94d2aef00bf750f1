import type { KeyObject } from 'node:crypto';
import { argumentError } from '../errors.js';
import { choiceOption, knownKeys, objectOption } from '../options.js';
import type { PlanSignature } from './header.js';
import { BUILD_AGAIN, incompatible } from './incompatible.js';
import { type KeyLike, publicKeyOption } from './keys.js';

export type { KeyLike } from './keys.js';

import type { PlanFront } from './read.js';
import { isSignedBy, publicKeyId } from './signatures.js';
import { keyIdOf, readUserKey } from './user-key.js';

/** Which plans are loaded. A plan is code: one that somebody made for it can do everything that the process can. */
export interface PlanTrust {
  /** 'own': those that this user built, and those that one of `keys` has signed. 'any': all that are not damaged. */
  plans: 'own' | 'any';
  /** Public keys of ed25519; of a private one the public one is used. @default none */
  keys?: readonly KeyLike[];
}

/** A PlanTrust that was checked. */
export interface ResolvedTrust {
  plans: 'own' | 'any';
  /** By their names in signatures. */
  keys: ReadonlyMap<string, KeyObject>;
}

/** undefined is { plans: 'own' }. Throws INVALID_ARGUMENT. */
export function trustOption(name: string, value: unknown): ResolvedTrust {
  if (value === undefined) return { plans: 'own', keys: new Map() };
  const trust = objectOption<PlanTrust>(name, value);
  knownKeys(name, trust, ['plans', 'keys']);
  const given: unknown = trust.keys ?? [];
  if (!Array.isArray(given)) throw argumentError(`${name}.keys`, 'an array of public keys', typeof given);
  const keys = given.map((key, i) => publicKeyOption(`${name}.keys[${i}]`, key));
  return {
    plans: choiceOption(`${name}.plans`, trust.plans, ['own', 'any']),
    keys: new Map(keys.map((key) => [publicKeyId(key), key])),
  };
}

/**
 * Who a plan is trusted for: 'any', 'own' or the name of a key. Throws ENGINE_INCOMPATIBLE with reason 'untrusted', and
 * INVALID_ARGUMENT for an unsafe file of this user's key.
 */
export async function trustedBy(plan: PlanFront, { plans, keys }: ResolvedTrust, path: string): Promise<string> {
  if (plans === 'any') return 'any';
  let wrong: PlanSignature | undefined;
  // Those of given keys first: what is wrong with this user's own key does not matter to them.
  const byKey = (a: PlanSignature, b: PlanSignature) =>
    Number(b.algorithm === 'ed25519') - Number(a.algorithm === 'ed25519');
  for (const signature of plan.signatures.toSorted(byKey)) {
    const found = await keyOf(signature, keys);
    if (found === undefined) continue;
    if (await isSignedBy(found.key, plan.headerBytes, signature.value)) return found.name;
    wrong = signature;
  }
  throw untrusted(plan, wrong, path);
}

async function keyOf(
  { algorithm, keyId }: PlanSignature,
  keys: ResolvedTrust['keys'],
): Promise<{ key: Uint8Array | KeyObject; name: string } | undefined> {
  if (algorithm === 'ed25519') {
    const key = keys.get(keyId);
    return key && { key, name: keyId };
  }
  const own = await readUserKey();
  return own && keyIdOf(own) === keyId ? { key: own, name: 'own' } : undefined;
}

/** Of a plan with a signature of a known key that does not fit. */
export function changedAfterSigning({ signatures }: Pick<PlanFront, 'signatures'>, wrong: PlanSignature, path: string) {
  const text = `was changed after it was signed: the ${wrong.algorithm} signature of key ${wrong.keyId} is not one of what it says. Do not use it. ${BUILD_AGAIN}`;
  return incompatible('untrusted', path, text, { signatures });
}

function untrusted({ signatures }: PlanFront, wrong: PlanSignature | undefined, path: string) {
  if (wrong) return changedAfterSigning({ signatures }, wrong, path);
  const by = signatures.map(
    ({ algorithm, keyId }) => `${algorithm === 'ed25519' ? 'key' : 'the user with key'} ${keyId}`,
  );
  const what =
    by.length === 0
      ? 'is not signed'
      : `is signed by ${by.join(' and ')}, and neither this user's nor one of options.trust.keys`;
  const text = `${what}. A plan is code: build it here, or give the public key of who signed it in options.trust.keys, or, where you know for sure where it comes from, options.trust: { plans: 'any' }.`;
  return incompatible('untrusted', path, text, { signatures });
}
