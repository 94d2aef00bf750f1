import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { programs, root } from './paths.mjs';
import { emptyResult } from './report.mjs';
import { runAttached } from './run.mjs';

/**
 * Runs vitest and counts.
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [how]
 * @returns {Promise<import('./report.mjs').StageResult>}
 */
export async function runVitest(args, { cwd = root, env = process.env } = {}) {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'node-tensorrt-vitest-'));
  try {
    const file = path.join(dir, 'results.json');
    const stalls = path.join(root, 'scripts', 'lib', 'stall-reporter.mjs');
    const reporters = ['--reporter=default', `--reporter=${stalls}`, '--reporter=json', `--outputFile.json=${file}`];
    const code = await runAttached(process.execPath, [programs.vitest, 'run', ...reporters, ...args], { cwd, env });
    return countVitest(existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : null, code);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/**
 * @param {any} report what vitest's JSON reporter wrote; null when it wrote nothing
 * @param {number} code vitest's exit code
 * @returns {import('./report.mjs').StageResult}
 */
export function countVitest(report, code) {
  const result = emptyResult();
  for (const file of report?.testResults ?? []) {
    const tests = file.assertionResults;
    for (const { status, fullName } of tests) {
      if (status === 'passed') result.passed++;
      else if (status === 'failed') result.failed++;
      else result.skipped.push(fullName);
    }
    // A file that cannot be loaded has no tests to fail.
    if (file.status === 'failed' && !tests.some(({ status }) => status === 'failed')) result.failed++;
  }
  // An error outside of any test, or no test found, shows in the exit code only.
  if (code !== 0 && result.failed === 0) result.failed = 1;
  return result;
}
