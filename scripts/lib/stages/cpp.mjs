import { runCTest } from '../ctest.mjs';

/**
 * The C++ tests: CMake, Ninja, CTest.
 * @param {import('../../test.mjs').StageContext} context
 * @returns {Promise<import('../report.mjs').StageResult>}
 */
export function cpp(context) {
  return runCTest(context, 'tests');
}
