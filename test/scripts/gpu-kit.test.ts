import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { packKit } from '../../scripts/lib/gpu/kit.mjs';
import { PART_BYTES, packParts } from '../../scripts/lib/gpu/split.mjs';
import { run } from '../../scripts/lib/run.mjs';
import { listFiles } from '../../scripts/lib/stamp.mjs';
import { tempFolder } from '../support/temp-folder.js';

const partBytes = 20_000;
/** Bytes that gzip makes no smaller. */
const bytes = randomBytes(65_000);

let parts: string;
let target: string;
beforeEach(async () => {
  const from = tempFolder();
  mkdirSync(path.join(from, 'b'));
  writeFileSync(path.join(from, 'a.bin'), bytes);
  writeFileSync(path.join(from, 'b', 'program'), '#!/bin/sh\n', { mode: 0o755 });
  parts = path.join(tempFolder(), 'parts');
  target = path.join(tempFolder(), 'target');
  await packParts(from, parts, { partBytes });
});

const join = (folder = parts) => run('sh', [path.join(folder, 'join.sh'), target]);
const lines = (text: string) => text.trim().split('\n');

/** Folders with join.sh, the hashes and one part each, as they come to a machine that takes small pieces. */
function onePartEach() {
  return readdirSync(parts)
    .filter((name) => name.startsWith('part-'))
    .sort()
    .map((name) => {
      const folder = tempFolder();
      for (const file of ['join.sh', 'SHA256SUMS'])
        writeFileSync(path.join(folder, file), readFileSync(path.join(parts, file)));
      renameSync(path.join(parts, name), path.join(folder, name));
      return folder;
    });
}

describe('packParts()', () => {
  test('makes numbered parts, none larger than asked for', () => {
    expect(readdirSync(parts).sort()).toEqual([
      'SHA256SUMS',
      'join.sh',
      'part-001',
      'part-002',
      'part-003',
      'part-004',
    ]);
    for (const name of listFiles(parts, (file) => file.startsWith('part-')))
      expect(statSync(path.join(parts, name)).size).toBeLessThanOrEqual(partBytes);
    expect(PART_BYTES).toBeLessThan(56 * 2 ** 20);
  });

  test('makes the same of the same content', async () => {
    const from = tempFolder();
    writeFileSync(path.join(from, 'x'), bytes);
    const [one, two] = [path.join(tempFolder(), '1'), path.join(tempFolder(), '2')];
    expect(await packParts(from, one, { partBytes })).toEqual(await packParts(from, two, { partBytes }));
  });

  test('fails where there is nothing to pack', async () => {
    await expect(packParts(path.join(tempFolder(), 'none'), parts)).rejects.toThrow('tar failed');
  });
});

describe('join.sh', () => {
  test('unpacks what was packed, byte for byte, and says how to go on', async () => {
    const { code, stdout } = await join();
    expect(code).toBe(0);
    expect(stdout).toContain(`${target}/kit/node ${target}/kit/scripts/test-gpu.mjs`);
    expect(readFileSync(path.join(target, 'kit', 'a.bin')).equals(bytes)).toBe(true);
    expect(statSync(path.join(target, 'kit', 'b', 'program')).mode & 0o111).toBe(0o111);
  });

  test('names a part that is damaged and one that is missing, and unpacks nothing', async () => {
    const damaged = readFileSync(path.join(parts, 'part-002'));
    damaged[1000] = (damaged[1000] ?? 0) ^ 1;
    writeFileSync(path.join(parts, 'part-002'), damaged);
    rmSync(path.join(parts, 'part-004'));
    const { code, stdout } = await join();
    expect(code).toBe(1);
    expect(lines(stdout)).toEqual([
      'damaged: part-002',
      'missing: part-004',
      expect.stringContaining('2 of 4 parts are in'),
    ]);
    expect(existsSync(path.join(target, 'kit'))).toBe(false);
  });

  test('goes on with what an earlier run took, when parts come one at a time', async () => {
    const folders = onePartEach();
    const codes = [];
    for (const folder of folders) codes.push((await join(folder)).code);
    expect(codes).toEqual([1, 1, 1, 0]);
    expect(readFileSync(path.join(target, 'kit', 'a.bin')).equals(bytes)).toBe(true);
  });

  test('notices that a part that was taken is whole no more', async () => {
    const [first = '', second = ''] = onePartEach();
    await join(first);
    writeFileSync(path.join(target, 'parts', 'part-001'), 'other');
    expect(lines((await join(second)).stdout)[0]).toBe('missing: part-001');
  });

  test('replaces another kit in the same place', async () => {
    await join();
    const from = tempFolder();
    writeFileSync(path.join(from, 'new'), 'new');
    await packParts(from, parts, { partBytes });
    expect((await join()).code).toBe(0);
    expect(listFiles(path.join(target, 'kit'))).toEqual(['.sums', 'new']);
  });

  test('unpacks once: what was written into the kit stays', async () => {
    await join();
    writeFileSync(path.join(target, 'kit', 'result'), '');
    expect((await join()).code).toBe(0);
    expect(existsSync(path.join(target, 'kit', 'result'))).toBe(true);
  });

  test('says how it is used', async () => {
    expect(await run('sh', [path.join(parts, 'join.sh')])).toMatchObject({
      code: 2,
      output: 'use: sh join.sh TARGET\n',
    });
  });
});

test('packKit() puts files and folders where they belong, whatever they are called here', async () => {
  const from = tempFolder();
  writeFileSync(path.join(from, 'file'), '1');
  await packKit({ 'gpu/program': path.join(from, 'file'), folder: from }, { source: '0.0.1' }, parts);
  await join();
  expect(listFiles(path.join(target, 'kit'))).toEqual(['.sums', 'folder/file', 'gpu-kit.json', 'gpu/program']);
});
