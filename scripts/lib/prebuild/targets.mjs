import { SetupError } from '../errors.mjs';

/**
 * @typedef {object} Target
 * @property {string} platform as in process.platform
 * @property {string} arch as in process.arch
 * @property {string} triple Zig's name of the system; of glibc the oldest version that the binary is to run with
 * @property {'prebuildify' | 'zig'} how node-gyp compiles for Linux only when it runs on Linux; the others are compiled
 *   by calling Zig
 * @property {string} library ONNX Runtime's library in `onnxruntime-node`
 */

/** The systems that packages are made for. @type {Record<string, Target>} */
export const targets = {
  'linux-x64': {
    platform: 'linux',
    arch: 'x64',
    triple: 'x86_64-linux-gnu.2.28',
    how: 'prebuildify',
    library: 'libonnxruntime.so.1',
  },
  'linux-arm64': {
    platform: 'linux',
    arch: 'arm64',
    triple: 'aarch64-linux-gnu.2.28',
    how: 'prebuildify',
    library: 'libonnxruntime.so.1',
  },
  'win32-x64': {
    platform: 'win32',
    arch: 'x64',
    triple: 'x86_64-windows-gnu',
    how: 'zig',
    library: 'onnxruntime.dll',
  },
  'darwin-arm64': {
    platform: 'darwin',
    arch: 'arm64',
    triple: 'aarch64-macos.13.3',
    how: 'zig',
    library: 'libonnxruntime.1.dylib',
  },
};

/**
 * @param {string} [list] names with commas between them; all when it is not given
 * @returns {string[]}
 */
export function parseTargets(list) {
  const names = list === undefined ? Object.keys(targets) : list.split(',').filter(Boolean);
  const unknown = names.filter((name) => !Object.hasOwn(targets, name));
  if (unknown.length > 0 || names.length === 0) {
    const known = Object.keys(targets).join(', ');
    throw new SetupError(`--target: expected some of ${known}, received "${list}"`);
  }
  return names;
}
