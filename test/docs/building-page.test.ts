import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { optionTable } from '../../lib/builder/option-table.js';

const page = readFileSync('docs/building.md', 'utf8');

test('docs/building.md has the table of what each kind of TensorRT does with an option', () => {
  const rows = Object.entries(optionTable).map(
    ([name, { effect, note }]) => `| \`${name}\` | ${effect.tensorrt} | ${effect['tensorrt-rtx']} | ${note} |`,
  );
  const written = page.split('<!-- options -->')[1]?.split('<!-- end of options -->')[0]?.trim().split('\n').slice(2);
  expect(written).toEqual(rows);
});

test('docs/building.md names every option of build()', () => {
  const source = readFileSync('lib/build.ts', 'utf8');
  const own =
    /const OWN = \[([^\]]+)\]/
      .exec(source)?.[1]
      ?.match(/'(\w+)'/g)
      ?.map((name) => name.slice(1, -1)) ?? [];
  expect(own.length).toBeGreaterThan(15);
  expect(own.filter((name) => !page.includes(`\`${name}\``) && !page.includes(`\`${name}:`))).toEqual([]);
});

test('docs/building.md has every reason of a build that fails', () => {
  const sources = ['builder-error', 'make-plan', 'preflight', 'run-build'].map((file) =>
    readFileSync(`lib/builder/${file}.ts`, 'utf8'),
  );
  const reasons = sources.flatMap((text) =>
    [...text.matchAll(/reason: '([\w-]+)'/g)].map(([, reason]) => reason ?? ''),
  );
  expect(reasons.length).toBeGreaterThan(4);
  expect(reasons.filter((reason) => reason !== 'unwritable' && !page.includes(`| \`${reason}\` |`))).toEqual([]);
});
