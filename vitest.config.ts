import { configDefaults, defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // They need tarballs, other builds of the native code, NVIDIA's libraries or stand-ins for them: the stages packages,
    // sanitizers, checkers, nvidia and standins.
    exclude: [...configDefaults.exclude, 'test/packages/**', 'test/checkers/**', 'test/nvidia/**', 'test/standins/**'],
    // Native code in worker threads of the test runner would hide crashes; a fork dies by itself.
    pool: 'forks',
    maxWorkers: 2,
    // These tests are about the CPU, also on a machine with a GPU.
    env: { CUDA_VISIBLE_DEVICES: '-1' },
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
