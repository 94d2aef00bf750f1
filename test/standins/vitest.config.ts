import { defineConfig } from 'vitest/config';

/** Plans that are built, loaded and run on the stand-ins: the stage standins of `npm test`, which sets the environment. */
export default defineConfig({
  test: {
    include: ['test/standins/*.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
