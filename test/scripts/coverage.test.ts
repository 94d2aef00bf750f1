import { expect, test } from 'vitest';
import { coverageTable } from '../../scripts/lib/coverage.mjs';

const limits = { lib: { lines: 90, branches: 80 }, 'native/core': { lines: 90, branches: 90 } };
const file = (name: string, lines: number, branches: number) => ({
  file: name,
  lines: { covered: lines, total: 100 },
  branches: { covered: branches, total: 10 },
});

test('coverageTable adds up the files of a folder and accepts what reaches the limits', () => {
  const files = [file('lib/a.ts', 100, 10), file('lib/engine/b.ts', 80, 6), file('native/core/c.cc', 90, 9)];
  const { text, failures } = coverageTable(files, limits);
  expect(failures).toEqual([]);
  expect(text.split('\n')[1]).toMatch(/^lib +90\.0 % +180\/200 +80\.0 % +16\/20$/);
});

test('coverageTable names every folder and kind below its limit', () => {
  const { failures } = coverageTable([file('lib/a.ts', 89, 8), file('native/core/c.cc', 95, 8)], limits);
  expect(failures).toEqual([
    'lib: 89.0 % of the lines, at least 90 % are wanted\n  11 of 100 not in lib/a.ts',
    'native/core: 80.0 % of the branches, at least 90 % are wanted\n  2 of 10 not in native/core/c.cc',
  ]);
});

test('coverageTable fails for a folder that was not looked at', () => {
  const { failures } = coverageTable([file('lib/a.ts', 100, 10), file('native/corea/c.cc', 100, 10)], limits);
  expect(failures).toHaveLength(2);
  expect(failures[0]).toContain('native/core: 0.0 %');
});
