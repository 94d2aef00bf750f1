import path from 'node:path';
import { buildDir } from '../cmake.mjs';
import { runCTest } from '../ctest.mjs';
import { ensureNvidia, unavailable } from '../nvidia/ensure.mjs';
import { compileWithNvidia, includeParts } from '../nvidia/programs.mjs';
import { onnxruntimeLibrary } from '../paths.mjs';
import { showStep } from '../progress.mjs';
import { emptyResult, joinParts } from '../report.mjs';
import { addressesForTsan } from '../tsan-addresses.mjs';
import { runVitest } from '../vitest.mjs';

const what = "native/cuda on the stand-ins for NVIDIA's driver";

/**
 * Plans that are built, loaded and run by the library as it ships, on the stand-ins.
 * @param {import('../../test.mjs').StageContext} context
 * @param {Parameters<typeof compileWithNvidia>[2]} paths
 * @returns {Promise<import('../report.mjs').StageResult>}
 */
async function plans({ toolchain, tools }, paths) {
  const found = await toolchain();
  if ('problem' in found) return { ...emptyResult(), missing: [`plans on the stand-ins (${found.problem})`] };
  for (const target of /** @type {const} */ (['nvidia_checks', 'gpu_modules'])) {
    await showStep(target, () => compileWithNvidia(found, tools.compiler, paths, target));
  }
  const folder = path.join(buildDir('nvidia'), 'standins');
  const env = {
    ...process.env,
    NODE_TENSORRT_BUILDER_PATH: path.join(buildDir('nvidia'), 'gpu'),
    NODE_TENSORRT_CUDA_LIBRARY: path.join(folder, 'libcuda.so.1'),
    NODE_TENSORRT_NVML_LIBRARY: path.join(folder, 'libnvidia-ml.so.1'),
    NODE_TENSORRT_LIBRARY_PATH: folder,
    // The stand-in for TensorRT opens the driver by its name, as the real one does.
    LD_LIBRARY_PATH: folder,
    NODE_TENSORRT_ONNXRUNTIME: onnxruntimeLibrary(),
    // Engines are left to the end of the process, as on a real device.
    STANDIN_LEAKS: 'context',
  };
  return runVitest(['--config', 'test/standins/vitest.config.ts', '--root', '.'], { env });
}

/**
 * native/cuda and the stand-ins that it is tested on, as they are and under sanitizers; programs that use the driver
 * wrongly, each of which must be reported.
 * @param {import('../../test.mjs').StageContext} context
 * @returns {Promise<import('../report.mjs').StageResult>}
 */
export async function standins(context) {
  const reason = process.platform === 'linux' ? unavailable(includeParts) : 'written for Linux only';
  if (reason) return { ...emptyResult(), missing: [`${what} (${reason})`] };
  const paths = await ensureNvidia({ parts: includeParts });
  const test = (
    /** @type {'nvidia' | 'nvidia-asan' | 'nvidia-tsan'} */ preset,
    /** @type {(() => Promise<string[]>) | undefined} */ wrapper = undefined,
  ) => runCTest(context, preset, { what: `${what} (${preset})`, target: 'standin_tests', wrapper });
  return joinParts({
    'as it is': await test('nvidia'),
    plans: await plans(context, paths),
    asan: await test('nvidia-asan'),
    tsan: await test('nvidia-tsan', () => addressesForTsan('nvidia-tsan', 'standins/seeded/seeded_standin_clean')),
  });
}
