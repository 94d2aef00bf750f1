import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { buildDir, configureCmake, hasGoogleTest } from './cmake.mjs';
import { compilerCacheEnv } from './compiler-cache.mjs';
import { onnxruntimeLibrary, root } from './paths.mjs';
import { installLines } from './platform.mjs';
import { emptyResult } from './report.mjs';
import { runAttached } from './run.mjs';

/**
 * Builds the C++ tests of one of CMakePresets.json and runs them.
 * @param {import('../test.mjs').StageContext} context
 * @param {import('./cmake.mjs').Preset} preset
 * @param {object} [how]
 * @param {string} [how.what] what is missing when they cannot run
 * @param {string} [how.target] what to build; all by default
 * @param {() => Promise<string[]>} [how.wrapper] a program and its arguments that runs CTest, asked for after the build
 * @returns {Promise<import('./report.mjs').StageResult>}
 */
export async function runCTest(context, preset, { what = 'C++ tests', target, wrapper = async () => [] } = {}) {
  const built = await buildPreset(context, preset, what, target);
  if ('result' in built) return built.result;
  const { toolchain } = built;
  const jobs = String(os.availableParallelism());
  const dir = mkdtempSync(path.join(os.tmpdir(), 'node-tensorrt-ctest-'));
  try {
    const file = path.join(dir, 'results.xml');
    const options = ['--no-tests=error', '--parallel', jobs, '--output-junit', file];
    const [program, ...args] = [...(await wrapper()), toolchain.ctest, '--preset', preset, ...options];
    const code = await runAttached(program, args, { cwd: root, env: { ...onnxruntimeEnv(), ...process.env } });
    return countJunit(existsSync(file) ? readFileSync(file, 'utf8') : '', code);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/**
 * Builds a preset, or one target of it.
 * @param {import('../test.mjs').StageContext} context
 * @param {import('./cmake.mjs').Preset} preset
 * @param {string} what is missing when it cannot be built
 * @param {string} [target]
 * @returns {Promise<{ toolchain: import('./toolchain.mjs').Toolchain } | { result: import('./report.mjs').StageResult }>}
 */
export async function buildPreset(context, preset, what, target) {
  const { compiler } = context.tools;
  const toolchain = await context.toolchain();
  if ('problem' in toolchain) return { result: { ...emptyResult(), missing: [`${what} (${toolchain.problem})`] } };
  if (!(await hasGoogleTest(toolchain, compiler))) {
    const help = installLines(['gtest']).join('; ');
    const missing = [`${what} (GoogleTest was not found; install with: ${help})`];
    return { result: { ...emptyResult(), missing } };
  }
  const jobs = String(os.availableParallelism());
  await configureCmake(toolchain, { compiler, tests: true, preset });
  const args = ['--build', buildDir(preset), '--parallel', jobs, ...(target ? ['--target', target] : [])];
  const code = await runAttached(toolchain.cmake, args, { env: compilerCacheEnv() });
  if (code !== 0) return { result: { ...emptyResult(), failed: 1 } };
  return { toolchain };
}

/** Tells the tests where the ONNX Runtime library is that npm installed. */
export function onnxruntimeEnv() {
  const library = onnxruntimeLibrary();
  return library ? { NODE_TENSORRT_ONNXRUNTIME: library } : {};
}

/**
 * @param {string} xml CTest's JUnit file
 * @param {number} code CTest's exit code
 * @returns {import('./report.mjs').StageResult}
 */
export function countJunit(xml, code) {
  const result = emptyResult();
  for (const [tag] of xml.matchAll(/<testcase\s[^>]*>/g)) {
    const name = tag.match(/\sname="([^"]*)"/)?.[1] ?? '?';
    const status = tag.match(/\sstatus="([^"]*)"/)?.[1];
    if (status === 'run') result.passed++;
    else if (status === 'disabled' || status === 'notrun') result.skipped.push(name);
    else result.failed++;
  }
  if (code !== 0 && result.failed === 0) result.failed = 1;
  return result;
}
