import { createHmac, createPublicKey, type KeyObject, sign, timingSafeEqual, verify } from 'node:crypto';
import { promisify } from 'node:util';
import type { PlanSignature } from './header.js';
import { type KeyLike, privateKeyOption } from './keys.js';
import { addSlices } from './slices.js';
import { keyIdOf, userKey } from './user-key.js';

// Both work on a thread of their own when they are given a callback.
const signAside = promisify<null, Uint8Array, KeyObject, Buffer>(sign);
const verifyAside = promisify<null, Uint8Array, KeyObject, Uint8Array, boolean>(verify);

/** Who signs a plan that is written. */
export interface SigningKeys {
  /** Whether the key of this user does, which is made where there is none. @default true */
  own?: boolean;
  /** A private key of ed25519, for those who have the public one. @default none */
  sign?: KeyLike;
}

/** Makes a signature. */
export interface Signer {
  algorithm: PlanSignature['algorithm'];
  keyId: string;
  /** Of a signature, before base64. */
  bytes: number;
  sign(header: Uint8Array): Promise<Buffer>;
}

/** Throws INVALID_ARGUMENT for keys that are none. */
export async function signersOf(keys: SigningKeys = {}): Promise<Signer[]> {
  const signers: Signer[] = [];
  if (keys.own ?? true) signers.push(ownSigner(await userKey()));
  if (keys.sign !== undefined) signers.push(keySigner(privateKeyOption('options.sign', keys.sign)));
  return signers;
}

export function ownSigner(key: Uint8Array): Signer {
  return { algorithm: 'hmac-sha256', keyId: keyIdOf(key), bytes: 32, sign: (header) => hmac(key, header) };
}

export function keySigner(key: KeyObject): Signer {
  const keyId = publicKeyId(createPublicKey(key));
  return { algorithm: 'ed25519', keyId, bytes: 64, sign: (header) => signAside(null, header, key) };
}

export async function signatureOf(signer: Signer, header: Uint8Array): Promise<PlanSignature> {
  const { algorithm, keyId } = signer;
  return { algorithm, keyId, value: (await signer.sign(header)).toString('base64') };
}

/** What takes as many bytes as the signature will. */
export function placeOf({ algorithm, keyId, bytes }: Signer): PlanSignature {
  return { algorithm, keyId, value: Buffer.alloc(bytes).toString('base64') };
}

export async function isSignedBy(key: Uint8Array | KeyObject, header: Uint8Array, value: string): Promise<boolean> {
  const given = Buffer.from(value, 'base64');
  if (!(key instanceof Uint8Array)) return verifyAside(null, header, key, given);
  const expected = await hmac(key, header);
  return given.byteLength === expected.byteLength && timingSafeEqual(given, expected);
}

export function publicKeyId(key: KeyObject): string {
  return keyIdOf(key.export({ type: 'spki', format: 'der' }));
}

async function hmac(key: Uint8Array, header: Uint8Array): Promise<Buffer> {
  const mac = createHmac('sha256', key);
  await addSlices(mac, header);
  return mac.digest();
}
