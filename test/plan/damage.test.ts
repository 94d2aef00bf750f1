import { createHash } from 'node:crypto';
import { copyFileSync, truncateSync, writeFileSync } from 'node:fs';
import { type FileHandle, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { encodeFront } from '../../lib/plan/format.js';
import { isPlanFile, readPlanHeader } from '../../lib/plan/read.js';
import { verifyPlan } from '../../lib/plan/verify.js';
import { identity } from '../fixtures/models.js';
import { failure, rejection } from '../support/failure.js';
import { newUser, planDraft, planFile } from '../support/plan-files.js';
import { tempFolder } from '../support/temp-folder.js';

const any = { trust: { plans: 'any' } } as const;

/** Inverts each byte of a file in turn; returns where that was not noticed, and what was said of the rest. */
async function flips(path: string, check: (file: FileHandle) => Promise<unknown>) {
  const bytes = await readFile(path);
  const file = await open(path, 'r+');
  const unnoticed: number[] = [];
  const reasons = new Set<unknown>();
  try {
    for (const [at, byte] of bytes.entries()) {
      await file.write(Uint8Array.of(byte ^ 0xff), 0, 1, at);
      await check(file).then(
        () => unnoticed.push(at),
        (error) => reasons.add(error.code === 'ENGINE_INCOMPATIBLE' ? error.details.reason : error),
      );
      await file.write(Uint8Array.of(byte), 0, 1, at);
    }
    await check(file);
  } finally {
    await file.close();
  }
  return { unnoticed, reasons: [...reasons].sort(), bytes: bytes.byteLength };
}

describe('verifyPlan()', () => {
  test('notices each byte that is another, whoever is trusted', { timeout: 120_000 }, async () => {
    newUser();
    const { path } = await planFile();
    const { unnoticed, reasons, bytes } = await flips(path, (file) => verifyPlan(file, any));
    expect(bytes).toBeGreaterThan(4096);
    expect(unnoticed).toEqual([]);
    expect(reasons).toEqual(['damaged', 'format-version', 'not-a-plan', 'truncated']);
  });

  test('the check for flipped bytes finds a reader that looks at the payload only', { timeout: 60_000 }, async () => {
    newUser();
    const { path, header } = await planFile();
    const { offset, bytes, sha256 } = header.payload;
    const { unnoticed } = await flips(path, async (file) => {
      const { buffer } = await file.read(Buffer.alloc(bytes), 0, bytes, offset);
      if (createHash('sha256').update(buffer).digest('hex') !== sha256) throw new Error('damaged');
    });
    expect(unnoticed).toHaveLength(offset);
  });

  test('notices every length that is too short or too long', { timeout: 120_000 }, async () => {
    newUser();
    const { path } = await planFile({ bytes: 10 });
    const whole = await readFile(path);
    writeFileSync(path, Buffer.concat([whole, Buffer.alloc(1)]));
    await expect(verifyPlan(path)).rejects.toEqual(failure('ENGINE_INCOMPATIBLE', { reason: 'damaged', path }));
    truncateSync(path, whole.byteLength);
    await verifyPlan(path);
    const file = await open(path, 'r+');
    try {
      for (let length = whole.byteLength - 1; length > 0; length--) {
        await file.truncate(length);
        const error = await rejection(verifyPlan(file, any));
        expect({ length, code: error.code, details: error.details }).toMatchObject({
          code: 'ENGINE_INCOMPATIBLE',
          details: { reason: 'truncated' },
        });
      }
    } finally {
      await file.close();
    }
  });

  test('says how many bytes are missing', async () => {
    newUser();
    const { path, header } = await planFile();
    const size = header.payload.offset + header.payload.bytes;
    truncateSync(path, size - 7);
    await expect(readPlanHeader(path)).rejects.toThrow(`it has ${size - 7} of ${size} bytes`);
  });
});

describe('readPlanHeader()', () => {
  test.each([
    ['an empty file', Buffer.alloc(0), /is empty/],
    ['a plan of TensorRT itself', Buffer.from('ptrt\x00\x00\x01\x00 and so on'), /build it with node-tensorrt/],
    ['an ONNX model', Buffer.from(identity()), /is not a plan of node-tensorrt/],
    ['a text', Buffer.from('version https://git-lfs.github.com/spec/v1\n'), /is not a plan of node-tensorrt/],
  ])('refuses %s', async (_what, bytes, message) => {
    const path = join(tempFolder(), 'foreign.plan');
    writeFileSync(path, bytes);
    const error = await rejection(readPlanHeader(path));
    expect(error).toEqual(failure('ENGINE_INCOMPATIBLE', { reason: 'not-a-plan', path }));
    expect(error.message).toMatch(message);
    expect(await isPlanFile(path)).toBe(false);
  });

  test('refuses a folder and a path where nothing is', async () => {
    const folder = tempFolder();
    await expect(readPlanHeader(folder)).rejects.toEqual(failure('MODEL_INVALID', { reason: 'not-a-file' }));
    const nothing = join(folder, 'none.plan');
    await expect(verifyPlan(nothing)).rejects.toEqual(failure('MODEL_INVALID', { reason: 'not-found', path: nothing }));
    await expect(readPlanHeader('')).rejects.toEqual(failure('INVALID_ARGUMENT', { option: 'plan' }));
    await expect(readPlanHeader(null as never)).rejects.toEqual(failure('INVALID_ARGUMENT', { option: 'plan' }));
  });

  test('names both formats where a later version wrote the file', async () => {
    newUser();
    const { path } = await planFile();
    const file = await open(path, 'r+');
    await file.write(Uint8Array.of(2), 0, 1, 8);
    await file.close();
    const error = await rejection(readPlanHeader(path));
    expect(error).toEqual(failure('ENGINE_INCOMPATIBLE', { reason: 'format-version', found: 2, expected: 1 }));
    expect(error.message).toMatch(/format 2.*reads format 1/);
  });

  test.each([
    ['no JSON', Buffer.from('{'), "'header'"],
    ['null', Buffer.from('null'), "'header'"],
    ['a list', Buffer.from('[]'), "'header'"],
    ['no inputs', { inputs: undefined }, "'inputs'"],
    ['a dimension of 1.5', { inputs: [{ name: 'x', type: 'float32', dims: [1.5] }] }, "'inputs'"],
    ['another payload', { payload: { offset: 8192, bytes: 1, sha256: '0'.repeat(64) } }, 'its first bytes'],
    ['no date', { createdAt: 'yesterday' }, "'createdAt'"],
    ['no key', { key: {} }, "'key'"],
  ])('refuses a header that is well packed and has %s in it', async (_what, change, message) => {
    const payload = { offset: 8192, bytes: 0, sha256: '0'.repeat(64) };
    const header = Buffer.isBuffer(change)
      ? change
      : Buffer.from(JSON.stringify({ ...planDraft(), payload, ...(change as object) }));
    const path = join(tempFolder(), 'odd.plan');
    writeFileSync(path, await encodeFront(header, Buffer.from('[]'), payload));
    const error = await rejection(readPlanHeader(path));
    expect(error).toEqual(failure('ENGINE_INCOMPATIBLE', { reason: 'damaged' }));
    expect(error.message).toContain(message);
  });

  test('takes an open file, and leaves it open', async () => {
    newUser();
    const { path, header } = await planFile();
    const copy = join(tempFolder(), 'copy.plan');
    copyFileSync(path, copy);
    const file = await open(copy);
    try {
      expect((await readPlanHeader(file)).header).toEqual(header);
      expect(await verifyPlan(file)).toMatchObject({ trustedBy: 'own', payload: { bytes: 100 } });
      expect((await file.stat()).size).toBe(header.payload.offset + 100);
    } finally {
      await file.close();
    }
  });
});
