import { setup } from '../../setup.mjs';
import { SetupError } from '../errors.mjs';
import { ensureNvidia, unavailable } from '../nvidia/ensure.mjs';
import { compileWithNvidia, includeParts } from '../nvidia/programs.mjs';
import { ensurePictures } from '../pictures.mjs';
import { showStep } from '../progress.mjs';
import { ensureRealModels } from '../reference/models.mjs';
import { ensureToolchain } from '../toolchain.mjs';
import { ensureRealCases } from './cases.mjs';
import { ensureGpuModels } from './models.mjs';
import { builtPrograms } from './programs.mjs';

/**
 * Sets up and builds in a checkout what is tried on a GPU. NVIDIA's libraries are fetched unless only the stand-ins are wanted.
 * @param {{ standins?: boolean }} [what]
 * @returns {Promise<import('./programs.mjs').GpuPrograms>}
 */
export async function prepareGpu({ standins = false } = {}) {
  const parts = /** @type {import('../nvidia/parts.mjs').PartName[]} */ ([
    ...includeParts,
    ...(standins ? [] : ['tensorrtLib']),
  ]);
  const reason = process.platform === 'linux' ? unavailable(parts) : 'written for Linux only';
  if (reason) throw new SetupError(`What is tried on a GPU cannot be built here: ${reason}`);
  const { tools } = await setup({ picture: false });
  const paths = await ensureNvidia({ parts });
  const toolchain = await ensureToolchain(tools.python);
  await showStep('gpu_acceptance', () => compileWithNvidia(toolchain, tools.compiler, paths, 'gpu_programs'));
  const programs = builtPrograms(paths.tensorrtLib ?? null);
  await showStep('models', () => ensureGpuModels(programs.models));
  if (!standins) {
    await showStep('real models', () => ensureRealModels(tools.python));
    await showStep('pictures', () => ensurePictures(tools.python));
    await showStep('cases', () => ensureRealCases(programs.models));
  }
  return programs;
}
