import { existsSync, readdirSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { cmakeBuildDir, configureCmake, hasGoogleTest } from './cmake.mjs';
import { packageFile } from './paths.mjs';
import { installLines } from './platform.mjs';
import { runAttached } from './run.mjs';

/**
 * Builds the C++ tests, or one target of them.
 * @param {import('../test.mjs').StageContext} context
 * @param {string} [target]
 * @returns {Promise<{ built: true, toolchain: import('./toolchain.mjs').Toolchain } | { built: false, missing: string | null }>}
 *   `missing`: what is not installed; null when the compiler failed, which it has said
 */
export async function buildNativeTests({ tools: { compiler }, toolchain: getToolchain }, target) {
  const toolchain = await getToolchain();
  if ('problem' in toolchain) return { built: false, missing: toolchain.problem };
  if (!(await hasGoogleTest(toolchain, compiler))) {
    const help = installLines(['gtest']).join('; ');
    return { built: false, missing: `GoogleTest was not found; install with: ${help}` };
  }
  await configureCmake(toolchain, { compiler, tests: true });
  const args = ['--build', cmakeBuildDir, '--parallel', String(os.availableParallelism())];
  if (target !== undefined) args.push('--target', target);
  if ((await runAttached(toolchain.cmake, args)) !== 0) return { built: false, missing: null };
  return { built: true, toolchain };
}

/** Path of the ONNX Runtime library that npm installed; null when it has none for this system. */
export function onnxruntimeLibrary() {
  const dir = packageFile('onnxruntime-node', `bin/napi-v6/${process.platform}/${process.arch}`);
  const name = existsSync(dir)
    ? readdirSync(dir).find((file) => /^(libonnxruntime\.(so|dylib|\d)|onnxruntime\.dll)/.test(file))
    : undefined;
  return name ? path.join(dir, name) : null;
}
