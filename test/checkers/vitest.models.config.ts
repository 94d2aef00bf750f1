import { defineConfig } from 'vitest/config';

/** Writes models for `npm run check:valgrind`. */
export default defineConfig({ test: { include: ['test/checkers/write-models.ts'] } });
