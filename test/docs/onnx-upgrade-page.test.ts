import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { upgradeSteps } from '../../dist/esm/onnx/upgrade/table.js';

test('docs/onnx-upgrade.md has a row for each step', () => {
  const page = readFileSync(fileURLToPath(new URL('../../docs/onnx-upgrade.md', import.meta.url)), 'utf8');
  const rows = [...page.matchAll(/^\| ([A-Z]\w+(?:, \w+)*) \| (\d+) \|/gm)].flatMap(([, operators = '', since]) =>
    operators.split(', ').map((operator) => `${operator}:${since}`),
  );
  const steps = upgradeSteps.map(({ opType, since }) => `${opType}:${since}`);
  expect(steps.length).toBeGreaterThan(20);
  expect(rows.sort()).toEqual(steps.sort());
});
