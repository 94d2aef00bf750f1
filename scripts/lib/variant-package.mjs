import { cpSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { buildDir } from './cmake.mjs';
import { root } from './paths.mjs';

/** What the tests need of the checkout besides node_modules. */
const PARTS = [
  'dist',
  'lib',
  'native',
  'scripts',
  'test',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'vitest.config.ts',
];

/**
 * Makes a copy of the package with another build of the addon in it, for the tests to run in.
 * @param {import('./cmake.mjs').Preset} preset which build
 * @returns {string} its folder
 */
export function makeVariantPackage(preset) {
  const dir = path.join(buildDir(preset), 'package');
  rmSync(dir, { recursive: true, force: true });
  for (const part of PARTS) cpSync(path.join(root, part), path.join(dir, part), { recursive: true });
  symlinkSync(path.join(root, 'node_modules'), path.join(dir, 'node_modules'), 'junction');
  const release = path.join(dir, 'build', 'Release');
  mkdirSync(release, { recursive: true });
  cpSync(path.join(buildDir(preset), 'node_tensorrt.node'), path.join(release, 'node_tensorrt.node'));
  return dir;
}
