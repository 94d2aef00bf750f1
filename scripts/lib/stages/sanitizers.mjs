import path from 'node:path';
import { buildDir } from '../cmake.mjs';
import { runCTest } from '../ctest.mjs';
import { fixedAddresses, isWindows } from '../platform.mjs';
import { emptyResult } from '../report.mjs';
import { run } from '../run.mjs';

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
  const thread = await runCTest(context, 'tsan', { what: `${what} (thread)`, wrapper: addressesForTsan });
  return {
    passed: address.passed + thread.passed,
    failed: address.failed + thread.failed,
    skipped: [...address.skipped.map((name) => `asan ${name}`), ...thread.skipped.map((name) => `tsan ${name}`)],
    missing: [...address.missing, ...thread.missing],
  };
}

/**
 * ThreadSanitizer of GCC before 14 knows fixed address ranges, and gives up at once where the system spreads
 * addresses wider (vm.mmap_rnd_bits over 28): there the tests run without that.
 */
async function addressesForTsan() {
  const clean = path.join(buildDir('tsan'), 'native', 'test', 'sanitizers', 'seeded_clean');
  for (let attempt = 0; attempt < 5; attempt++) {
    const { output } = await run(clean, []);
    if (output.includes('unexpected memory mapping')) return fixedAddresses;
  }
  return [];
}
