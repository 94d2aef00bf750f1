import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { addonDefines } from '../../scripts/lib/addon-defines.mjs';
import { checkSizes } from '../../scripts/lib/packaging/pack.mjs';
import { packedFiles } from '../../scripts/lib/packaging/stage-packages.mjs';
import { root } from '../../scripts/lib/paths.mjs';
import { parseTargets, targets } from '../../scripts/lib/prebuild/targets.mjs';

const manifest = (folder: string) => JSON.parse(readFileSync(path.join(root, folder, 'package.json'), 'utf8'));

test('addonDefines are those of binding.gyp', () => {
  const gyp = readFileSync(path.join(root, 'binding.gyp'), 'utf8');
  const list = /'defines': \[([^\]]*)\]/.exec(gyp)?.[1] ?? '';
  expect([...list.matchAll(/'([^']+)'/g)].map(([, define]) => define).sort()).toEqual([...addonDefines].sort());
});

test('there is a folder in npm/ for each target, and no other', () => {
  expect(readdirSync(path.join(root, 'npm')).sort()).toEqual(Object.keys(targets).sort());
});

const gpuFiles = ['node-tensorrt-builder', 'node-tensorrt-backend-*.so'];

describe.each(Object.entries(targets))('npm/%s', (name, { platform, arch, library }) => {
  test('is for that system, and of the version of the main package', () => {
    expect(manifest(path.join('npm', name))).toMatchObject({
      name: `@node-tensorrt/${name}`,
      version: manifest('.').version,
      os: [platform],
      cpu: [arch],
      ...(platform === 'linux' ? { libc: ['glibc'] } : {}),
      main: 'node-tensorrt.node',
      files: ['node-tensorrt.node', ...(platform === 'linux' ? gpuFiles : []), library, 'licenses'],
    });
  });
});

test('parseTargets knows what there is to build', () => {
  expect(parseTargets()).toEqual(Object.keys(targets));
  expect(parseTargets('linux-arm64,linux-x64')).toEqual(['linux-arm64', 'linux-x64']);
  for (const wrong of ['linux-s390x', 'linux-x64,windows', 'toString', '']) {
    expect(() => parseTargets(wrong)).toThrow(/expected some of linux-x64/);
  }
});

test('checkSizes refuses a tarball above its bound, by name', () => {
  const small = { name: 'small', tarball: 'small.tgz', packed: 10, unpacked: 50, bound: 10, missing: null };
  const large = { ...small, name: 'large', packed: 11 };
  expect(() => checkSizes([small])).not.toThrow();
  expect(() => checkSizes([small, large])).toThrow('large has 11 bytes, allowed are 10');
});

test.each([
  ['a list', [{ files: [{ path: 'a.js' }, { path: 'b/c.js' }] }]],
  ['an object by name', { 'node-tensorrt': { files: [{ path: 'a.js' }, { path: 'b/c.js' }] } }],
])('packedFiles reads what npm prints as %s', (_, printed) => {
  expect(packedFiles(printed)).toEqual(['a.js', 'b/c.js']);
});
