import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { SetupError } from '../errors.mjs';

const FILES = ['include/NvInfer.h', 'include/NvOnnxParser.h', 'lib/libnvinfer.so.11', 'lib/libnvonnxparser.so.11'];

/**
 * An installed TensorRT 11, which TENSORRT_ROOT names: used instead of what packages have.
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {{ tensorrtInclude: string, tensorrtLib: string } | null} null when the variable is not set
 */
export function installedSdk(env = process.env) {
  if (!env.TENSORRT_ROOT) return null;
  const sdk = path.resolve(env.TENSORRT_ROOT);
  const missing = FILES.filter((file) => !existsSync(path.join(sdk, file)));
  if (missing.length > 0) {
    throw new SetupError(
      `TENSORRT_ROOT is ${sdk}, which has no ${missing.join(', ')}.\n` +
        'Set it to the folder of TensorRT 11 that has include/ and lib/, or unset it to use the pinned packages.',
    );
  }
  const version = headerVersion(path.join(sdk, 'include'));
  if (!version.startsWith('11.')) {
    throw new SetupError(`TENSORRT_ROOT is ${sdk}, whose headers are of TensorRT ${version}; 11 is needed`);
  }
  return { tensorrtInclude: path.join(sdk, 'include'), tensorrtLib: path.join(sdk, 'lib') };
}

/**
 * @param {string} include folder of NvInferVersion.h
 * @returns {string} as in '11.4'
 */
export function headerVersion(include) {
  const file = path.join(include, 'NvInferVersion.h');
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const [major, minor] = ['MAJOR', 'MINOR'].map(
    (part) => text.match(new RegExp(`define\\s+(?:TRT_${part}_(?:ENTERPRISE|RTX)|NV_TENSORRT_${part})\\s+(\\d+)`))?.[1],
  );
  return major && minor ? `${major}.${minor}` : 'an unknown version';
}
