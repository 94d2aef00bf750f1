import { cpSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { root } from '../paths.mjs';
import { pins } from '../pins.mjs';
import { hashFiles, listFiles } from '../stamp.mjs';

const isSource = (/** @type {string} */ file) => !file.startsWith('test/');

/** Hash of everything that a prebuilt addon depends on. @param {import('./targets.mjs').Target} target */
export function hashOfSources(target) {
  const native = listFiles(path.join(root, 'native'), isSource).map((file) => `native/${file}`);
  const scripts = listFiles(path.join(root, 'scripts/lib/prebuild')).map((file) => `scripts/lib/prebuild/${file}`);
  const packages = ['node-addon-api', 'node-api-headers', 'node-gyp', 'prebuildify'].map(
    (name) => `node_modules/${name}/package.json`,
  );
  return hashFiles(root, ['binding.gyp', ...native, ...scripts, ...packages], {
    target,
    zig: pins.zig,
    headers: pins.onnxruntimeHeaders.treeSha256,
    node: process.versions.node,
  });
}

/**
 * Copies what the addon is built from, so that the checkout's own build/ stays as it is.
 * @param {string} dir the same folder each time: the compiler remembers results by the paths of their sources
 */
export function copySources(dir) {
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true });
  for (const name of ['binding.gyp', 'package.json', 'scripts', 'native']) {
    cpSync(path.join(root, name), path.join(dir, name), {
      recursive: true,
      filter: (file) => file !== path.join(root, 'native', 'test'),
    });
  }
  symlinkSync(path.join(root, 'node_modules'), path.join(dir, 'node_modules'), 'junction');
}
