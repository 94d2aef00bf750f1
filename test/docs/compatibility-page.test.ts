import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { requirements } from '../../lib/doctor/requirements.js';

test('docs/compatibility.md has what doctor wants of a machine', () => {
  const page = readFileSync('docs/compatibility.md', 'utf8');
  const part = page.split('<!-- requirements -->')[1]?.split('<!-- end of requirements -->')[0] ?? '';
  const rows = requirements.map(
    ({ flavour, versions, driver, computeCapabilities, install }) =>
      `| \`${flavour}\` | ${versions} | ${driver} | ${computeCapabilities} | ${install} |`,
  );
  expect(part.trim().split('\n').slice(2)).toEqual(rows);
});
