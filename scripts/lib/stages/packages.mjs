import { checkSizes, packAll, sizeTable } from '../packaging/pack.mjs';
import { showStep } from '../progress.mjs';
import { emptyResult } from '../report.mjs';
import { runVitest } from '../vitest.mjs';

/** The targets that can be run here: Linux on this processor, and arm64 under an emulator. */
const runnable = ['linux-x64', 'linux-arm64'];

/**
 * Makes the packages that a user installs, and tests them as such.
 * @param {import('../../test.mjs').StageContext} context
 * @returns {Promise<import('../report.mjs').StageResult>}
 */
export async function packages({ tools }) {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    return { ...emptyResult(), missing: ['packages (their tests run on Linux x64 only)'] };
  }
  const packed = await packAll(runnable, tools.python, showStep);
  process.stdout.write(`${sizeTable(packed)}\n`);
  checkSizes(packed);
  const result = await runVitest(['--config', 'test/packages/vitest.config.ts']);
  const without = packed.filter(({ missing }) => missing !== null);
  const missing = without.map((each) => `what ${each.name} has for GPUs (${each.missing})`);
  return { ...result, missing: [...result.missing, ...missing] };
}
