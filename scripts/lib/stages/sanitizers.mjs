import { runCTest } from '../ctest.mjs';
import { isWindows } from '../platform.mjs';
import { emptyResult, joinParts } from '../report.mjs';
import { run } from '../run.mjs';
import { addressesForTsan } from '../tsan-addresses.mjs';
import { makeVariantPackage } from '../variant-package.mjs';
import { runVitest } from '../vitest.mjs';

const what = 'C++ tests under sanitizers';

/**
 * The C++ tests, and programs with a seeded bug each, under AddressSanitizer with UndefinedBehaviorSanitizer and
 * LeakSanitizer, then under ThreadSanitizer.
 * @param {import('../../test.mjs').StageContext} context
 * @returns {Promise<import('../report.mjs').StageResult>}
 */
export async function sanitizers(context) {
  if (isWindows) return { ...emptyResult(), missing: [`${what} (never tried on Windows)`] };
  const address = await runCTest(context, 'asan', { what: `${what} (address, undefined, leak)` });
  const thread = await runCTest(context, 'tsan', {
    what: `${what} (thread)`,
    wrapper: () => addressesForTsan('tsan', 'sanitizers/seeded_clean'),
  });
  return joinParts({ asan: address, tsan: thread, 'asan in Node.js': await nodeUnderAsan(address) });
}

/**
 * Tests of the TypeScript side in a Node.js into which AddressSanitizer is preloaded, on an addon that is built with it.
 * @param {import('../report.mjs').StageResult} built what came of the C++ tests with the same build
 */
async function nodeUnderAsan({ passed }) {
  if (passed === 0) return emptyResult(); // there is no build, which has been said
  const { stdout } = await run('g++', ['-print-file-name=libasan.so']);
  const env = {
    ...process.env,
    LD_PRELOAD: stdout.trim(),
    // Leaks: Node.js does not free everything at its end. One report is enough: the process ends with it.
    ASAN_OPTIONS: 'detect_leaks=0:halt_on_error=1:abort_on_error=0',
    UBSAN_OPTIONS: 'print_stacktrace=1',
    NODE_TENSORRT_TEST_TERMINATIONS: '10',
    NODE_TENSORRT_TEST_SETTLES: '500',
  };
  const cwd = makeVariantPackage('asan');
  return runVitest(['--config', 'test/checkers/vitest.asan.config.ts', '--root', '.'], { cwd, env });
}
