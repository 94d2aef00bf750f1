import { runVitest } from '../vitest.mjs';

/**
 * The tests of the TypeScript side, with vitest.
 * @param {import('../../test.mjs').StageContext} context
 * @returns {Promise<import('../report.mjs').StageResult>}
 */
export function ts({ vitestArgs }) {
  return runVitest(vitestArgs);
}
