import { existsSync } from 'node:fs';
import path from 'node:path';
import { buildDir, configureCmake } from '../cmake.mjs';
import { SetupError } from '../errors.mjs';
import { root } from '../paths.mjs';
import { run, tail } from '../run.mjs';

/** What gpu_acceptance is compiled with. */
export const gpuIncludes = /** @type {const} */ (['cudaInclude', 'nvmlInclude', 'tensorrtInclude', 'rtxInclude']);

/**
 * @typedef {object} GpuPrograms
 * @property {string} acceptance the program
 * @property {string} standins folder of the stand-ins for the driver and for NVML
 * @property {string} models folder of the perceptron, its inputs and the results that are expected
 * @property {string | null} tensorrtLib folder of TensorRT's libraries; null: wherever the loader finds them
 */

/** The file that says that this is an unpacked kit, and no checkout: nothing can be built or fetched. */
export const kitFile = path.join(root, 'gpu-kit.json');

/** What is tried with where it lies in a kit. @param {string} kit @returns {GpuPrograms} */
export function kitPrograms(kit) {
  const dir = path.join(kit, 'gpu');
  return {
    acceptance: path.join(dir, 'gpu_acceptance'),
    standins: path.join(dir, 'standins'),
    models: path.join(dir, 'models'),
    tensorrtLib: path.join(dir, 'tensorrt'),
  };
}

/** Whether this is a kit. */
export function isKit() {
  return existsSync(kitFile);
}

/** The same where compileGpuPrograms() puts it. @param {string | null} tensorrtLib @returns {GpuPrograms} */
export function builtPrograms(tensorrtLib) {
  const dir = buildDir('nvidia');
  return {
    acceptance: path.join(dir, 'native', 'test', 'gpu', 'gpu_acceptance'),
    standins: path.join(dir, 'standins'),
    models: path.join(dir, 'models'),
    tensorrtLib,
  };
}

/**
 * Compiles gpu_acceptance and the stand-ins.
 * @param {import('../toolchain.mjs').Toolchain} toolchain
 * @param {string | null} compiler
 * @param {Pick<import('../nvidia/ensure.mjs').NvidiaPaths, typeof gpuIncludes[number]>} paths
 * @returns {Promise<import('../progress.mjs').StepResult>}
 */
export async function compileGpuPrograms(toolchain, compiler, paths) {
  const settings = {
    NODE_TENSORRT_CUDA_INCLUDE: paths.cudaInclude,
    NODE_TENSORRT_NVML_INCLUDE: paths.nvmlInclude,
    NODE_TENSORRT_TENSORRT_INCLUDE: paths.tensorrtInclude,
    NODE_TENSORRT_RTX_INCLUDE: paths.rtxInclude,
  };
  await configureCmake(toolchain, { compiler, tests: false, preset: 'nvidia', settings });
  const { code, output } = await run(toolchain.cmake, ['--build', buildDir('nvidia'), '--target', 'gpu_programs']);
  if (code !== 0) throw new SetupError(`gpu_acceptance does not compile:\n\n${tail(output, 60)}`);
  return { fresh: output.includes('no work to do'), note: 'compiled' };
}
