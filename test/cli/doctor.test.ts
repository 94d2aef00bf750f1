import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { identity } from '../fixtures/models.js';
import { cli } from '../support/cli.js';
import { tempFolder } from '../support/temp-folder.js';

describe('node-tensorrt doctor', () => {
  test('prints what is not as it should be, and a summary', async () => {
    const { stdout, stderr } = await cli('doctor');
    expect(stderr).toBe('');
    expect(stdout.trimEnd().split('\n').at(-1)).toMatch(
      /^\w+-\w+: \d+ errors, \d+ warnings, \d+ notes, \d+ as they should be$/,
    );
    expect(stdout).not.toMatch(/^ok /m);
  });

  test('prints everything with --all, a model included', async () => {
    const model = join(tempFolder(), 'model.onnx');
    writeFileSync(model, identity());
    const { code, stdout } = await cli('doctor', model, '--all');
    expect(stdout).toMatch(/^ok {7}software\/addon: node-tensorrt /m);
    expect(stdout).toMatch(/^ok {7}model\/memory: needs |^info {5}model\/memory: needs /m);
    expect(code).toBe(/^error /m.test(stdout) ? 1 : 0);
  });

  test('prints JSON, and fails where what is required is not there', async () => {
    const { code, stdout } = await cli('doctor', '--json', '--require', 'gpu', '--require', 'tensorrt');
    const report = JSON.parse(stdout);
    const required = report.findings.filter(({ id }: { id: string }) => id.startsWith('require/'));
    expect(required).toHaveLength(2);
    const isGood = required.every(({ severity }: { severity: string }) => severity === 'ok');
    expect([code, report.ok]).toEqual(isGood ? [0, true] : [1, false]);
  });

  test.each([
    [['a', 'b'], 2, /doctor takes one model at most/],
    [['--what'], 2, /there is no option '--what'/],
    [['--require', 'cuda'], 2, /INVALID_ARGUMENT: options\.require\[0\]/],
    [['none.onnx'], 1, /none\.onnx/],
  ] as const)('%j', async (args, code, text) => {
    const result = await cli('doctor', ...args);
    expect(result.code).toBe(code);
    expect(result.stdout + result.stderr).toMatch(text);
  });
});
