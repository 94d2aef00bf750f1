import { configDefaults, defineConfig } from 'vitest/config';

/** What runs in a Node.js with AddressSanitizer preloaded, on an addon that is built with it: some four times slower. */
export default defineConfig({
  test: {
    include: [
      'test/engine/**/*.test.ts',
      'test/memory/**/*.test.ts',
      'test/checkers/asan.test.ts',
      'test/process/{copies,input-memory,lifecycle,settle,terminate,worker-only}.test.ts',
    ],
    // Its child processes live within limits of memory that AddressSanitizer itself goes beyond.
    exclude: [...configDefaults.exclude, 'test/engine/load-probe.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
