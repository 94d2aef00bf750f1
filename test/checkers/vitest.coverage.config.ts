import { defineConfig } from 'vitest/config';

/** What counts for coverage: a build that counts is in place, of both languages. */
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: [
      'test/{checkers,scripts,benchmarks,docs,examples,packages,conformance,nvidia,standins,support}/**',
      'test/layers.test.ts',
      // Long ones, which execute nothing that others do not.
      'test/toolkit/cast-real-models.test.ts',
      'test/onnx/lint/cpu-kernels.test.ts',
      'test/cli/**',
      // Many processes each, which end in ways that lose their counts.
      'test/process/{exit,memory-plateau,network}.test.ts',
    ],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    coverage: {
      enabled: true,
      provider: 'v8',
      // The tests use the compiled package; source maps lead back to lib/.
      include: ['dist/esm/**/*.js', 'lib/**/*.ts'],
      // Programs of child processes, whose TypeScript does not count.
      exclude: [
        'lib/engine/probe-child.ts',
        'dist/esm/engine/probe-child.js',
        'lib/cli/**/*.ts',
        'dist/esm/cli/**/*.js',
      ],
      reporter: ['json-summary'],
      reportsDirectory: 'coverage',
      reportOnFailure: true,
    },
  },
});
