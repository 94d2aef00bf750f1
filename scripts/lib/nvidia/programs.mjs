import path from 'node:path';
import { buildDir, configureCmake } from '../cmake.mjs';
import { SetupError } from '../errors.mjs';
import { ensureHeaders } from '../headers.mjs';
import { run, tail } from '../run.mjs';
import { ensureNvidia } from './ensure.mjs';

const dir = path.join(buildDir('nvidia'), 'native', 'test', 'nvidia');

/**
 * What the programs need: themselves, NVIDIA's libraries, and a folder whose libcuda.so.1 they must refuse.
 * @typedef {object} CheckPrograms
 * @property {string} buildCheck
 * @property {string} parseCheck
 * @property {string} standinMarker
 * @property {string} rtxLib
 * @property {string} tensorrtLib
 */

/** The programs where buildCheckPrograms() puts them. */
export const checkPrograms = {
  buildCheck: path.join(dir, 'build_check'),
  parseCheck: path.join(dir, 'parse_check'),
  standinMarker: path.join(dir, 'standin_marker'),
};

/**
 * Fetches what is missing and compiles build_check and parse_check.
 * @param {import('../toolchain.mjs').Toolchain} toolchain
 * @param {string | null} compiler
 * @returns {Promise<CheckPrograms>}
 */
export async function buildCheckPrograms(toolchain, compiler) {
  const parts = /** @type {const} */ (['cudaInclude', 'tensorrtInclude', 'rtxInclude', 'tensorrtLib', 'rtxLib']);
  const paths = await ensureNvidia({ parts });
  await ensureHeaders();
  const settings = {
    NODE_TENSORRT_CUDA_INCLUDE: paths.cudaInclude,
    NODE_TENSORRT_TENSORRT_INCLUDE: paths.tensorrtInclude,
    NODE_TENSORRT_RTX_INCLUDE: paths.rtxInclude,
  };
  await configureCmake(toolchain, { compiler, tests: false, preset: 'nvidia', settings });
  const { code, output } = await run(toolchain.cmake, [
    ...['--build', buildDir('nvidia'), '--target', 'nvidia_checks'],
  ]);
  if (code !== 0) throw new SetupError(`build_check and parse_check do not compile:\n\n${tail(output, 60)}`);
  return { ...checkPrograms, tensorrtLib: paths.tensorrtLib, rtxLib: paths.rtxLib };
}
