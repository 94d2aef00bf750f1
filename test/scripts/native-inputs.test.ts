import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseSourceList } from '../../scripts/lib/native-sources.mjs';
import { hasNodeHeaders } from '../../scripts/lib/node-headers.mjs';
import { dependencyFields } from '../../scripts/lib/packages.mjs';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(path.join(os.tmpdir(), 'node-headers-test-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

test('parseSourceList skips comments and empty lines', () => {
  expect(parseSourceList('# the addon\r\nnative/a.cc\n\n  native/b.cc  # why\n')).toEqual([
    'native/a.cc',
    'native/b.cc',
  ]);
});

test('hasNodeHeaders accepts complete headers of the same version only', () => {
  const include = path.join(dir, 'include', 'node');
  mkdirSync(include, { recursive: true });
  expect(hasNodeHeaders(dir, '20.19.1')).toBe(false);
  for (const file of ['node_api.h', 'common.gypi', 'config.gypi']) writeFileSync(path.join(include, file), '');
  const version = '#define NODE_MAJOR_VERSION 20\n#define NODE_MINOR_VERSION 19\n#define NODE_PATCH_VERSION 1\n';
  writeFileSync(path.join(include, 'node_version.h'), version);
  expect(hasNodeHeaders(dir, '20.19.1')).toBe(true);
  expect(hasNodeHeaders(dir, '20.19.2')).toBe(false);
  rmSync(path.join(include, 'common.gypi'));
  expect(hasNodeHeaders(dir, '20.19.1')).toBe(false);
});

test('dependencyFields ignores what does not change the installed packages', () => {
  const manifest = { scripts: { test: 'a' }, dependencies: { bindings: '1.5.0' } };
  expect(dependencyFields({ ...manifest, scripts: { test: 'b' } })).toEqual(dependencyFields(manifest));
  expect(dependencyFields({ ...manifest, dependencies: {} })).not.toEqual(dependencyFields(manifest));
});
