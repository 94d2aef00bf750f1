import { defineConfig } from 'vitest/config';

/** Checkers of whole processes that need parts of the C++ build: the stage checkers of `npm test`. */
export default defineConfig({
  test: {
    include: ['test/checkers/*.test.ts'],
    exclude: ['test/checkers/asan.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 60_000,
  },
});
