import { configDefaults, defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // They need other builds of the native code: the stages sanitizers and checkers of `npm test`.
    exclude: [...configDefaults.exclude, 'test/checkers/**'],
    // Native code in worker threads of the test runner would hide crashes; a fork dies by itself.
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
