import { defineConfig } from 'vitest/config';

/** What NVIDIA's real libraries say: the stage nvidia of `npm test`, which fetches them and compiles the programs. */
export default defineConfig({
  test: {
    include: ['test/nvidia/*.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 300_000,
  },
});
