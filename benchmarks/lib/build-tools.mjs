// @ts-check
import path from 'node:path';
import { SetupError } from '../../scripts/lib/errors.mjs';
import { libraryIn } from '../../scripts/lib/nvidia/checks.mjs';
import { unavailable } from '../../scripts/lib/nvidia/ensure.mjs';
import { checkedModels, profileOf } from '../../scripts/lib/nvidia/models.mjs';
import { checkParts, checkPrograms, compileWithNvidia, fetchForChecks } from '../../scripts/lib/nvidia/programs.mjs';
import { ensureToolchain } from '../../scripts/lib/toolchain.mjs';
import { findTools } from '../../scripts/lib/tools.mjs';

/** @typedef {Record<'buildCheck' | 'library' | 'parser' | 'model' | 'profile' | 'gpu' | 'libraries', string>} BuildTools */

/** What is needed to build an engine with NVIDIA's software, fetched and compiled; null where it cannot be had. */
export async function ensureBuildTools() {
  const reason = unavailable(checkParts);
  const model = checkedModels.find(({ name }) => name === 'open_nsfw');
  if (reason !== null || model === undefined) return null;
  try {
    const { tools } = await findTools();
    const paths = await fetchForChecks(tools.python);
    await compileWithNvidia(await ensureToolchain(tools.python), tools.compiler, paths, 'nvidia_checks');
    const { buildCheck, builder, rtxLib } = checkPrograms(paths);
    /** @type {BuildTools} */
    const found = {
      buildCheck,
      library: libraryIn(rtxLib, 'libtensorrt_rtx'),
      parser: libraryIn(rtxLib, 'libtensorrt_onnxparser_rtx'),
      model: model.file,
      profile: profileOf(model),
      gpu: path.dirname(builder),
      libraries: rtxLib,
    };
    return found;
  } catch (error) {
    if (error instanceof SetupError) return null;
    throw error;
  }
}
