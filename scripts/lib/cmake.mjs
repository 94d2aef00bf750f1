import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { compilerCache, compilerCacheEnv } from './compiler-cache.mjs';
import { SetupError } from './errors.mjs';
import { headersDir } from './headers.mjs';
import { root } from './paths.mjs';
import { run } from './run.mjs';

/** @typedef {'tests' | 'asan' | 'tsan' | 'coverage' | 'nvidia' | 'nvidia-asan' | 'nvidia-tsan'} Preset one of CMakePresets.json */

/** Where a preset is built, as CMakePresets.json has it. @param {Preset} preset */
export function buildDir(preset) {
  return path.join(root, preset === 'tests' ? 'build-cmake' : `build-${preset}`);
}

/** Where the C++ tests are built. */
export const cmakeBuildDir = buildDir('tests');

/**
 * Configures the C++ tests, which also writes compile_commands.json.
 * @param {import('./toolchain.mjs').Toolchain} toolchain
 * @param {{ compiler: string | null, tests: boolean, preset?: Preset, settings?: Record<string, string> }} options
 *   without tests only the library's own sources are known; `settings` are more of CMake's variables
 */
export async function configureCmake(toolchain, { compiler, tests, preset = 'tests', settings = {} }) {
  const { code, output } = await run(
    toolchain.cmake,
    [
      ...['--preset', preset, '-S', root, '-G', 'Ninja'],
      `-DCMAKE_MAKE_PROGRAM=${toolchain.ninja}`,
      '-DCMAKE_EXPORT_COMPILE_COMMANDS=ON',
      `-DCMAKE_CXX_COMPILER_LAUNCHER=${compilerCache ?? ''}`,
      `-DONNXRUNTIME_INCLUDE=${headersDir}`,
      `-DNODE_TENSORRT_TESTS=${tests ? 'ON' : 'OFF'}`,
      ...Object.entries(settings).map(([name, value]) => `-D${name}=${value}`),
    ],
    { cwd: root, env: { ...(compiler ? { CXX: compiler } : {}), ...compilerCacheEnv() } },
  );
  if (code !== 0) throw new SetupError(`cmake could not configure the preset ${preset}:\n\n${output.trim()}`);
}

/**
 * Whether CMake finds GoogleTest, asked the way CMakeLists.txt asks.
 * @param {import('./toolchain.mjs').Toolchain} toolchain
 * @param {string | null} compiler
 */
export async function hasGoogleTest(toolchain, compiler) {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'node-tensorrt-gtest-'));
  try {
    const lines = ['cmake_minimum_required(VERSION 3.25)', 'project(probe CXX)', 'find_package(GTest REQUIRED)'];
    writeFileSync(path.join(dir, 'CMakeLists.txt'), lines.join('\n'));
    const args = ['-S', dir, '-B', path.join(dir, 'build'), '-G', 'Ninja', `-DCMAKE_MAKE_PROGRAM=${toolchain.ninja}`];
    const { code } = await run(toolchain.cmake, args, {
      env: compiler ? { CXX: compiler, ...process.env } : process.env,
    });
    return code === 0;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** @returns {Map<string, string>} compile command of each source, by its path relative to the checkout */
export function compileCommands() {
  const entries = JSON.parse(readFileSync(path.join(cmakeBuildDir, 'compile_commands.json'), 'utf8'));
  return new Map(
    entries.map(({ file, directory, command }) => {
      const relative = path.relative(root, path.resolve(directory, file));
      return [relative.split(path.sep).join('/'), command];
    }),
  );
}
