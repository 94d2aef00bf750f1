// @ts-check
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '');
export const resultsDir = path.join(root, 'benchmarks', 'results');
/** Programs and models that are made once; git ignores it. */
export const scratchDir = path.join(resultsDir, '.tmp');

/** The library that `onnxruntime-node` uses, which all three programs of a comparison open. */
export function onnxRuntimePath() {
  const folder = path.dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'));
  const name = process.platform === 'darwin' ? 'libonnxruntime.1.dylib' : 'libonnxruntime.so.1';
  return path.join(folder, 'bin', 'napi-v6', process.platform, process.arch, name);
}

/** @param {string} name of a package in node_modules */
export function packageVersion(name) {
  return createRequire(import.meta.url)(`${name}/package.json`).version;
}
