import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ensureCachedFolder } from '../cached-folder.mjs';
import { ensureNvidia, unavailable } from '../nvidia/ensure.mjs';
import { nvidiaParts } from '../nvidia/parts.mjs';
import { cacheDir, root } from '../paths.mjs';
import { pins } from '../pins.mjs';
import { runOrFail } from '../run.mjs';
import { hashFiles, listFiles } from '../stamp.mjs';
import { ensureZig } from '../zig.mjs';
import { byFolder, withSources, writeUnit } from './sources.mjs';

/**
 * What builds and runs engines, for a package: the builder program, and a module for each kind of TensorRT. All with the
 * headers of NVIDIA alone: its libraries are opened at run time.
 */

const program = 'node-tensorrt-builder';
const flavours = /** @type {const} */ ({ tensorrt: 'tensorrtInclude', 'tensorrt-rtx': 'rtxInclude' });
const module = (/** @type {string} */ flavour) => `node-tensorrt-backend-${flavour}.so`;
const headerParts = /** @type {const} */ (['cudaInclude', 'nvmlInclude', 'tensorrtInclude', 'rtxInclude']);

/** Sources, by folder or file, as in the CMakeLists.txt of native/builder and native/backends/tensorrt. */
const programSources = [
  'native/builder/',
  ...['error', 'process_limits', 'shared_library'].map((name) => `native/core/${name}.cc`),
];
const flavouredSources = ['builder', 'module', 'runtime'].map((name) => `native/backends/tensorrt/${name}/`);
/** The same in both modules. */
const commonSources = [
  'native/backends/tensorrt/loader/',
  'native/cuda/',
  ...['dtype', 'error', 'process_memory', 'shape', 'shared_library'].map((name) => `native/core/${name}.cc`),
  ...['memory/source', 'model/file_map', 'model/path_text'].map((name) => `native/${name}.cc`),
];

/**
 * Targets that have them. Windows has not: NVIDIA's libraries there have the C++ binary interface of Microsoft's compiler,
 * which this one does not speak. macOS has no TensorRT.
 */
const platforms = ['linux'];

/**
 * Why a package is made without them; null where it has them.
 * @param {import('./targets.mjs').Target} target
 */
export function gpuFilesUnavailable(target) {
  return platforms.includes(target.platform) ? unavailable(headerParts) : null;
}

/**
 * Builds them for a target, unless the cache has them from the same sources.
 * @param {string} name of the target
 * @param {import('./targets.mjs').Target} target
 * @param {string} python
 * @returns {Promise<string[]>} paths of the files, in the cache; none where the system has no such files
 */
export async function gpuFiles(name, target, python) {
  if (!platforms.includes(target.platform)) return [];
  const headers = await ensureNvidia({ parts: headerParts, step: async (_, work) => void (await work()) });
  const dir = path.join(cacheDir, 'prebuilds', `gpu-${name}-${hashOfSources(target).slice(0, 16)}`);
  const files = [program, ...Object.keys(flavours).map(module)];
  await ensureCachedFolder(dir, {
    isValid: () => files.every((file) => existsSync(path.join(dir, file))),
    fill: async (temporary) => {
      const zig = await ensureZig(python);
      const filled = path.join(temporary, 'files');
      mkdirSync(filled);
      await withSources((work) => build({ zig, target, work }, filled, headers));
      return filled;
    },
  });
  return files.map((file) => path.join(dir, file));
}

/**
 * @param {Compiler} compiler
 * @param {string} into
 * @param {Pick<import('../nvidia/ensure.mjs').NvidiaPaths, typeof headerParts[number]>} headers
 */
async function build(compiler, into, headers) {
  await link(compiler, path.join(into, program), [], await compile(compiler, program, programSources, []));
  const common = await compile(compiler, 'common', commonSources, [headers.cudaInclude, headers.nvmlInclude]);
  const exports = path.join(root, 'native/backends/tensorrt/module/exports.map');
  const shared = ['-shared', `-Wl,--version-script=${exports}`, '-Wl,-z,nodelete', '-Wl,-z,defs'];
  for (const [flavour, part] of Object.entries(flavours)) {
    const include = [headers[part], headers.cudaInclude, headers.nvmlInclude];
    const own = await compile(compiler, flavour, flavouredSources, include);
    await link(compiler, path.join(into, module(flavour)), shared, [...own, ...common]);
  }
}

/** @param {import('./targets.mjs').Target} target */
function hashOfSources(target) {
  const sources = listFiles(path.join(root, 'native'), (file) => !file.startsWith('test/')).map(
    (file) => `native/${file}`,
  );
  return hashFiles(root, [...sources, 'scripts/lib/prebuild/gpu-files.mjs', 'scripts/lib/prebuild/sources.mjs'], {
    target,
    zig: pins.zig,
    headers: headerParts.map((part) => path.basename(nvidiaParts[part].dir)),
  });
}

/** @typedef {{ zig: import('../zig.mjs').Zig, target: import('./targets.mjs').Target, work: string }} Compiler in the copy `work` */

/** @param {Compiler} compiler @param {string} what @param {string[]} args */
function run({ zig, target, work }, what, args) {
  return runOrFail(`zig ${args[0]} of ${what} for ${target.triple}`, zig.program, args, { cwd: work, env: zig.env });
}

/**
 * Compiles the sources of each folder as one.
 * @param {Compiler} compiler
 * @param {string} what
 * @param {string[]} sources
 * @param {string[]} include
 * @returns {Promise<string[]>} objects
 */
async function compile(compiler, what, sources, include) {
  const flags = [
    ...['c++', '-target', compiler.target.triple, '-std=c++20', '-O2', '-g0', '-fexceptions', '-fPIC', '-pthread'],
    ...['-fvisibility=hidden', '-fvisibility-inlines-hidden', '-Inative'],
    ...include.flatMap((dir) => ['-isystem', dir]),
  ];
  const units = groups(sources).map((group, index) => writeUnit(compiler.work, `${what}/${index}`, group));
  const files = units.map((unit) => unit.replace(/cc$/, 'o'));
  const queue = [...units.entries()];
  await Promise.all(
    Array.from({ length: os.availableParallelism() }, async () => {
      for (let next = queue.shift(); next; next = queue.shift()) {
        await run(compiler, what, [...flags, '-c', next[1], '-o', files[next[0]]]);
      }
    }),
  );
  return files;
}

/** @param {Compiler} compiler @param {string} output @param {string[]} flags @param {string[]} objects */
function link(compiler, output, flags, objects) {
  const args = ['c++', '-target', compiler.target.triple, '-s', '-pthread', ...flags, '-o', output, ...objects];
  return run(compiler, path.basename(output), args);
}

/** The sources of each folder. @param {string[]} sources @returns {string[][]} */
function groups(sources) {
  const folders = sources
    .filter((source) => source.endsWith('/'))
    .map((folder) =>
      readdirSync(path.join(root, folder))
        .filter((file) => file.endsWith('.cc'))
        .map((file) => folder + file),
    );
  const single = byFolder(sources.filter((source) => !source.endsWith('/')));
  return [...folders, ...single.map(([, group]) => group)].filter((group) => group.length > 0);
}
