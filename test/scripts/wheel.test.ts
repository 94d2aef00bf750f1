import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { listFiles } from '../../scripts/lib/stamp.mjs';
import { findTools } from '../../scripts/lib/tools.mjs';
import { extractMember } from '../../scripts/lib/wheel.mjs';
import { tempFolder } from '../support/temp-folder.js';

const { python } = (await findTools()).tools;

/** A .whl, which is a .zip, with these files; each has its name as content. */
function wheelOf(...files: string[]): string {
  const wheel = path.join(tempFolder(), 'package.whl');
  const write =
    'import sys, zipfile\nwith zipfile.ZipFile(sys.argv[1], "w") as z: [z.writestr(n, n) for n in sys.argv[2:]]';
  execFileSync(python, ['-c', write, wheel, ...files]);
  return wheel;
}

test('extractMember() takes one file out of a wheel', async () => {
  const dir = path.join(tempFolder(), 'new');
  await extractMember(python, wheelOf('a/b.png', 'a/b.png.txt'), 'a/b.png', dir);
  expect(listFiles(dir)).toEqual(['b.png']);
  expect(readFileSync(path.join(dir, 'b.png'), 'utf8')).toBe('a/b.png');
});

test('extractMember() takes the content of one folder out of a wheel', async () => {
  const dir = path.join(tempFolder(), 'new');
  await extractMember(python, wheelOf('a/b/1', 'a/b/c/2', 'a/b2/3', 'x/a/b/4'), 'a/b', dir);
  expect(listFiles(dir)).toEqual(['1', 'c/2']);
});

test('extractMember() refuses a wheel without the member, and one that would write elsewhere', async () => {
  const dir = path.join(tempFolder(), 'new');
  await expect(extractMember(python, wheelOf('a/b'), 'a/c', dir)).rejects.toThrow('no a/c in the wheel');
  await expect(extractMember(python, wheelOf('a/../../b'), 'a', dir)).rejects.toThrow('unsafe path a/../../b');
});
