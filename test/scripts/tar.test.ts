import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readTarball } from '../../scripts/lib/tar.mjs';
import { writeTarball } from './tarball.js';

let dir: string;
let file: string;
beforeEach(() => {
  dir = mkdtempSync(path.join(os.tmpdir(), 'tar-test-'));
  file = path.join(dir, 'a.tgz');
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

async function read(wanted: (name: string) => boolean = () => true): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for await (const { name, content } of readTarball(file, wanted)) files[name] = content.toString();
  return files;
}

test('readTarball yields the wanted files and skips folders and the rest', async () => {
  const big = 'x'.repeat(200_000);
  writeTarball(file, [
    { name: 'package/', content: '', type: '5' },
    { name: 'package/skipped', content: big },
    { name: 'package/a.h', content: 'a' },
    { name: 'package/b.h', content: big },
  ]);
  expect(await read((name) => name.endsWith('.h'))).toEqual({ 'package/a.h': 'a', 'package/b.h': big });
});

test('readTarball understands the three notations of a long name', async () => {
  const long = `package/${'deep/'.repeat(30)}file.h`;
  const record = ` path=${long}\n`;
  const length = record.length + String(record.length + 3).length;
  writeTarball(file, [
    { name: 'file.h', prefix: 'package/prefix', content: 'ustar' },
    { name: 'PaxHeader', type: 'x', content: `${length}${record}` },
    { name: 'cut-off', content: 'pax' },
    { name: '././@LongLink', type: 'L', content: `${long}.gnu\0` },
    { name: 'cut-off', content: 'gnu' },
    { name: 'plain', content: 'short again' },
  ]);
  expect(await read()).toEqual({
    'package/prefix/file.h': 'ustar',
    [long]: 'pax',
    [`${long}.gnu`]: 'gnu',
    plain: 'short again',
  });
});

test('readTarball fails on a tarball that is cut off', async () => {
  writeTarball(file, [{ name: 'a', content: 'a' }], { end: false });
  await expect(read()).rejects.toThrow('ends too early');
});

test('readTarball fails on a missing file and on one that is no gzip', async () => {
  await expect(read()).rejects.toThrow('ENOENT');
  writeFileSync(file, 'no gzip');
  await expect(read()).rejects.toThrow('incorrect header check');
});
