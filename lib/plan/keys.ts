import { createPrivateKey, createPublicKey, KeyObject } from 'node:crypto';
import { NodeTensorRTError } from '../errors.js';

/** A key of ed25519: a KeyObject, a text in PEM, or the bytes of one in PEM or DER. */
export type KeyLike = KeyObject | string | Uint8Array;

/** A public key, also of a private one. Throws INVALID_ARGUMENT, which never shows the key. */
export function publicKeyOption(name: string, value: unknown): KeyObject {
  return keyOption(name, value, 'an ed25519 public key', (key) => {
    if (key instanceof KeyObject) return key.type === 'private' ? createPublicKey(key) : key;
    if (isPem(key)) return createPublicKey(Buffer.from(key));
    try {
      return createPublicKey({ key: Buffer.from(key), format: 'der', type: 'spki' });
    } catch {
      return createPublicKey(createPrivateKey({ key: Buffer.from(key), format: 'der', type: 'pkcs8' }));
    }
  });
}

/** Throws INVALID_ARGUMENT, which never shows the key. */
export function privateKeyOption(name: string, value: unknown): KeyObject {
  const key = keyOption(name, value, 'an ed25519 private key', (given) => {
    if (given instanceof KeyObject) return given;
    if (isPem(given)) return createPrivateKey(Buffer.from(given));
    return createPrivateKey({ key: Buffer.from(given), format: 'der', type: 'pkcs8' });
  });
  if (key.type !== 'private') throw refusal(name, 'an ed25519 private key', `a ${key.type} key`);
  return key;
}

function keyOption(name: string, value: unknown, expected: string, parse: (key: KeyLike) => KeyObject): KeyObject {
  if (!(value instanceof KeyObject || typeof value === 'string' || value instanceof Uint8Array)) {
    throw refusal(name, expected, value === null ? 'null' : `a value of type ${typeof value}`);
  }
  let key: KeyObject;
  try {
    key = parse(value);
  } catch {
    throw refusal(
      name,
      expected,
      value instanceof KeyObject ? `a ${value.type} key` : 'what is neither PEM nor DER of one',
    );
  }
  if (key.asymmetricKeyType !== 'ed25519') {
    throw refusal(name, expected, `a key of ${key.asymmetricKeyType ?? 'a symmetric algorithm'}`);
  }
  return key;
}

function isPem(key: string | Uint8Array): boolean {
  return typeof key === 'string' || Buffer.from(key.subarray(0, 10)).toString('latin1') === '-----BEGIN';
}

function refusal(option: string, expected: string, received: string): NodeTensorRTError {
  const text = `${option}: expected ${expected}, as a KeyObject, in PEM or in DER, received ${received}`;
  return new NodeTensorRTError('INVALID_ARGUMENT', text, { option, expected, received });
}
