import { SetupError } from '../errors.mjs';
import { ensureGpuModels } from '../gpu/models.mjs';
import { builtPrograms, compileGpuPrograms, gpuIncludes } from '../gpu/programs.mjs';
import { ensureNvidia, unavailable } from '../nvidia/ensure.mjs';
import { checkParts, compileCheckPrograms, fetchForChecks } from '../nvidia/programs.mjs';
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
  const reason = unavailable([...checkParts, ...gpuIncludes]);
  if (reason) return cannot(reason);
  const toolchain = await context.toolchain();
  if ('problem' in toolchain) return cannot(toolchain.problem);
  let paths;
  let includes;
  try {
    paths = await fetchForChecks(context.tools.python);
    includes = await ensureNvidia({ parts: gpuIncludes });
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    process.stdout.write(`\n${error.message}\n`);
    return cannot('its parts could not be fetched, see above');
  }
  await showStep('build_check and parse_check', () => compileCheckPrograms(toolchain, context.tools.compiler, paths));
  await showStep('gpu_acceptance', () => compileGpuPrograms(toolchain, context.tools.compiler, includes));
  await showStep('models of gpu_acceptance', () => ensureGpuModels(builtPrograms(null).models));
  return runVitest(['--config', 'test/nvidia/vitest.config.ts', '--root', '.']);
}
