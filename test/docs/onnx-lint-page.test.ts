import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { lintTargets } from '../../dist/esm/onnx/lint/finding.js';
import { lintRules } from '../../dist/esm/onnx/lint/rules/index.js';

const page = readFileSync(new URL('../../docs/onnx-lint.md', import.meta.url), 'utf8');

test('docs/onnx-lint.md lists every rule as the code has it', () => {
  const rows = lintRules.map(({ name, severity, for: targets, summary }) => {
    const whom = targets.length === lintTargets.length ? 'all' : targets.join(', ');
    return `| \`${name}\` | ${severity} | ${whom} | ${summary.replaceAll('|', '\\|')} |`;
  });
  const [, table] = /<!-- rules -->\n([\s\S]*)<!-- end of rules -->/.exec(page) ?? [];
  expect(table).toBe(`${['| rule | severity | for | finds |', '| --- | --- | --- | --- |', ...rows].join('\n')}\n`);
});

test('hints name verbs and options of the command line that there are', () => {
  const folder = new URL('../../lib/onnx/lint/rules/', import.meta.url);
  const hints = lintRules.map(({ name }) => readFileSync(new URL(`${name}.ts`, folder), 'utf8')).join('\n');
  const commands = [...hints.matchAll(/node-tensorrt (\w+)((?: (?:IN|OUT|-o|--\w+|\d+|N|NAME|fp16|\$\{[^}]*\}))*)/g)];
  expect(commands.length).toBeGreaterThan(8);
  for (const [, verb = '', options = ''] of commands) {
    const source = readFileSync(new URL(`../../lib/cli/${verb}.ts`, import.meta.url), 'utf8');
    for (const [, option] of options.matchAll(/--(\w+)/g))
      expect(source, `${verb} --${option}`).toContain(`${option}: { type:`);
  }
});
