import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { NodeTensorRTError } from '../errors.js';
import { packageRoot } from './root.cjs';

/** File names of the library, by platform; versions vary. */
const libraryNames: Partial<Record<NodeJS.Platform, RegExp>> = {
  linux: /^libonnxruntime\.so\.1$/,
  darwin: /^libonnxruntime(\.\d+)*\.dylib$/,
  win32: /^onnxruntime\.dll$/,
};

let found: string | undefined;

/**
 * The path of ONNX Runtime's shared library: NODE_TENSORRT_ONNXRUNTIME if set, else in the platform package, else in
 * `onnxruntime-node`, looked up from this package and then from the working directory.
 * Throws BACKEND_UNAVAILABLE with everything that was tried.
 */
export function findOnnxRuntime(): string {
  found ??= search();
  return found;
}

function search(): string {
  const tried: string[] = [];
  const explicit = process.env['NODE_TENSORRT_ONNXRUNTIME'];
  if (explicit) return explicit;
  const { platform, arch } = process;
  const candidates = [packageRoot, process.cwd()].flatMap((from) => [
    () => resolvePackage(from, `@node-tensorrt/${platform}-${arch}`, ''),
    () => resolvePackage(from, 'onnxruntime-node', join('bin', 'napi-v6', platform, arch)),
  ]);
  for (const candidate of candidates) {
    try {
      const folder = candidate();
      const file = existsSync(folder) && readdirSync(folder).find((name) => libraryNames[platform]?.test(name));
      if (file) return join(folder, file);
      tried.push(`${folder}: has no ONNX Runtime library`);
    } catch (error) {
      tried.push(error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error));
    }
  }
  throw new NodeTensorRTError(
    'BACKEND_UNAVAILABLE',
    `The CPU backend needs the ONNX Runtime library. Install it: npm install --ignore-scripts onnxruntime-node@1.30. Tried:\n${tried.map((line) => `  - ${line}`).join('\n')}`,
    { backend: 'cpu', tried },
  );
}

function resolvePackage(from: string, name: string, folder: string): string {
  const require = createRequire(join(from, 'package.json'));
  return join(dirname(require.resolve(`${name}/package.json`)), folder);
}
