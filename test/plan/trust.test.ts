import { createHash, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { chmodSync, readFileSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { signPlan } from 'node-tensorrt';
import { describe, expect, test } from 'vitest';
import { checkFront, encodeFront, parsePrefix } from '../../lib/plan/format.js';
import { readPlanHeader } from '../../lib/plan/read.js';
import type { KeyLike, PlanTrust } from '../../lib/plan/trust.js';
import { verifyPlan } from '../../lib/plan/verify.js';
import { failure, rejection } from '../support/failure.js';
import { filesIn, newUser, planDraft, planFile } from '../support/plan-files.js';

const trusting = (keys: readonly KeyLike[], plans: PlanTrust['plans'] = 'own') => ({ trust: { plans, keys } });
const pair = () => generateKeyPairSync('ed25519');
const pem = (key: KeyObject) =>
  key.export({ format: 'pem', type: key.type === 'private' ? 'pkcs8' : 'spki' }) as string;
const der = (key: KeyObject) =>
  key.export({ format: 'der', type: key.type === 'private' ? 'pkcs8' : 'spki' }) as Buffer;

/** Changes the header of a plan as somebody would who knows the format, but has no key. */
async function forge(path: string, from: string, to: string): Promise<void> {
  const file = readFileSync(path);
  const parts = parsePrefix(file, file.byteLength, path);
  const end = 40 + parts.headerBytes;
  const header = Buffer.from(file.toString('utf8', 40, end).replace(from, to));
  const signatures = file.subarray(end, end + parts.signaturesBytes);
  const front = await encodeFront(header, signatures, { offset: parts.payloadOffset, bytes: parts.payloadBytes });
  await checkFront(front, parts, path);
  writeFileSync(path, Buffer.concat([front, file.subarray(parts.payloadOffset)]));
}

describe('verifyPlan()', () => {
  test("trusts this user's plans, and another user's only when asked for any", async () => {
    newUser();
    const { path } = await planFile();
    expect(await verifyPlan(path)).toMatchObject({ trustedBy: 'own' });
    expect(await verifyPlan(path, { trust: { plans: 'own' } })).toMatchObject({ trustedBy: 'own' });
    const keyFile = newUser();
    const error = await rejection(verifyPlan(path));
    expect(error).toEqual(failure('ENGINE_INCOMPATIBLE', { reason: 'untrusted', path }));
    expect(error.message).toMatch(/options\.trust\.keys.*plans: 'any'/);
    expect(await verifyPlan(path, { trust: { plans: 'any' } })).toMatchObject({ trustedBy: 'any' });
    await planFile();
    expect(statSync(keyFile).size).toBe(32);
    await expect(verifyPlan(path)).rejects.toEqual(failure('ENGINE_INCOMPATIBLE', { reason: 'untrusted' }));
  });

  test('makes no key only to look', async () => {
    newUser();
    const { path } = await planFile();
    const keyFile = newUser();
    await rejection(verifyPlan(path));
    expect(() => statSync(keyFile)).toThrow(/ENOENT/);
  });

  test('trusts nobody where nobody signed', async () => {
    newUser();
    const { path } = await planFile({ keys: { own: false } });
    await expect(verifyPlan(path)).rejects.toThrow(/is not signed/);
    await expect(verifyPlan(path, trusting([pair().publicKey]))).rejects.toThrow(/is not signed/);
    expect(await verifyPlan(path, { trust: { plans: 'any' } })).toMatchObject({ trustedBy: 'any', signatures: [] });
  });

  test('trusts a plan that one of the keys has signed, in whatever form it is given', async () => {
    newUser();
    const { publicKey, privateKey } = pair();
    const { path } = await planFile({ keys: { own: false, sign: privateKey } });
    const { signatures } = await readPlanHeader(path);
    expect(signatures).toMatchObject([{ algorithm: 'ed25519' }]);
    const given = [publicKey, privateKey, pem(publicKey), pem(privateKey), Buffer.from(pem(publicKey))];
    for (const key of [...given, Buffer.from(pem(privateKey)), der(publicKey), new Uint8Array(der(privateKey))]) {
      const { trustedBy } = await verifyPlan(path, trusting([pair().publicKey, key]));
      expect(trustedBy).toBe(signatures[0]?.keyId);
    }
    await expect(verifyPlan(path)).rejects.toThrow(/is signed by key [0-9a-f]{16}, and/);
    await expect(verifyPlan(path, trusting([pair().publicKey]))).rejects.toEqual(
      failure('ENGINE_INCOMPATIBLE', { reason: 'untrusted' }),
    );
  });

  test('does not ask for signatures with any, but for hashes', async () => {
    newUser();
    const { path, header } = await planFile();
    const bytes = readFileSync(path);
    bytes.writeUInt8((bytes[header.payload.offset + 5] as number) ^ 1, header.payload.offset + 5);
    writeFileSync(path, bytes);
    await expect(verifyPlan(path, { trust: { plans: 'any' } })).rejects.toEqual(
      failure('ENGINE_INCOMPATIBLE', { reason: 'damaged' }),
    );
  });

  test('finds out what was changed by somebody who knows the format', async () => {
    newUser();
    const { publicKey, privateKey } = pair();
    for (const keys of [{}, { own: false, sign: privateKey }]) {
      const { path } = await planFile({ keys });
      await forge(path, 'float32', 'float16');
      expect((await readPlanHeader(path)).header.inputs[0]?.type).toBe('float16');
      const error = await rejection(verifyPlan(path, trusting([publicKey])));
      expect(error).toEqual(failure('ENGINE_INCOMPATIBLE', { reason: 'untrusted' }));
      expect(error.message).toMatch(/was changed after it was signed/);
    }
  });

  test.each<[string, unknown, RegExp]>([
    ['no object', 'own', /options\.trust: expected an object/],
    ['no plans', {}, /options\.trust\.plans: expected 'own' or 'any'/],
    ['a typing error', { plans: 'own', key: [] }, /options\.trust\.key:/],
    ['keys that are no list', { plans: 'own', keys: 'key' }, /options\.trust\.keys: expected an array/],
    ['a key that is none', { plans: 'own', keys: [7] }, /options\.trust\.keys\[0\].*of type number/],
    ['a text that is no key', { plans: 'own', keys: ['-----BEGIN PRIVATE KEY-----secret'] }, /neither PEM nor DER/],
    ['bytes that are no key', { plans: 'own', keys: [new Uint8Array(32)] }, /neither PEM nor DER/],
    ['a key of another kind', { plans: 'own', keys: [generateKeyPairSync('x25519').publicKey] }, /of x25519/],
  ])('refuses a trust with %s, and shows no key', async (_what, trust, message) => {
    newUser();
    const { path } = await planFile();
    const error = await rejection(verifyPlan(path, { trust: trust as never }));
    expect(error).toEqual(failure('INVALID_ARGUMENT'));
    expect(error.message).toMatch(message);
    expect(JSON.stringify([error.message, error.details])).not.toContain('secret');
  });

  test.skipIf(process.platform === 'win32')("refuses an unsafe file of this user's key", async () => {
    const keyFile = newUser();
    const { path } = await planFile();
    chmodSync(keyFile, 0o640);
    await expect(verifyPlan(path)).rejects.toEqual(failure('INVALID_ARGUMENT', { reason: 'key-file' }));
    await verifyPlan(path, { trust: { plans: 'any' } });
  });
});

describe('signPlan()', () => {
  test('adds signatures, and leaves those that are there', async () => {
    newUser();
    const { path } = await planFile({ bytes: 2_500_000 });
    const [one, two] = [pair(), pair()];
    await signPlan(path, one.privateKey);
    await signPlan(path, pem(two.privateKey));
    await signPlan(path, one.privateKey);
    expect((await readPlanHeader(path)).signatures.map(({ algorithm }) => algorithm)).toEqual([
      'hmac-sha256',
      'ed25519',
      'ed25519',
    ]);
    expect(await verifyPlan(path)).toMatchObject({ trustedBy: 'own' });
    newUser();
    for (const { publicKey } of [one, two]) await verifyPlan(path, trusting([publicKey]));
  });

  test('has room for twenty, and says when there is none', async () => {
    newUser();
    const { path } = await planFile();
    for (let i = 0; i < 20; i++) await signPlan(path, pair().privateKey);
    await verifyPlan(path);
    const signAll = async () => {
      for (let i = 0; i < 60; i++) await signPlan(path, pair().privateKey);
    };
    await expect(signAll()).rejects.toEqual(failure('OUT_OF_RANGE', { path }));
    await verifyPlan(path);
  });

  test('refuses public keys, and what is damaged', async () => {
    newUser();
    const { path, header } = await planFile();
    const { publicKey, privateKey } = pair();
    for (const key of [publicKey, pem(publicKey), der(publicKey), undefined as never]) {
      await expect(signPlan(path, key)).rejects.toEqual(failure('INVALID_ARGUMENT', { option: 'privateKey' }));
    }
    const bytes = readFileSync(path);
    bytes.writeUInt8(0, header.payload.offset);
    writeFileSync(path, bytes);
    await expect(signPlan(path, privateKey)).rejects.toEqual(failure('ENGINE_INCOMPATIBLE', { reason: 'damaged' }));
    expect(readFileSync(path).equals(bytes)).toBe(true);
    unlinkSync(path);
    await expect(signPlan(path, privateKey)).rejects.toEqual(failure('MODEL_INVALID', { reason: 'not-found' }));
  });

  test('writes where output says, and says what it did', async () => {
    newUser();
    const { path } = await planFile();
    const before = readFileSync(path);
    const [one, two] = [pair(), pair()];
    const output = join(dirname(path), 'signed.plan');
    const done = await signPlan(path, one.privateKey, { output: pathToFileURL(output) });
    const keyId = createHash('sha256').update(der(one.publicKey)).digest('hex').slice(0, 16);
    expect(done).toMatchObject({ output, keyId, added: true, signatures: [{}, { algorithm: 'ed25519', keyId }] });
    expect((await verifyPlan(output)).signatures).toEqual(done.signatures);
    expect(readFileSync(path).equals(before)).toBe(true);
    // What is there is replaced.
    await signPlan(path, two.privateKey, { output });
    await expect(verifyPlan(output, trusting([one.publicKey], 'own'))).resolves.toMatchObject({ trustedBy: 'own' });
    newUser();
    await verifyPlan(output, trusting([two.publicKey]));
    await expect(verifyPlan(output, trusting([one.publicKey]))).rejects.toEqual(
      failure('ENGINE_INCOMPATIBLE', { reason: 'untrusted' }),
    );
    expect(filesIn(dirname(path))).toEqual(['model.plan', 'signed.plan']);
  });

  test('leaves a plan that the key has signed as it is, or copies it', async () => {
    newUser();
    const { path, header } = await planFile();
    const { privateKey } = pair();
    const first = await signPlan(path, privateKey);
    const { ino, mtimeMs } = statSync(path);
    expect(await signPlan(path, privateKey)).toEqual({ ...first, added: false });
    expect(statSync(path)).toMatchObject({ ino, mtimeMs });
    const output = join(dirname(path), 'copy.plan');
    expect(await signPlan(path, privateKey, { output })).toEqual({ ...first, output, added: false });
    expect(readFileSync(output).equals(readFileSync(path))).toBe(true);
    const bytes = readFileSync(path);
    bytes.writeUInt8(0, header.payload.offset);
    writeFileSync(path, bytes);
    for (const options of [{}, { output }]) {
      await expect(signPlan(path, privateKey, options)).rejects.toEqual(
        failure('ENGINE_INCOMPATIBLE', { reason: 'damaged' }),
      );
    }
  });

  test('refuses a plan that was changed after the key had signed it', async () => {
    newUser();
    const { privateKey } = pair();
    const { path } = await planFile({ keys: { own: false, sign: privateKey } });
    await forge(path, 'float32', 'float16');
    const before = readFileSync(path);
    const error = await rejection(signPlan(path, privateKey));
    expect(error).toEqual(failure('ENGINE_INCOMPATIBLE', { reason: 'untrusted' }));
    expect(error.message).toMatch(/was changed after it was signed: the ed25519 signature/);
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  test('leaves everything as it was where it is aborted, cannot write or is asked for what is not known', async () => {
    newUser();
    const { path } = await planFile();
    const before = readFileSync(path);
    const { privateKey } = pair();
    const reason = new Error('enough');
    await expect(signPlan(path, privateKey, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const controller = new AbortController();
    const large = (await planFile({ bytes: 30_000_000 })).path;
    const work = signPlan(large, privateKey, { signal: controller.signal });
    setImmediate(() => controller.abort(reason));
    await expect(work).rejects.toBe(reason);
    const output = join(dirname(path), 'none', 'out.plan');
    await expect(signPlan(path, privateKey, { output })).rejects.toEqual(
      failure('INVALID_ARGUMENT', { reason: 'unwritable' }),
    );
    await expect(signPlan(path, privateKey, { ouput: path } as never)).rejects.toEqual(failure('INVALID_ARGUMENT'));
    await expect(signPlan(path, privateKey, { output: 7 as never })).rejects.toEqual(
      failure('INVALID_ARGUMENT', { option: 'options.output' }),
    );
    expect(readFileSync(path).equals(before)).toBe(true);
    for (const file of [path, large]) expect(filesIn(dirname(file))).toEqual(['model.plan']);
  });

  test('is what a build signs with', async () => {
    newUser();
    const { privateKey } = pair();
    const { path } = await planFile({ keys: { sign: privateKey } });
    const before = readFileSync(path);
    await signPlan(path, privateKey);
    expect(readFileSync(path).equals(before)).toBe(true);
    await expect(planFile({ keys: { sign: 'no key' }, draft: planDraft() })).rejects.toEqual(
      failure('INVALID_ARGUMENT', { option: 'options.sign' }),
    );
  });
});
