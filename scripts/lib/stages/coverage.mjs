import { rmSync } from 'node:fs';
import path from 'node:path';
import { buildDir } from '../cmake.mjs';
import { coverageTable, readCpp, readTypeScript } from '../coverage.mjs';
import { buildPreset, onnxruntimeEnv } from '../ctest.mjs';
import { root } from '../paths.mjs';
import { isWindows } from '../platform.mjs';
import { emptyResult } from '../report.mjs';
import { runAttached } from '../run.mjs';
import { listFiles } from '../stamp.mjs';
import { makeVariantPackage } from '../variant-package.mjs';
import { runVitest } from '../vitest.mjs';

/**
 * How much of lib/ and native/ the tests execute, printed by folder; a folder below its limit is a failure. The C++
 * tests and the TypeScript tests run on a build that counts, and what they execute is counted together.
 * @param {import('../../test.mjs').StageContext} context
 * @returns {Promise<import('../report.mjs').StageResult>}
 */
export async function coverage(context) {
  if (isWindows) return { ...emptyResult(), missing: ['coverage (never tried on Windows)'] };
  const built = await buildPreset(context, 'coverage', 'coverage');
  if ('result' in built) return built.result;
  const dir = buildDir('coverage');
  for (const file of listFiles(dir, (name) => name.endsWith('.gcda'))) rmSync(path.join(dir, file));

  // In one process each: the stages cpp and ts run them all and count them; here only what they execute counts.
  const env = { ...onnxruntimeEnv(), ...process.env };
  const programs = ['native_tests', 'native/test/allocation_failure/allocation_failures'];
  const result = emptyResult();
  const count = (/** @type {string} */ name, /** @type {boolean} */ isGood) => {
    if (!isGood) process.stdout.write(`${name}: FAILED\n`);
    result[isGood ? 'passed' : 'failed']++;
  };
  for (const program of programs) {
    count(
      program,
      (await runAttached(path.join(dir, program), ['--gtest_brief=1'], { cwd: root, env, timeout: 15 * 60_000 })) === 0,
    );
  }
  const cwd = makeVariantPackage('coverage');
  const vitest = await runVitest(['--config', 'test/checkers/vitest.coverage.config.ts', '--root', '.'], { cwd });
  count('TypeScript tests on the build that counts', vitest.failed === 0);

  const cpp = await readCpp(built.toolchain, dir);
  const { text, failures } = coverageTable([...cpp, ...readTypeScript(cwd)]);
  process.stdout.write(`\n${text}\n`);
  for (const failure of failures) process.stdout.write(`coverage: ${failure}\n`);
  count('coverage limits', failures.length === 0);
  return result;
}
