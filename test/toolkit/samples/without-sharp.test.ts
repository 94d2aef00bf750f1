import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import packageJson from '../../../package.json' with { type: 'json' };
import { tempFolder } from '../../support/temp-folder.js';

const dist = fileURLToPath(new URL('../../../dist/esm', import.meta.url));

/** What reading a picture fails with where no other package is but the ones that `prepare` makes. */
function failureIn(prepare: (folder: string) => void): { code: string; message: string; details: unknown } {
  const folder = tempFolder();
  cpSync(dist, join(folder, 'dist'), { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  prepare(folder);
  const program = `
    const { readImage, readNpy } = await import(${JSON.stringify(pathToFileURL(join(folder, 'dist/toolkit/samples/index.js')))});
    const png = Buffer.from('89504e470d0a1a0a', 'hex');
    await readImage(png, { width: 1, height: 1 }).catch(({ code, message, details }) =>
      console.log(JSON.stringify({ code, message, details })));`;
  return JSON.parse(execFileSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' }));
}

function installSharp(folder: string, code: string): void {
  mkdirSync(join(folder, 'node_modules/sharp'), { recursive: true });
  writeFileSync(join(folder, 'node_modules/sharp/package.json'), '{ "main": "index.js", "type": "module" }');
  writeFileSync(join(folder, 'node_modules/sharp/index.js'), code);
}

const expected = packageJson.peerDependencies.sharp;

test('readImage names the package and its version when sharp is not installed', () => {
  const error = failureIn(() => {});
  expect(error).toMatchObject({ code: 'BACKEND_UNAVAILABLE', details: { package: 'sharp', expected } });
  expect(error.message).toContain(`sharp, version ${expected}`);
  expect(error.message).toContain('npm install sharp@');
});

test('readImage says which version is too old', () => {
  const error = failureIn((folder) => installSharp(folder, "export default { versions: { sharp: '0.34.9' } };"));
  expect(error).toMatchObject({ code: 'BACKEND_UNAVAILABLE', details: { package: 'sharp', expected } });
  expect(error.message).toContain('version 0.34.9 is installed');
});

test('readImage says why sharp cannot be loaded', () => {
  const error = failureIn((folder) => installSharp(folder, "throw new Error('no binary for this platform');"));
  expect(error.code).toBe('BACKEND_UNAVAILABLE');
  expect(error.message).toContain('no binary for this platform');
});

test('sharp is optional', () => {
  expect(packageJson.peerDependenciesMeta.sharp).toEqual({ optional: true });
});
