import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { cmakeBuildDir } from '../cmake.mjs';
import { buildNativeTests, onnxruntimeLibrary } from '../native-tests.mjs';
import { root } from '../paths.mjs';
import { emptyResult } from '../report.mjs';
import { runAttached } from '../run.mjs';

/**
 * The C++ tests: CMake, Ninja, CTest.
 * @param {import('../../test.mjs').StageContext} context
 * @returns {Promise<import('../report.mjs').StageResult>}
 */
export async function cpp(context) {
  const build = await buildNativeTests(context);
  if (!build.built) {
    return { ...emptyResult(), ...(build.missing ? { missing: [`C++ tests (${build.missing})`] } : { failed: 1 }) };
  }
  const dir = mkdtempSync(path.join(os.tmpdir(), 'node-tensorrt-ctest-'));
  try {
    const file = path.join(dir, 'results.xml');
    const args = [
      '--test-dir',
      cmakeBuildDir,
      '--output-on-failure',
      '--no-tests=error',
      '--parallel',
      String(os.availableParallelism()),
      '--output-junit',
      file,
    ];
    const library = onnxruntimeLibrary();
    const env = { ...(library && { NODE_TENSORRT_ONNXRUNTIME: library }), ...process.env };
    const code = await runAttached(build.toolchain.ctest, args, { cwd: root, env });
    return countJunit(existsSync(file) ? readFileSync(file, 'utf8') : '', code);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
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
