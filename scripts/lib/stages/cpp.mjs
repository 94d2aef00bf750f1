import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { cmakeBuildDir, configureCmake, hasGoogleTest } from '../cmake.mjs';
import { packageFile, root } from '../paths.mjs';
import { installLines } from '../platform.mjs';
import { emptyResult } from '../report.mjs';
import { runAttached } from '../run.mjs';

/**
 * The C++ tests: CMake, Ninja, CTest.
 * @param {import('../../test.mjs').StageContext} context
 * @returns {Promise<import('../report.mjs').StageResult>}
 */
export async function cpp(context) {
  const { compiler } = context.tools;
  const toolchain = await context.toolchain();
  if ('problem' in toolchain) return { ...emptyResult(), missing: [`C++ tests (${toolchain.problem})`] };
  if (!(await hasGoogleTest(toolchain, compiler))) {
    const help = installLines(['gtest']).join('; ');
    return { ...emptyResult(), missing: [`C++ tests (GoogleTest was not found; install with: ${help})`] };
  }
  const jobs = String(os.availableParallelism());
  await configureCmake(toolchain, { compiler, tests: true });
  if ((await runAttached(toolchain.cmake, ['--build', cmakeBuildDir, '--parallel', jobs])) !== 0)
    return { ...emptyResult(), failed: 1 };

  const dir = mkdtempSync(path.join(os.tmpdir(), 'node-tensorrt-ctest-'));
  try {
    const file = path.join(dir, 'results.xml');
    const args = [
      '--test-dir',
      cmakeBuildDir,
      '--output-on-failure',
      '--no-tests=error',
      '--parallel',
      jobs,
      '--output-junit',
      file,
    ];
    const code = await runAttached(toolchain.ctest, args, { cwd: root, env: { ...onnxruntimeEnv(), ...process.env } });
    return countJunit(existsSync(file) ? readFileSync(file, 'utf8') : '', code);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Tells the tests where the ONNX Runtime library is that npm installed. */
function onnxruntimeEnv() {
  const dir = packageFile('onnxruntime-node', `bin/napi-v6/${process.platform}/${process.arch}`);
  const name = existsSync(dir)
    ? readdirSync(dir).find((file) => /^(libonnxruntime\.(so|dylib|\d)|onnxruntime\.dll)/.test(file))
    : undefined;
  return name ? { NODE_TENSORRT_ONNXRUNTIME: path.join(dir, name) } : {};
}

/**
 * @param {string} xml CTest's JUnit file
 * @param {number} code CTest's exit code
 * @returns {import('../report.mjs').StageResult}
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
