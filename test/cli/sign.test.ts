import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readPlanHeader } from '../../lib/plan/read.js';
import { verifyPlan } from '../../lib/plan/verify.js';
import { identity } from '../fixtures/models.js';
import { cli } from '../support/cli.js';
import { filesIn, newUser, planFile } from '../support/plan-files.js';
import { tempFolder } from '../support/temp-folder.js';

/** A plan of this user, and a key beside it. */
async function setUp(format: 'pem' | 'der' = 'pem') {
  newUser();
  const { path: plan } = await planFile();
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const folder = tempFolder();
  const key = join(folder, 'build.key');
  writeFileSync(
    key,
    format === 'pem'
      ? privateKey.export({ type: 'pkcs8', format: 'pem' })
      : privateKey.export({ type: 'pkcs8', format: 'der' }),
  );
  const publicFile = join(folder, 'build.pub');
  writeFileSync(publicFile, publicKey.export({ type: 'spki', format: 'pem' }));
  return { plan, key, publicKey, publicFile, folder };
}

describe('node-tensorrt sign', () => {
  test('signs a plan in its place, once', async () => {
    const { plan, key, publicFile } = await setUp();
    const { code, stdout, stderr } = await cli('sign', plan, '--key', key);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const { signatures } = await readPlanHeader(plan);
    const [own, other] = signatures.map(({ keyId }) => keyId);
    expect(stdout.split('\n')).toEqual([
      `plan        ${plan}`,
      `key         ${other}, ${key}`,
      'signed      by this key now',
      `signatures  the user with key ${own}`,
      `            key ${other}`,
      '',
    ]);
    newUser();
    expect((await cli('inspect', plan, '--verify', '--key', publicFile)).stdout).toContain(`signed by key ${other}`);
    const before = readFileSync(plan);
    const again = await cli('sign', plan, '--key', key);
    expect(again).toMatchObject({ code: 0, stderr: '' });
    expect(again.stdout).toMatch(/^signed {6}the plan has its signature, and was left as it is$/m);
    expect(readFileSync(plan).equals(before)).toBe(true);
  });

  test('signs into another file with a key in DER, and tells it as JSON', async () => {
    const { plan, key, publicKey } = await setUp('der');
    const before = readFileSync(plan);
    const output = join(dirname(plan), 'signed.plan');
    const { code, stdout } = await cli('sign', plan, '--key', key, '-o', output, '--json');
    expect(code).toBe(0);
    const done = JSON.parse(stdout);
    expect(done).toMatchObject({ output, added: true, signatures: [{}, { algorithm: 'ed25519' }] });
    expect(readFileSync(plan).equals(before)).toBe(true);
    newUser();
    const { trustedBy } = await verifyPlan(output, { trust: { plans: 'own', keys: [publicKey] } });
    expect(trustedBy).toBe(done.keyId);
    const copied = await cli('sign', output, '--key', key, '-o', join(dirname(plan), 'copy.plan'));
    expect(copied.stdout).toMatch(/^signed {6}the plan had its signature$/m);
    expect(filesIn(dirname(plan))).toEqual(['copy.plan', 'model.plan', 'signed.plan']);
  });

  test('refuses keys that are none, and shows nothing of them', async () => {
    const { plan, publicFile, folder } = await setUp();
    const before = readFileSync(plan);
    const text = join(folder, 'secret.txt');
    writeFileSync(text, 'a secret that is no key');
    for (const key of [publicFile, text]) {
      const { code, stdout, stderr } = await cli('sign', plan, '--key', key);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toContain(
        `INVALID_ARGUMENT: --key: expected an ed25519 private key, as a KeyObject, in PEM or in DER, received what is neither PEM nor DER of one in '${key}'; openssl genpkey -algorithm ed25519 -out FILE makes one\n`,
      );
      expect(stderr).not.toContain('secret that');
    }
    writeFileSync(text, Buffer.alloc(70_000));
    mkdirSync(join(folder, 'keys'));
    for (const [key, why] of [
      [text, 'it has 70000 bytes, more than a key has'],
      [join(folder, 'keys'), 'it is no regular file'],
      [join(folder, 'none.key'), 'ENOENT'],
    ] as const) {
      const { code, stderr } = await cli('sign', plan, '--key', key);
      expect(code).toBe(2);
      expect(stderr).toContain(`--key: the key '${key}' cannot be read: ${why}`);
      expect(stderr).toContain('openssl genpkey');
    }
    expect(readFileSync(plan).equals(before)).toBe(true);
  });

  test('refuses what is no plan, a damaged one, and to write over the key', async () => {
    const { plan, key, folder } = await setUp();
    const model = join(folder, 'model.onnx');
    writeFileSync(model, identity());
    const wrong = await cli('sign', model, '--key', key);
    expect(wrong).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^ENGINE_INCOMPATIBLE: .*model\.onnx is not a plan of node-tensorrt\./),
    });
    expect(readFileSync(model).equals(identity())).toBe(true);
    const secret = readFileSync(key);
    expect(await cli('sign', plan, '--key', key, '-o', key)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`-o: '${key}' is the key that is read; take another path`),
    });
    expect(readFileSync(key).equals(secret)).toBe(true);
    truncateSync(plan, 4200);
    expect(await cli('sign', plan, '--key', key)).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^ENGINE_INCOMPATIBLE: .* is cut short/),
    });
    expect(await cli('sign', join(folder, 'none.plan'), '--key', key)).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^MODEL_INVALID: .*none\.plan cannot be opened/),
    });
    expect(filesIn(folder)).toEqual(['build.key', 'build.pub', 'model.onnx']);
  });

  test.each([
    [['sign'], /sign takes one plan/],
    [['sign', 'a', 'b'], /sign takes one plan/],
    [['sign', 'a'], /--key names the file of the private key/],
    [['sign', 'a', '--kye', 'k'], /no option '--kye'; did you mean '--key'\?/],
  ])('%j is wrong use', async (args, message) => {
    const { code, stderr } = await cli(...args);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/\nSee node-tensorrt sign --help\n$/);
  });

  test('--help names its options', async () => {
    const { code, stdout } = await cli('sign', '--help');
    expect(code).toBe(0);
    for (const option of ['--key FILE', '--output OUT', '--json']) expect(stdout).toContain(`${option} `);
  });
});
