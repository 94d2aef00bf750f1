import { createHash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { userCacheDir } from './platform.mjs';

/** The checkout. */
export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '');

/** Where fetched parts are kept, outside the checkout, so that several checkouts share them. */
export const cacheDir = process.env.NODE_TENSORRT_CACHE
  ? path.resolve(process.env.NODE_TENSORRT_CACHE)
  : path.join(userCacheDir(), 'node-tensorrt');

/** Lock of this checkout: in the cache, because `npm ci` empties node_modules and a clean removes build/. */
export const checkoutLock = path.join(
  cacheDir,
  'locks',
  `checkout-${createHash('sha256').update(root).digest('hex').slice(0, 16)}`,
);

/**
 * @param {string} name name of an installed package
 * @param {string} file path of a file in it
 */
export function packageFile(name, file) {
  return path.join(root, 'node_modules', ...name.split('/'), ...file.split('/'));
}

/** The ONNX Runtime library that npm installed; null where there is none. */
export function onnxruntimeLibrary() {
  const dir = packageFile('onnxruntime-node', `bin/napi-v6/${process.platform}/${process.arch}`);
  const name = existsSync(dir)
    ? readdirSync(dir).find((file) => /^(libonnxruntime\.(so|dylib|\d)|onnxruntime\.dll)/.test(file))
    : undefined;
  return name ? path.join(dir, name) : null;
}

/** Path of a program installed by npm, to be run with process.execPath. */
export const programs = {
  biome: packageFile('@biomejs/biome', 'bin/biome'),
  tsc: packageFile('typescript', 'bin/tsc'),
  vitest: packageFile('vitest', 'vitest.mjs'),
  nodeGyp: packageFile('node-gyp', 'bin/node-gyp.js'),
};
