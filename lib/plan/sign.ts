import { createPublicKey } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { NodeTensorRTError } from '../errors.js';
import { knownKeys, objectOption, pathOption, signalOption } from '../options.js';
import { encodeFront, fits } from './format.js';
import type { PlanSignature } from './header.js';
import { type KeyLike, privateKeyOption } from './keys.js';
import { openRegular } from './open-plan.js';
import { checkPayload, notThePayload } from './payload.js';
import { type PlanFront, readFront } from './read.js';
import { isSignedBy, keySigner, signatureOf } from './signatures.js';
import { writeFully } from './slices.js';
import { changedAfterSigning } from './trust.js';
import { copyHashed, encode, writeWhole } from './write-whole.js';

/** Options of `signPlan`. */
export interface SignPlanOptions {
  /** Where the signed plan goes; what is there is replaced when the new one is complete. @default the plan itself */
  output?: string | URL;
  /** Gives up: rejects with `signal.reason`, and leaves everything as it was. */
  signal?: AbortSignal;
}

/** What `signPlan` did. */
export interface SignedPlan {
  /** Path of the plan that has the signature. */
  output: string;
  /** How signatures name the key: the first 16 hexadecimal digits of the SHA-256 of the public one in DER. */
  keyId: string;
  /** Whether the signature is new. false: the plan had it. */
  added: boolean;
  /** All signatures of the plan. */
  signatures: readonly PlanSignature[];
}

/**
 * Adds a signature to a plan file, so that other machines load it: those that have the public key in `trust.keys`. Who
 * signs a plan vouches for it: check one from elsewhere with `verifyPlan` first. Signatures that are there stay; a plan that
 * has one of this key is left as it is, or copied to `output`.
 * @param path of the plan file, which is replaced as a whole, unless `output` says otherwise
 * @param privateKey of ed25519
 * @throws NodeTensorRTError as `readPlanHeader`; ENGINE_INCOMPATIBLE with `details.reason` 'damaged' for another payload, and
 *   'untrusted' for a plan that was changed after this key had signed it; INVALID_ARGUMENT for another key, and where the
 *   file cannot be written; OUT_OF_RANGE where it has no room for more signatures (there is room for more than twenty)
 * @example
 * const { keyId } = await signPlan('model.plan', await readFile('build.key'), { output: 'signed.plan' });
 */
export async function signPlan(
  path: string | URL,
  privateKey: KeyLike,
  options: SignPlanOptions = {},
): Promise<SignedPlan> {
  const plan = pathOption('path', path);
  const key = privateKeyOption('privateKey', privateKey);
  const { output: given, signal: maybe } = objectOption<SignPlanOptions>('options', options);
  knownKeys('options', options, ['output', 'signal']);
  const output = given === undefined ? plan : pathOption('options.output', given);
  const signal = maybe === undefined ? undefined : signalOption('options.signal', maybe);
  signal?.throwIfAborted();
  const signer = keySigner(key);
  const source = await openRegular(plan);
  try {
    const front = await readFront(source, plan);
    const own = front.signatures.filter(({ keyId, algorithm }) => keyId === signer.keyId && algorithm === 'ed25519');
    for (const signature of own) {
      if (await isSignedBy(createPublicKey(key), front.headerBytes, signature.value)) continue;
      throw changedAfterSigning(front, signature, plan);
    }
    const added = own.length === 0;
    const signatures = added ? [...front.signatures, await signatureOf(signer, front.headerBytes)] : front.signatures;
    const done = { output, keyId: signer.keyId, added, signatures };
    if (!added && output === plan) await checkPayload(source, plan, front, signal);
    else await writeSigned({ source, plan, output, front, signatures, signal });
    return done;
  } finally {
    await source.close();
  }
}

interface SignedWork {
  source: FileHandle;
  plan: string;
  output: string;
  front: PlanFront;
  signatures: readonly PlanSignature[];
  signal: AbortSignal | undefined;
}

async function writeSigned({ source, plan, output, front, signatures, signal }: SignedWork): Promise<void> {
  const { header, headerBytes, payload } = front;
  const all = encode(signatures);
  const sizes = { headerBytes: headerBytes.byteLength, signaturesBytes: all.byteLength };
  if (!fits({ ...sizes, payloadOffset: payload.offset, payloadBytes: payload.bytes })) {
    const text = `${plan} has ${front.signatures.length} signatures, and no room for another. Build it again.`;
    throw new NodeTensorRTError('OUT_OF_RANGE', text, { path: plan });
  }
  await writeWhole(output, async (file) => {
    const { offset, bytes } = payload;
    const sha256 = await copyHashed({ file: source, path: plan, at: offset }, { file, at: offset }, bytes, signal);
    if (sha256 !== header.payload.sha256) throw notThePayload(plan);
    await writeFully(file, await encodeFront(headerBytes, all, payload), 0);
    signal?.throwIfAborted();
  });
}
