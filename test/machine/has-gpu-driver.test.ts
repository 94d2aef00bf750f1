import { expect, test } from 'vitest';
import { mayHaveGpu } from '../../lib/machine/has-gpu-driver.js';

const on = (platform: NodeJS.Platform, files: string[], env: NodeJS.ProcessEnv = {}) =>
  mayHaveGpu(platform, env, (path) => files.some((file) => String(path).replaceAll('\\', '/').endsWith(file)));

test('a GPU may be where its driver is', () => {
  expect(on('linux', [])).toBe(false);
  expect(on('linux', ['/dev/nvidiactl'])).toBe(true);
  expect(on('linux', ['/dev/dxg'])).toBe(true);
  expect(on('win32', ['nvcuda.dll'], { SystemRoot: 'C:\\Windows' })).toBe(true);
  expect(on('win32', ['/dev/nvidiactl'])).toBe(false);
  expect(on('darwin', ['/dev/nvidiactl', 'nvcuda.dll'])).toBe(false);
});

test('a driver that is named counts everywhere', () => {
  expect(on('linux', [], { NODE_TENSORRT_CUDA_LIBRARY: '/a/libcuda.so.1' })).toBe(true);
});
