import { configDefaults, defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // They need tarballs or other builds of the native code: the stages packages, sanitizers and checkers.
    exclude: [...configDefaults.exclude, 'test/packages/**', 'test/checkers/**'],
    // Native code in worker threads of the test runner would hide crashes; a fork dies by itself.
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
