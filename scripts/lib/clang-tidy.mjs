import { createHash } from 'node:crypto';
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { addonDefines } from './addon-defines.mjs';
import { cmakeBuildDir } from './cmake.mjs';
import { headersDir } from './headers.mjs';
import { includedHeaders } from './included-headers.mjs';
import { ensureNodeHeaders } from './node-headers.mjs';
import { ensureNvidia, unavailable } from './nvidia/ensure.mjs';
import { cacheDir, packageFile, root } from './paths.mjs';
import { pins } from './pins.mjs';
import { run } from './run.mjs';
import { hashFiles, listFiles, writeStamp } from './stamp.mjs';

const resultsDir = path.join(cacheDir, 'clang-tidy');
const KEEP_DAYS = 30;

/**
 * Checks the native sources. A file that passed is not checked again until it, a header that it includes, .clang-tidy or
 * its flags change.
 * @param {import('./toolchain.mjs').Toolchain} toolchain
 * @param {{ sources: string[], commands: Map<string, string> }} input the addon's sources, and what CMake compiles
 * @returns {Promise<{ failures: string[], checked: number, remembered: number, unknown: string[] }>}
 *   `unknown`: sources that neither the addon nor CMake compiles, so that their flags are not known
 */
export async function runClangTidy(toolchain, { sources, commands }) {
  const native = listFiles(path.join(root, 'native')).map((file) => `native/${file}`);
  const includes = includedHeaders(path.join(root, 'native'));
  const shared = hashFiles(root, ['.clang-tidy'], [pins.toolchain['clang-tidy'], pins.onnxruntimeHeaders.treeSha256]);
  const addonFlags = await bindingFlags();
  const cudaFlags = await flagsWithNvidia(['cudaInclude', 'nvmlInclude']);
  const tensorrtFlags = await flagsWithNvidia(['cudaInclude', 'nvmlInclude', 'rtxInclude']);
  /** @param {string} file */
  const flagsOf = (file) => {
    if (sources.includes(file)) return addonFlags;
    if (file.startsWith('native/cuda/')) return cudaFlags;
    return builderFiles.test(file) ? tensorrtFlags : undefined;
  };
  const result = { failures: [], checked: 0, remembered: 0, unknown: [] };

  // What ships. The tests' sources are compiled with the same warnings, and would take longer than all the rest.
  const queue = native.filter((file) => file.endsWith('.cc') && !file.startsWith('native/test/'));
  await Promise.all(
    Array.from({ length: os.availableParallelism() }, async () => {
      for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
        const command = commands.get(file);
        const flags = flagsOf(file);
        if (command === undefined && flags === undefined) {
          result.unknown.push(file);
          continue;
        }
        const headers = includes(path.posix.relative('native', file)).map((header) => `native/${header}`);
        // Wherever the checkout is.
        const flagsHere = JSON.stringify(command ?? flags).replaceAll(root, '');
        const key = hashFiles(root, [file, ...headers], [shared, flagsHere]);
        const passed = path.join(resultsDir, createHash('sha256').update(key).digest('hex'));
        if (existsSync(passed)) {
          result.remembered++;
          continue;
        }
        const where = command === undefined ? ['--', ...flags] : ['-p', cmakeBuildDir];
        const args = [
          '--quiet',
          '--warnings-as-errors=*',
          '--extra-arg=-Wno-unknown-warning-option',
          path.join(root, file),
          ...where,
        ];
        const { code, stdout, output } = await run(toolchain.clangTidy, args, { cwd: root });
        result.checked++;
        if (code === 0) writeStamp(passed, file);
        else result.failures.push(`${file}\n${(stdout.trim() || output).trim()}`);
      }
    }),
  );
  forgetOldResults();
  return result;
}

/** What every source is compiled with. */
const commonFlags = [
  ...['-std=c++20', '-fexceptions', '-Wall', '-Wextra', '-Wno-unused-parameter'],
  `-I${path.join(root, 'native')}`,
];

/** What builds engines. */
const builderFiles = /^native\/(builder\/|backends\/tensorrt\/|core\/process_memory\.)/;

/**
 * For what CMake compiles with NVIDIA's headers only; undefined where those cannot be had.
 * @template {'cudaInclude' | 'nvmlInclude' | 'rtxInclude'} Part
 * @param {Part[]} parts
 */
async function flagsWithNvidia(parts) {
  if (unavailable(parts)) return undefined;
  const paths = await ensureNvidia({ parts });
  return [...commonFlags, ...parts.flatMap((part) => ['-isystem', paths[part]])];
}

/** The flags of binding.gyp that matter to clang, for the sources that CMake does not compile (native/binding). */
async function bindingFlags() {
  const nodedir = await ensureNodeHeaders();
  const defines = [...addonDefines, 'BUILDING_NODE_EXTENSION'];
  const system = [packageFile('node-addon-api', ''), packageFile('node-api-headers', 'include'), headersDir];
  if (nodedir) system.push(path.join(nodedir, 'include', 'node'));
  return [...commonFlags, ...defines.map((define) => `-D${define}`), ...system.flatMap((dir) => ['-isystem', dir])];
}

function forgetOldResults() {
  for (const name of existsSync(resultsDir) ? readdirSync(resultsDir) : []) {
    const file = path.join(resultsDir, name);
    if (Date.now() - statSync(file).mtimeMs > KEEP_DAYS * 86_400_000) rmSync(file, { force: true });
  }
}
