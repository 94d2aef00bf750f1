import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { identity, mlp } from '../fixtures/models.js';
import { cli } from '../support/cli.js';
import { tempFolder } from '../support/temp-folder.js';

const program = fileURLToPath(new URL('../../dist/esm/cli/main.js', import.meta.url));

function modelFile(model: Uint8Array): string {
  const path = join(tempFolder(), 'model.onnx');
  writeFileSync(path, model);
  return path;
}

describe('node-tensorrt inspect', () => {
  test('prints what a model is and takes', async () => {
    const { code, stdout, stderr } = await cli('inspect', modelFile(mlp({ layers: 2, width: 16 })), '--batch', '4');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^inputs {7}x {2}float32 \[N, 16\]$/m);
    expect(stdout).toMatch(/^outputs {6}y {2}float32 \[N, 16\]$/m);
    expect(stdout).toMatch(/^nodes {8}3$/m);
    expect(stdout).toMatch(/^operators {4}ai\.onnx \d+$/m);
    expect(stdout).toMatch(/^weights {6}2\.1 KiB +float32 2\.1 KiB$/m);
    expect(stdout).toMatch(/^activations {2}512 B +batch 4$/m);
    expect(stdout).toMatch(/^fits {9}yes$/m);
  });

  test('says what it does not know, and takes shapes by --dims', async () => {
    const path = modelFile(identity('float32', ['N', 'M']));
    const unknown = await cli('inspect', path);
    expect(unknown.stdout).toMatch(/^activations {2}not known +batch 1: dimension 1 of input 'x' \('M'\) is free/m);
    expect(unknown.stdout).toMatch(/^fits {9}not known$/m);
    const known = await cli('inspect', path, '--dims', 'x=1,100');
    expect(known.stdout).toMatch(/^fits {9}yes$/m);
  });

  test('--json prints the estimate', async () => {
    const { code, stdout } = await cli('inspect', modelFile(identity()), '--json', '--batch', '1', '--batch', '2');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ nodes: 1, weightsBytes: 0, fits: true, activations: [{}, {}] });
  });

  test('ends with 1, a code and what to do for a file that is no model', async () => {
    const { code, stdout, stderr } = await cli('inspect', program);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^MODEL_INVALID: .*not an ONNX model/);
    expect(stderr).toContain('docs/untrusted-models.md');
    expect(stderr).toContain('docs/errors.md#model_invalid');
  });

  test.each([
    [['inspect'], /takes one model/],
    [['inspect', 'a', 'b'], /takes one model/],
    [
      ['inspect', 'a', '--what'],
      /^node-tensorrt inspect: there is no option '--what'\nSee node-tensorrt inspect --help\n$/,
    ],
    [['inspect', 'a', '--batch', 'many'], /--batch: expected a whole number, received 'many'/],
    [['inspect', 'a', '--dims', '1,2'], /--dims: expected INPUT=SIZES/],
    [['inspect', 'a', '--batch', '0'], /OUT_OF_RANGE: options.batchSizes\[0\]/],
    [
      ['inspect', 'a', '--barch', '1'],
      /there is no option '--barch'; did you mean '--batch'\?\nSee node-tensorrt inspect/,
    ],
    [['inspect', 'a', '--hlep'], /there is no option '--hlep'; did you mean '--help'\?/],
    [['inspect', 'a', '-b'], /there is no option '-b'\nSee/],
    [['inspect', 'a', '--batch'], /^node-tensorrt inspect: Option '--batch <value>' argument missing\nSee/],
    [['levitate'], /^node-tensorrt: there is no verb 'levitate'\nSee node-tensorrt --help\n$/],
    [
      ['inpsect', 'a'],
      /^node-tensorrt: there is no verb 'inpsect'; did you mean 'inspect'\?\nSee node-tensorrt --help\n$/,
    ],
    [['--verison'], /expected a verb before '--verison'/],
    [['constructor'], /there is no verb 'constructor'/],
    [[], /Use: node-tensorrt <verb>/],
  ])('%j ends with 2 and says how it is used', async (args, message) => {
    const { code, stdout, stderr } = await cli(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(message);
  });

  test.each([['--help'], ['help'], ['inspect', '--help'], ['inspect', '-h']])('%j explains it', async (...args) => {
    const { code, stdout, stderr } = await cli(...args.flat());
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^Use: node-tensorrt /);
  });
});
