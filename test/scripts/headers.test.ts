import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ensureHeaders } from '../../scripts/lib/headers.mjs';
import { checkIntegrity } from '../../scripts/lib/npm.mjs';
import { pins } from '../../scripts/lib/pins.mjs';
import { hashTree } from '../../scripts/lib/stamp.mjs';
import { writeTarball } from './tarball.js';

let base: string;
let dir: string;
let fetches: number;
let treeSha256: string;

beforeEach(() => {
  base = mkdtempSync(path.join(os.tmpdir(), 'headers-test-'));
  dir = path.join(base, 'cache', 'headers');
  fetches = 0;
  const expected = path.join(base, 'expected');
  mkdirSync(expected);
  writeFileSync(path.join(expected, 'onnxruntime_c_api.h'), '#pragma once');
  treeSha256 = hashTree(expected);
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

async function fetchTarball(temporary: string): Promise<string> {
  fetches++;
  const file = path.join(temporary, 'package.tgz');
  writeTarball(file, [
    { name: 'package/other.h', content: 'not wanted' },
    { name: 'onnxruntime_c_api.h', prefix: pins.onnxruntimeHeaders.folder.slice(0, -1), content: '#pragma once' },
  ]);
  return file;
}

test('ensureHeaders fetches once and leaves nothing but the headers', async () => {
  expect((await ensureHeaders({ dir, treeSha256, fetchTarball })).fresh).toBe(false);
  expect((await ensureHeaders({ dir, treeSha256, fetchTarball })).fresh).toBe(true);
  expect(fetches).toBe(1);
  expect(readdirSync(path.dirname(dir))).toEqual(['headers']);
  expect(readdirSync(dir)).toEqual(['onnxruntime_c_api.h']);
});

test('ensureHeaders replaces a cache in which a file is damaged, added or missing', async () => {
  const header = path.join(dir, 'onnxruntime_c_api.h');
  const damages = [
    () => writeFileSync(header, 'damaged'),
    () => writeFileSync(path.join(dir, 'added.h'), ''),
    () => rmSync(header),
  ];
  await ensureHeaders({ dir, treeSha256, fetchTarball });
  for (const damage of damages) {
    damage();
    expect((await ensureHeaders({ dir, treeSha256, fetchTarball })).fresh).toBe(false);
    expect(readFileSync(header, 'utf8')).toBe('#pragma once');
  }
  expect(fetches).toBe(4);
});

test('ensureHeaders at the same time in several processes ends with one good folder', async () => {
  await Promise.all([1, 2, 3, 4].map(() => ensureHeaders({ dir, treeSha256, fetchTarball })));
  expect(hashTree(dir)).toBe(treeSha256);
  expect(readdirSync(path.dirname(dir))).toEqual(['headers']);
});

test('ensureHeaders refuses headers with another hash and leaves no folder behind', async () => {
  await expect(ensureHeaders({ dir, treeSha256: 'other', fetchTarball })).rejects.toThrow('expected other');
  expect(readdirSync(path.dirname(dir))).toEqual([]);
});

test('checkIntegrity names both hashes when a file is not the expected one', async () => {
  const file = path.join(base, 'file');
  writeFileSync(file, 'content');
  await expect(checkIntegrity('package@1', file, 'sha512-AAAA')).rejects.toThrow(
    /package@1.*\n.*sha512-AAAA\n.*sha512-/,
  );
});
