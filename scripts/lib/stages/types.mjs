import { programs, root } from '../paths.mjs';
import { emptyResult } from '../report.mjs';
import { runAttached } from '../run.mjs';

/**
 * Type check of lib, test and examples; counts as one test.
 * @returns {Promise<import('../report.mjs').StageResult>}
 */
export async function types() {
  const code = await runAttached(process.execPath, [programs.tsc, '--noEmit', '-p', 'tsconfig.test.json'], {
    cwd: root,
  });
  process.stdout.write(`tsc: ${code === 0 ? 'passed' : 'FAILED'}\n`);
  return { ...emptyResult(), [code === 0 ? 'passed' : 'failed']: 1 };
}
