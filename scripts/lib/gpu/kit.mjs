import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { onnxruntimeLibrary, packageFile, root } from '../paths.mjs';
import { packParts } from './split.mjs';

/** What a kit's path is, by where it comes from. @typedef {Record<string, string>} KitFiles */

/** The scripts, and what they ask for: enough for `--standins`. @param {import('./programs.mjs').GpuPrograms} programs @returns {KitFiles} */
export function programFiles({ acceptance, standins }) {
  return {
    'package.json': path.join(root, 'package.json'),
    scripts: path.join(root, 'scripts'),
    'gpu/gpu_acceptance': acceptance,
    'gpu/standins/libcuda.so.1': path.join(standins, 'libcuda.so.1'),
    'gpu/standins/libnvidia-ml.so.1': path.join(standins, 'libnvidia-ml.so.1'),
  };
}

/** The addon, its JavaScript and ONNX Runtime, as a package that needs no installation; and Node. @param {string} node @returns {KitFiles} */
export function packageFiles(node) {
  const onnxruntime = /** @type {string} */ (onnxruntimeLibrary());
  const inPackage = path.relative(packageFile('onnxruntime-node', ''), onnxruntime);
  return {
    node,
    dist: path.join(root, 'dist'),
    'build/Release/node_tensorrt.node': path.join(root, 'build', 'Release', 'node_tensorrt.node'),
    'node_modules/bindings': packageFile('bindings', ''),
    'node_modules/file-uri-to-path': packageFile('file-uri-to-path', ''),
    'node_modules/onnxruntime-node/package.json': packageFile('onnxruntime-node', 'package.json'),
    [path.join('node_modules', 'onnxruntime-node', inPackage)]: onnxruntime,
  };
}

/**
 * The model, and TensorRT's library, its parser and what its builder loads. All of them need the system's C and C++ runtime and
 * nothing else; the driver is the machine's.
 * @param {import('./programs.mjs').GpuPrograms} programs
 * @returns {KitFiles}
 */
export function gpuFiles({ models, tensorrtLib }) {
  const dir = /** @type {string} */ (tensorrtLib);
  const isNeeded = (/** @type {string} */ name) => /^lib(nvinfer|nvonnxparser)\.so\.11$|_builder_resource_/.test(name);
  const libraries = readdirSync(dir).filter(isNeeded);
  return {
    'gpu/models': models,
    ...Object.fromEntries(libraries.map((name) => [`gpu/tensorrt/${name}`, path.join(dir, name)])),
  };
}

/**
 * Packs a kit into parts.
 * @param {KitFiles} files
 * @param {Record<string, string>} about what gpu-kit.json says
 * @param {string} out
 * @param {{ partBytes?: number }} [options]
 */
export async function packKit(files, about, out, options) {
  const staging = mkdtempSync(path.join(os.tmpdir(), 'node-tensorrt-kit-'));
  try {
    for (const [to, from] of Object.entries(files)) {
      mkdirSync(path.dirname(path.join(staging, to)), { recursive: true });
      symlinkSync(from, path.join(staging, to));
    }
    writeFileSync(path.join(staging, 'gpu-kit.json'), `${JSON.stringify(about, null, 2)}\n`);
    return await packParts(staging, out, options);
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}
