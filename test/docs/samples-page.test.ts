import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { sampleProblems } from '../../dist/esm/toolkit/samples/failure.js';
import * as samples from '../../dist/esm/toolkit/samples/index.js';

const page = readFileSync(new URL('../../docs/samples.md', import.meta.url), 'utf8');

test('docs/samples.md has every reason, with its code', () => {
  const section = page.slice(page.indexOf('## Errors'));
  const rows = [...section.matchAll(/^\| (`[a-z-]+`(?:, `[a-z-]+`)*) \| (?:([A-Z_]+): )?/gm)];
  const described = rows.flatMap(([, names = '', code = 'INVALID_ARGUMENT']) =>
    [...names.matchAll(/`([a-z-]+)`/g)].map(([, name]) => [name, code]),
  );
  expect(Object.fromEntries(described)).toEqual(sampleProblems);
});

test('docs/samples.md has every function', () => {
  const functions = Object.keys(samples);
  expect(functions.length).toBeGreaterThan(9);
  for (const name of functions) expect(page, name).toContain(`\`${name}(`);
});
