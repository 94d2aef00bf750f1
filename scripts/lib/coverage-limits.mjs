/**
 * The least that tests must cover, in percent by folder: the one place where these numbers stand. Branches of C++ are
 * those that a source line takes, without the ones that only an exception takes; docs/checkers.md says what counts.
 */
export const coverageLimits = {
  'native/core': { lines: 95, branches: 90 },
  'native/binding': { lines: 95, branches: 90 },
  'native/runtime': { lines: 95, branches: 85 },
  'native/memory': { lines: 95, branches: 80 },
  'native/model': { lines: 95, branches: 90 },
  'native/backends': { lines: 95, branches: 80 },
  lib: { lines: 95, branches: 90 },
};
