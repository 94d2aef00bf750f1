import { configDefaults, defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // They need tarballs that take minutes to build: the stage `packages`.
    exclude: [...configDefaults.exclude, 'test/packages/**'],
    // Native code in worker threads of the test runner would hide crashes; a fork dies by itself.
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
