import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { hashFiles, hashTree, isStamped, listFiles, writeStamp } from '../../scripts/lib/stamp.mjs';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(path.join(os.tmpdir(), 'stamp-test-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

test('listFiles gives all files below a folder, sorted, with forward slashes', () => {
  mkdirSync(path.join(dir, 'sub'));
  writeFileSync(path.join(dir, 'sub', 'b.h'), '');
  writeFileSync(path.join(dir, 'a.cc'), '');
  expect(listFiles(dir)).toEqual(['a.cc', 'sub/b.h']);
  expect(listFiles(dir, (file) => file.endsWith('.h'))).toEqual(['sub/b.h']);
  expect(listFiles(path.join(dir, 'absent'))).toEqual([]);
});

test('hashFiles changes with a content, a name, the extra input and the appearance of a file', () => {
  writeFileSync(path.join(dir, 'a'), 'x');
  const before = hashFiles(dir, ['a', 'b']);
  expect(hashFiles(dir, ['a', 'b'])).toBe(before);
  expect(hashFiles(dir, ['a', 'b'], { node: 115 })).not.toBe(before);
  writeFileSync(path.join(dir, 'b'), '');
  const withEmpty = hashFiles(dir, ['a', 'b']);
  expect(withEmpty).not.toBe(before);
  writeFileSync(path.join(dir, 'a'), 'y');
  expect(hashFiles(dir, ['a', 'b'])).not.toBe(withEmpty);
});

test('hashTree of a missing folder differs from that of any filled one', () => {
  const missing = hashTree(path.join(dir, 'absent'));
  writeFileSync(path.join(dir, 'a'), '');
  expect(hashTree(dir)).not.toBe(missing);
});

test('isStamped is true only for the hash that was written last', () => {
  const stamp = path.join(dir, 'deep', 'stamp');
  expect(isStamped(stamp, 'one')).toBe(false);
  writeStamp(stamp, 'one');
  expect(isStamped(stamp, 'one')).toBe(true);
  writeStamp(stamp, 'two');
  expect(isStamped(stamp, 'one')).toBe(false);
});
