import { runCTest } from '../ctest.mjs';
import { ensureNvidia, unavailable } from '../nvidia/ensure.mjs';
import { emptyResult } from '../report.mjs';
import { addressesForTsan } from '../tsan-addresses.mjs';

const what = "native/cuda on the stand-ins for NVIDIA's driver";
const parts = /** @type {const} */ (['cudaInclude', 'nvmlInclude']);

/**
 * native/cuda and the stand-ins that it is tested on, as they are and under sanitizers; programs that use the driver
 * wrongly, each of which must be reported.
 * @param {import('../../test.mjs').StageContext} context
 * @returns {Promise<import('../report.mjs').StageResult>}
 */
export async function standins(context) {
  const reason = process.platform === 'linux' ? unavailable(parts) : 'written for Linux only';
  if (reason) return { ...emptyResult(), missing: [`${what} (${reason})`] };
  await ensureNvidia({ parts });
  const result = emptyResult();
  for (const preset of /** @type {const} */ (['cuda', 'cuda-asan', 'cuda-tsan'])) {
    const wrapper =
      preset === 'cuda-tsan' ? () => addressesForTsan(preset, 'standins/seeded/seeded_standin_clean') : undefined;
    const part = await runCTest(context, preset, { what: `${what} (${preset})`, target: 'standin_tests', wrapper });
    result.passed += part.passed;
    result.failed += part.failed;
    result.skipped.push(...part.skipped.map((test) => `${preset}: ${test}`));
    result.missing.push(...part.missing);
  }
  return result;
}
