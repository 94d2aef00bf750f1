import { runCTest } from '../ctest.mjs';
import { ensureNvidia, unavailable } from '../nvidia/ensure.mjs';
import { includeParts } from '../nvidia/programs.mjs';
import { emptyResult, joinParts } from '../report.mjs';
import { addressesForTsan } from '../tsan-addresses.mjs';

const what = "native/cuda on the stand-ins for NVIDIA's driver";

/**
 * native/cuda and the stand-ins that it is tested on, as they are and under sanitizers; programs that use the driver
 * wrongly, each of which must be reported.
 * @param {import('../../test.mjs').StageContext} context
 * @returns {Promise<import('../report.mjs').StageResult>}
 */
export async function standins(context) {
  const reason = process.platform === 'linux' ? unavailable(includeParts) : 'written for Linux only';
  if (reason) return { ...emptyResult(), missing: [`${what} (${reason})`] };
  await ensureNvidia({ parts: includeParts });
  const test = (
    /** @type {'nvidia' | 'nvidia-asan' | 'nvidia-tsan'} */ preset,
    /** @type {(() => Promise<string[]>) | undefined} */ wrapper = undefined,
  ) => runCTest(context, preset, { what: `${what} (${preset})`, target: 'standin_tests', wrapper });
  return joinParts({
    'as it is': await test('nvidia'),
    asan: await test('nvidia-asan'),
    tsan: await test('nvidia-tsan', () => addressesForTsan('nvidia-tsan', 'standins/seeded/seeded_standin_clean')),
  });
}
