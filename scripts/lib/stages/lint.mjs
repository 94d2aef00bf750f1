import path from 'node:path';
import { runClangTidy } from '../clang-tidy.mjs';
import { compileCommands, configureCmake, hasGoogleTest } from '../cmake.mjs';
import { nativeSources } from '../native-sources.mjs';
import { programs, root } from '../paths.mjs';
import { emptyResult } from '../report.mjs';
import { runAttached } from '../run.mjs';
import { listFiles } from '../stamp.mjs';

/**
 * Biome, clang-format and clang-tidy; each counts as one test.
 * @param {import('../../test.mjs').StageContext} context
 * @returns {Promise<import('../report.mjs').StageResult>}
 */
export async function lint(context) {
  const result = emptyResult();
  const count = (/** @type {string} */ name, /** @type {boolean} */ isGood) => {
    process.stdout.write(`${name}: ${isGood ? 'passed' : 'FAILED'}\n`);
    result[isGood ? 'passed' : 'failed']++;
  };
  count(
    'biome',
    (await runAttached(process.execPath, [programs.biome, 'check', '--error-on-warnings', '.'], { cwd: root })) === 0,
  );

  const toolchain = await context.toolchain();
  if ('problem' in toolchain) {
    result.missing.push(`clang-format (${toolchain.problem})`, `clang-tidy (${toolchain.problem})`);
    return result;
  }
  count('clang-format', await checkFormat(toolchain));
  count('clang-tidy', await checkTidy(toolchain, context, result));
  return result;
}

/** @param {import('../toolchain.mjs').Toolchain} toolchain */
async function checkFormat(toolchain) {
  const files = listFiles(path.join(root, 'native'), (file) => /\.(h|cc)$/.test(file)).map((file) => `native/${file}`);
  const args = ['--style=file', '--fallback-style=none', '--dry-run', '-Werror', ...files];
  return (await runAttached(toolchain.clangFormat, args, { cwd: root })) === 0;
}

/**
 * @param {import('../toolchain.mjs').Toolchain} toolchain
 * @param {import('../../test.mjs').StageContext} context
 * @param {import('../report.mjs').StageResult} result
 */
async function checkTidy(toolchain, { tools }, result) {
  const tests = await hasGoogleTest(toolchain, tools.compiler);
  await configureCmake(toolchain, { compiler: tools.compiler, tests });
  const tidy = await runClangTidy(toolchain, { sources: nativeSources(), commands: compileCommands() });
  for (const failure of tidy.failures) process.stdout.write(`${failure}\n`);
  process.stdout.write(`clang-tidy: ${tidy.checked} files checked, ${tidy.remembered} unchanged since they passed\n`);
  const why = tests ? 'its flags are not known' : 'GoogleTest is not installed';
  result.missing.push(...tidy.unknown.map((file) => `clang-tidy of ${file} (${why})`));
  return tidy.failures.length === 0;
}
