import { cpSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { withLock } from '../lock.mjs';
import { nativeSources } from '../native-sources.mjs';
import { cacheDir, packageFile, root } from '../paths.mjs';
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
 * Copies what packages are built from, so that the checkout's own build/ stays as it is. Into the same folder for every
 * checkout, which have it one after the other: the compiler remembers results by the paths of their sources.
 * @template T
 * @param {(dir: string) => Promise<T>} build
 * @returns {Promise<T>}
 */
export function withSources(build) {
  const dir = path.join(cacheDir, 'prebuilds', 'sources');
  return withLock(path.join(cacheDir, 'locks', 'prebuild-sources'), () => {
    rmSync(dir, { recursive: true, force: true });
    mkdirSync(path.join(dir, 'node_modules'), { recursive: true });
    for (const name of ['binding.gyp', 'package.json', 'scripts', 'native', 'node_modules/node-addon-api']) {
      cpSync(path.join(root, name), path.join(dir, name), {
        recursive: true,
        filter: (file) => file !== path.join(root, 'native', 'test'),
      });
    }
    symlinkSync(packageFile('.bin', ''), path.join(dir, 'node_modules', '.bin'), 'junction');
    return build(dir);
  });
}

/**
 * Has the addon's sources in a copy compiled by the folder, each as one: what they have in common is most of the work.
 * @param {string} dir the copy
 */
export function joinByFolder(dir) {
  const units = byFolder(nativeSources()).map(([folder, sources]) => writeUnit(dir, folder, sources));
  writeFileSync(path.join(dir, 'native', 'sources.txt'), units.join('\n'));
}

/** @param {string[]} sources @returns {Array<[string, string[]]>} */
export function byFolder(sources) {
  /** @type {Map<string, string[]>} */
  const folders = new Map();
  for (const source of sources) {
    const folder = path.posix.dirname(source);
    folders.set(folder, [...(folders.get(folder) ?? []), source]);
  }
  return [...folders];
}

/**
 * Writes a source that is several.
 * @param {string} dir the copy
 * @param {string} name
 * @param {string[]} sources
 * @returns {string} its path in the copy
 */
export function writeUnit(dir, name, sources) {
  const unit = `units/${name}.cc`;
  const up = '../'.repeat(unit.split('/').length - 1);
  mkdirSync(path.dirname(path.join(dir, unit)), { recursive: true });
  writeFileSync(path.join(dir, unit), sources.map((source) => `#include "${up}${source}"\n`).join(''));
  return unit;
}
