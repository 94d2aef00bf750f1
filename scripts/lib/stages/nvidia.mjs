import { SetupError } from '../errors.mjs';
import { ensureGpuModels } from '../gpu/models.mjs';
import { builtPrograms } from '../gpu/programs.mjs';
import { unavailable } from '../nvidia/ensure.mjs';
import { checkParts, compileWithNvidia, fetchForChecks } from '../nvidia/programs.mjs';
import { showStep } from '../progress.mjs';
import { emptyResult } from '../report.mjs';
import { runVitest } from '../vitest.mjs';

/**
 * What NVIDIA's real builder and parser say on a machine without a GPU: of the real models, and of models with a fault. And
 * what is there to be tried on a GPU, on the stand-ins.
 * @param {import('../../test.mjs').StageContext} context
 * @returns {Promise<import('../report.mjs').StageResult>}
 */
export async function nvidia(context) {
  const cannot = (/** @type {string} */ why) => ({
    ...emptyResult(),
    missing: [`NVIDIA's builder and parser (${why})`],
  });
  const reason = unavailable(checkParts);
  if (reason) return cannot(reason);
  const toolchain = await context.toolchain();
  if ('problem' in toolchain) return cannot(toolchain.problem);
  let paths;
  try {
    paths = await fetchForChecks(context.tools.python);
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    process.stdout.write(`\n${error.message}\n`);
    return cannot('its parts could not be fetched, see above');
  }
  const { compiler } = context.tools;
  await showStep('build_check and parse_check', () => compileWithNvidia(toolchain, compiler, paths, 'nvidia_checks'));
  await showStep('gpu_acceptance', () => compileWithNvidia(toolchain, compiler, paths, 'gpu_programs'));
  await showStep('models of gpu_acceptance', () => ensureGpuModels(builtPrograms(null).models));
  return runVitest(['--config', 'test/nvidia/vitest.config.ts', '--root', '.']);
}
