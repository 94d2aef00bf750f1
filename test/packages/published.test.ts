import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { describe, expect, test } from 'vitest';
import { packageFile } from '../../scripts/lib/paths.mjs';
import { listFiles } from '../../scripts/lib/stamp.mjs';
import { tempFolder } from '../support/temp-folder.js';
import { packagesDir, tarball } from './support/packages.js';

const folder = (name: string) => join(packagesDir, name);
const manifest = (name: string) => JSON.parse(readFileSync(join(folder(name), 'package.json'), 'utf8'));

describe.each(['node-tensorrt', 'linux-x64', 'linux-arm64'])('the package %s', (name) => {
  test('pleases publint', async () => {
    const tarballBytes = new Uint8Array(readFileSync(tarball(name))).buffer;
    const { messages, pkg = {} } = await publint({ pack: { tarball: tarballBytes }, strict: true });
    expect(messages.map((message) => formatMessage(message, pkg))).toEqual([]);
  });

  test('runs no script when it is installed', () => {
    const hooks = ['preinstall', 'install', 'postinstall', 'prepare', 'prebuild', 'postbuild'];
    expect(Object.keys(manifest(name).scripts ?? {}).filter((script) => hooks.includes(script))).toEqual([]);
    expect(manifest(name).gypfile ?? existsSync(join(folder(name), 'binding.gyp'))).toBe(false);
  });
});

test('publint finds an entry that is not there', async () => {
  const dir = tempFolder();
  writeFileSync(join(dir, 'package.json'), '{ "name": "bad", "version": "1.0.0", "main": "gone.js" }');
  const { messages } = await publint({ pkgDir: dir, pack: false, strict: true });
  expect(messages.map(({ code }) => code)).toContain('FILE_DOES_NOT_EXIST');
});

test('every way to resolve the types of the main package finds the right ones', async () => {
  const attw = packageFile('@arethetypeswrong/cli', 'dist/index.js');
  // The old resolution ('node10') does not read `exports`, which alone has the entries beside the first.
  const args = [attw, tarball('node-tensorrt'), '--format', 'json', '--profile', 'node16'];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  const { analysis } = JSON.parse(stdout) as {
    analysis: { types: object; problems: { entrypoint: string; resolutionKind: string }[] };
  };
  expect(analysis.types).toMatchObject({ kind: 'included' });
  const problems = analysis.problems.filter(
    ({ entrypoint, resolutionKind }) => entrypoint === '.' || resolutionKind !== 'node10',
  );
  expect(problems).toEqual([]);
});

test('the main package asks for each platform package of its own version', () => {
  const { version, optionalDependencies } = manifest('node-tensorrt');
  const names = Object.keys(optionalDependencies).sort();
  expect(names).toEqual(['darwin-arm64', 'linux-arm64', 'linux-x64', 'win32-x64'].map((n) => `@node-tensorrt/${n}`));
  expect([...new Set(Object.values(optionalDependencies))]).toEqual([version]);
});

test('the main package has the library and its sources, and no tests', () => {
  const files = listFiles(folder('node-tensorrt')).filter((file) => !file.startsWith('node_modules/'));
  const folders = [...new Set(files.map((file) => (file.includes('/') ? file.split('/')[0] : '.')))];
  expect(folders.sort()).toEqual(['.', 'cmake', 'dist', 'docs', 'lib', 'native', 'scripts']);
  expect(files.filter((file) => /(^|\/)tests?\/|\.test\./.test(file))).toEqual([]);
  expect(files).toContain('dist/esm/index.js');
  expect(files).toContain('dist/cjs/index.d.ts');
});

test.each(['linux-x64', 'linux-arm64'])('the package %s has the licences of what is in it', (name) => {
  const texts = readdirSync(join(folder(name), 'licenses')).sort();
  expect(texts).toEqual(['llvm.txt', 'node-addon-api.txt', 'onnxruntime-third-party.txt', 'onnxruntime.txt']);
  const text = (file: string) => readFileSync(join(folder(name), 'licenses', file), 'utf8');
  expect(text('onnxruntime.txt')).toContain('Microsoft');
  expect(text('llvm.txt')).toContain('LLVM');
  expect(readFileSync(join(folder(name), 'LICENSE'), 'utf8')).toContain('Apache License');
});
