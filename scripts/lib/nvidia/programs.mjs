import path from 'node:path';
import { buildDir, configureCmake } from '../cmake.mjs';
import { compilerCacheEnv } from '../compiler-cache.mjs';
import { SetupError } from '../errors.mjs';
import { ensureHeaders } from '../headers.mjs';
import { showStep } from '../progress.mjs';
import { run, tail } from '../run.mjs';
import { ensureNvidia } from './ensure.mjs';
import { ensureCheckedModels } from './models.mjs';

/** What everything is compiled with that needs NVIDIA's headers. */
export const includeParts = /** @type {const} */ (['cudaInclude', 'nvmlInclude', 'tensorrtInclude', 'rtxInclude']);

/** Those, and what the programs open. */
export const checkParts = /** @type {const} */ ([...includeParts, 'tensorrtLib', 'rtxLib']);

/** @typedef {Pick<import('./ensure.mjs').NvidiaPaths, typeof checkParts[number]>} CheckPaths */

/**
 * @typedef {object} CheckPrograms
 * @property {string} builder node-tensorrt-builder
 * @property {string} tensorrtModule what it opens to build with TensorRT
 * @property {string} rtxModule and with TensorRT-RTX
 * @property {string} otherModule a module of another version
 * @property {string} stuckModule a module that waits for ever
 * @property {string} otherTensorrt a library that says it is TensorRT-RTX 1.4
 * @property {string} buildCheck
 * @property {string} parseCheck
 * @property {string} findCheck
 * @property {string} apiCheckTensorrt
 * @property {string} apiCheckRtx
 * @property {string} standins folder of those for TensorRT
 * @property {string} standinMarker folder whose libcuda.so.1 they must refuse
 * @property {string} rtxLib
 * @property {string} tensorrtLib
 */

/**
 * Fetches what the programs need, and the models that they are asked about.
 * @param {string} python
 * @returns {Promise<CheckPaths>}
 */
export async function fetchForChecks(python) {
  const paths = await ensureNvidia({ parts: checkParts });
  await showStep('ONNX Runtime headers', () => ensureHeaders());
  await showStep('models', () => ensureCheckedModels(python));
  return paths;
}

/**
 * Compiles a target of the preset nvidia.
 * @param {import('../toolchain.mjs').Toolchain} toolchain
 * @param {string | null} compiler
 * @param {Pick<import('./ensure.mjs').NvidiaPaths, typeof includeParts[number]>} paths
 * @param {'nvidia_checks' | 'gpu_programs' | 'gpu_modules'} target
 * @returns {Promise<import('../progress.mjs').StepResult>}
 */
export async function compileWithNvidia(toolchain, compiler, paths, target) {
  const settings = {
    NODE_TENSORRT_CUDA_INCLUDE: paths.cudaInclude,
    NODE_TENSORRT_NVML_INCLUDE: paths.nvmlInclude,
    NODE_TENSORRT_TENSORRT_INCLUDE: paths.tensorrtInclude,
    NODE_TENSORRT_RTX_INCLUDE: paths.rtxInclude,
  };
  await configureCmake(toolchain, { compiler, tests: false, preset: 'nvidia', settings });
  const args = ['--build', buildDir('nvidia'), '--target', target];
  const { code, output } = await run(toolchain.cmake, args, { env: compilerCacheEnv() });
  if (code !== 0) throw new SetupError(`${target} does not compile:\n\n${tail(output, 60)}`);
  return { fresh: output.includes('no work to do'), note: 'compiled' };
}

/**
 * The programs where compileWithNvidia() puts them, with the libraries that they open.
 * @param {Pick<CheckPaths, 'tensorrtLib' | 'rtxLib'>} paths
 * @returns {CheckPrograms}
 */
export function checkPrograms({ tensorrtLib, rtxLib }) {
  const dir = path.join(buildDir('nvidia'), 'native', 'test', 'nvidia');
  const modules = path.join(buildDir('nvidia'), 'gpu');
  return {
    builder: path.join(modules, 'node-tensorrt-builder'),
    tensorrtModule: path.join(modules, 'node-tensorrt-backend-tensorrt.so'),
    rtxModule: path.join(modules, 'node-tensorrt-backend-tensorrt-rtx.so'),
    otherModule: path.join(dir, 'other_module.so'),
    stuckModule: path.join(dir, 'stuck_module.so'),
    otherTensorrt: path.join(dir, 'libother_tensorrt.so'),
    buildCheck: path.join(dir, 'build_check'),
    parseCheck: path.join(dir, 'parse_check'),
    findCheck: path.join(dir, 'find_check'),
    apiCheckTensorrt: path.join(dir, 'api_check_tensorrt'),
    apiCheckRtx: path.join(dir, 'api_check_tensorrt_rtx'),
    standins: path.join(buildDir('nvidia'), 'standins'),
    standinMarker: path.join(dir, 'standin_marker'),
    tensorrtLib,
    rtxLib,
  };
}
