import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseCheck } from '../../scripts/lib/nvidia/checks.mjs';
import { modelFile, programs, rtx, runProgram, tensorrt } from './programs.js';

const image = (name: string) => ({ name, type: 'float32' as const, dims: ['N', 3, 8, 8] });
const scales = { name: 'scales', type: 'float32' as const, dims: [4], data: new Float32Array([1, 1, 0.5, 0.5]) };
const resize = {
  op: 'Resize',
  name: 'shrink',
  inputs: ['x', '', 'scales'],
  outputs: ['small'],
  attributes: { mode: { string: 'linear' } },
};
const unknown = { op: 'NoSuchOperator', name: 'strange', domain: 'example', inputs: ['x'], outputs: ['other'] };

describe('parse_check', () => {
  test('reads a model that is fine, and prints its inputs and outputs', async () => {
    const file = modelFile({
      opset: 18,
      inputs: [image('x')],
      outputs: [image('small')],
      nodes: [resize],
      initializers: [scales],
    });
    const { models } = await parseCheck(programs, [file]);
    expect(models).toMatchObject([
      {
        model: file,
        ok: true,
        refused: [],
        inputs: [{ name: 'x', type: 'float32', dims: [-1, 3, 8, 8] }],
        outputs: [{ name: 'small', type: 'float32', dims: [-1, 3, 4, 4] }],
        errors: [],
      },
    ]);
  });

  test('names the node of a Resize with antialias', async () => {
    const antialiased = { ...resize, attributes: { ...resize.attributes, antialias: { int: 1 } } };
    const file = modelFile({
      opset: 18,
      inputs: [image('x')],
      outputs: [image('y')],
      nodes: [
        { op: 'Relu', name: 'first', inputs: ['x'], outputs: ['r'] },
        { ...antialiased, inputs: ['r', '', 'scales'], outputs: ['y'] },
      ],
      initializers: [scales],
    });
    const { models } = await parseCheck(programs, [file]);
    expect(models[0]).toMatchObject({
      ok: false,
      refused: [
        {
          node: 1,
          name: 'shrink',
          op: 'Resize',
          code: 'UNSUPPORTED_NODE_ATTR',
          text: expect.stringContaining('antialias'),
        },
      ],
    });
  });

  test('names every node that is refused, not the first one only', async () => {
    const file = modelFile({
      opset: 18,
      imports: { example: 1 },
      inputs: [image('x')],
      outputs: [image('small'), image('other')],
      nodes: [unknown, { ...resize, attributes: { ...resize.attributes, antialias: { int: 1 } } }],
      initializers: [scales],
    });
    const { models } = await parseCheck(programs, [file]);
    const names = models[0]?.refused.map(({ node, name, op }) => ({ node, name, op }));
    expect(names).toEqual([
      { node: 0, name: 'strange', op: 'NoSuchOperator' },
      { node: 1, name: 'shrink', op: 'Resize' },
    ]);
  });

  test('names the first node that does not fit the others, and stops there', async () => {
    const product = (name: string, input: string, output: string) => ({
      ...{ op: 'MatMul', name, inputs: [input, 'w'], outputs: [output] },
    });
    const file = modelFile({
      inputs: [{ name: 'x', type: 'float32', dims: [2, 3] }],
      outputs: [{ name: 'y', type: 'float32', dims: [2, 4] }],
      nodes: [product('misfit', 'x', 'h'), product('next', 'x', 'y')],
      initializers: [{ name: 'w', type: 'float32', dims: [4, 4], data: new Float32Array(16) }],
    });
    const { models } = await parseCheck(programs, [file]);
    expect(models[0]?.refused).toMatchObject([
      { node: 0, name: 'misfit', op: 'MatMul', code: 'INVALID_NODE', text: expect.stringContaining('must match') },
    ]);
  });

  test('exits with 1 when one of several models is refused', async () => {
    const good = modelFile({
      inputs: [image('x')],
      outputs: [image('y')],
      nodes: [{ op: 'Relu', inputs: ['x'], outputs: ['y'] }],
    });
    const bad = modelFile(Buffer.from('no model at all'));
    const both = await runProgram(programs.parseCheck, [...tensorrt, '--model', good, '--model', bad]);
    expect(both.code).toBe(1);
    expect(JSON.parse(both.stdout).models.map(({ ok }: { ok: boolean }) => ok)).toEqual([true, false]);
    expect((await runProgram(programs.parseCheck, [...tensorrt, '--model', good])).code).toBe(0);
  });

  test.each([
    ['a file that is missing', [...tensorrt, '--model', '/does/not/exist'], 'cannot read /does/not/exist'],
    ['a library that is missing', ['--library', '/no.so', '--parser', '/no.so', '--model', 'x'], 'cannot open /no.so'],
    ['a library of another flavour', [...rtx, '--model', 'x'], 'is version 1.'],
    ['no model', tensorrt, 'give a --model'],
    ['an argument that it does not know', ['--modle', 'x'], 'unknown argument --modle'],
  ])('exits with 2 for %s', async (_, args, text) => {
    const { code, output } = await runProgram(programs.parseCheck, args);
    expect({ code, output }).toEqual({ code: 2, output: expect.stringContaining(text) });
  });
});

describe.each(['parseCheck', 'buildCheck'] as const)('%s, beside a stand-in of the driver', (name) => {
  const marker = path.join(programs.standinMarker, 'libcuda.so.1');

  test.each([
    ['LD_LIBRARY_PATH', programs.standinMarker],
    ['LD_PRELOAD', marker],
  ])('refuses to run when %s brings it', async (variable, value) => {
    const { code, stdout, output } = await runProgram(programs[name], [], { [variable]: value });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(output).toContain(variable);
  });
});
