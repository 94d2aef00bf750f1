import path from 'node:path';
import { buildDir, configureCmake } from '../cmake.mjs';
import { SetupError } from '../errors.mjs';
import { ensureHeaders } from '../headers.mjs';
import { showStep } from '../progress.mjs';
import { run, tail } from '../run.mjs';
import { ensureNvidia } from './ensure.mjs';
import { ensureCheckedModels } from './models.mjs';

/** What the programs are compiled with and what they open. */
export const checkParts = /** @type {const} */ ([
  'cudaInclude',
  'nvmlInclude',
  'tensorrtInclude',
  'rtxInclude',
  'tensorrtLib',
  'rtxLib',
]);

/** @typedef {Pick<import('./ensure.mjs').NvidiaPaths, typeof checkParts[number]>} CheckPaths */

/**
 * @typedef {object} CheckPrograms
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
 * Compiles the programs, and the stand-ins that api_check compares with the real libraries.
 * @param {import('../toolchain.mjs').Toolchain} toolchain
 * @param {string | null} compiler
 * @param {CheckPaths} paths
 */
export async function compileCheckPrograms(toolchain, compiler, paths) {
  const settings = {
    NODE_TENSORRT_CUDA_INCLUDE: paths.cudaInclude,
    NODE_TENSORRT_NVML_INCLUDE: paths.nvmlInclude,
    NODE_TENSORRT_TENSORRT_INCLUDE: paths.tensorrtInclude,
    NODE_TENSORRT_RTX_INCLUDE: paths.rtxInclude,
  };
  await configureCmake(toolchain, { compiler, tests: false, preset: 'nvidia', settings });
  const build = ['--build', buildDir('nvidia'), '--target', 'nvidia_checks'];
  const { code, output } = await run(toolchain.cmake, build);
  if (code !== 0) throw new SetupError(`what asks NVIDIA's libraries does not compile:\n\n${tail(output, 60)}`);
  return { fresh: output.includes('no work to do'), note: 'compiled' };
}

/**
 * The programs where compileCheckPrograms() puts them, with the libraries that they open.
 * @param {Pick<CheckPaths, 'tensorrtLib' | 'rtxLib'>} paths
 * @returns {CheckPrograms}
 */
export function checkPrograms({ tensorrtLib, rtxLib }) {
  const dir = path.join(buildDir('nvidia'), 'native', 'test', 'nvidia');
  return {
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
