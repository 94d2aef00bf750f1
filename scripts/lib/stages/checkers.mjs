import { isWindows } from '../platform.mjs';
import { emptyResult } from '../report.mjs';
import { runVitest } from '../vitest.mjs';

/**
 * Checkers of whole processes that need parts of the C++ build, which the stage cpp has made: every allocation of the
 * addon fails in turn.
 * @returns {Promise<import('../report.mjs').StageResult>}
 */
export async function checkers() {
  if (isWindows) return { ...emptyResult(), missing: ['allocation failures (never tried on Windows)'] };
  return runVitest(['--config', 'test/checkers/vitest.config.ts', '--root', '.']);
}
