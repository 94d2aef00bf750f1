// What a user reads whose platform package is missing, or is not for that system.

import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { tempFolder } from '../support/temp-folder.js';
import { fixture, packagesDir, runProgram } from './support/packages.js';

/** A project with the main package, and a platform package with the addon that is given. */
async function failureWith(addon: Buffer | null): Promise<{ code: string; message: string }> {
  const project = tempFolder();
  const modules = join(project, 'node_modules');
  cpSync(join(packagesDir, 'node-tensorrt'), join(modules, 'node-tensorrt'), { recursive: true });
  if (addon) {
    const folder = join(modules, '@node-tensorrt', 'linux-x64');
    mkdirSync(folder, { recursive: true });
    cpSync(join(packagesDir, 'linux-x64', 'package.json'), join(folder, 'package.json'));
    writeFileSync(join(folder, 'node-tensorrt.node'), addon);
  }
  cpSync(fixture('why.mjs'), join(project, 'why.mjs'));
  const { stdout, stderr } = await runProgram([process.execPath, 'why.mjs'], { cwd: project });
  expect(stderr).toBe('');
  return JSON.parse(stdout);
}

const addon = () => readFileSync(join(packagesDir, 'linux-x64', 'node-tensorrt.node'));

test('a missing platform package is named, with the commands that help', async () => {
  const { code, message } = await failureWith(null);
  expect(code).toBe('BINARY_NOT_FOUND');
  expect(message).toContain("package @node-tensorrt/linux-x64: Cannot find module '@node-tensorrt/linux-x64'");
  expect(message).toContain('npm install --include=optional');
  expect(message).toMatch(/npx node-gyp@\d+ rebuild --directory ".*node-tensorrt"/);
});

test('an addon that needs a newer C library is refused with the version that is missing', async () => {
  const bytes = addon();
  const at = bytes.indexOf('GLIBC_2.27\0');
  expect(at).toBeGreaterThan(0);
  bytes.write('GLIBC_9.27', at, 'latin1');
  const { code, message } = await failureWith(bytes);
  expect(code).toBe('BINARY_NOT_FOUND');
  expect(message).toMatch(/package @node-tensorrt\/linux-x64: .*GLIBC_9\.27.* not found/);
});

test('a file that is no addon is refused with what the system says about it', async () => {
  const { code, message } = await failureWith(Buffer.from('no library'));
  expect(code).toBe('BINARY_NOT_FOUND');
  expect(message).toMatch(/package @node-tensorrt\/linux-x64: .*node-tensorrt\.node: file too short/);
});

test('an unharmed addon gets as far as ONNX Runtime, which is not there', async () => {
  const { code } = await failureWith(addon());
  expect(code).toBe('BACKEND_UNAVAILABLE');
});
