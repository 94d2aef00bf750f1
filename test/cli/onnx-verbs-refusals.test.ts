import { existsSync, readdirSync, readFileSync, renameSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readModel } from '../../dist/esm/onnx/file/read-model.js';
import { writeModel } from '../../dist/esm/onnx/file/write-model.js';
import { mlp } from '../fixtures/models.js';
import { cli } from '../support/cli.js';
import { folderWith, verbs } from '../support/onnx-verbs.js';
import { newUser, planFile } from '../support/plan-files.js';

test.each([
  [['lint'], /lint takes one model/],
  [['lint', 'm', '--for', 'gpu'], /--for: expected one of onnx/],
  [['lint', 'm', '--rule', 'nothing=off'], /there is no rule 'nothing'; docs/],
  [
    ['lint', 'm', '--rule', 'unsorted-node=off'],
    /no rule 'unsorted-node'; did you mean 'unsorted-nodes' or 'unused-node'\? docs/,
  ],
  [['cast', 'm', '--exlude', 'op=Relu'], /no option '--exlude'; did you mean '--exclude'\?/],
  [['lint', 'm', '--rule', 'cycle=fatal'], /expected off, info, warning or error/],
  [['lint', 'm', '--max', 'x'], /--max: expected a whole number/],
  [['types', 'a', 'b'], /types takes one model/],
  [['optimize', 'm'], /-o says where/],
  [['optimize', 'm', '-o', 'n', '--passes', 'a', '--skip', 'b'], /--passes does not go with --skip/],
  [['optimize', 'm', '-o', 'n', '--opset', 'x'], /--opset: expected a whole number/],
  [['cast', 'm', '-o', 'n'], /--to: expected fp16 or bf16/],
  [['cast', 'm', '-o', 'n', '--to', 'int8'], /received 'int8'/],
  [['cast', 'm', '-o', 'n', '--to', 'fp16', '--exclude', 'MatMul'], /expected node=NAME, op=OPERATOR/],
  [['compare', 'a'], /compare takes two models/],
  [['compare', 'a', 'b'], /--samples says/],
  [['compare', 'a', 'b', '--samples', 's', '--tolerance', 'loud=1'], /expected one of maxAbs/],
  [['compare', 'a', 'b', '--samples', 's', '--tolerance', 'snr=much'], /expected a number for snr/],
  [['compare', 'a', 'b', '--samples', 's', '--backend', 'C=cpu'], /expected A= or B=/],
  [['inspect', 'm', '--graph', '--diff', 'n'], /--graph does not go with --diff/],
  [['inspect', 'm', '--graph', '--batch', '1'], /--graph does not go with --batch/],
])('%j ends with 2 and says how it is used', async (args, message) => {
  const { code, stdout, stderr } = await cli(...args);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(message);
  expect(stderr).toMatch(new RegExp(`^node-tensorrt ${args[0]}: .*\nSee node-tensorrt ${args[0]} --help\n$`));
});

test.each(verbs.filter((verb) => verb !== 'compare'))(
  '%s ends with 1 for a file that is no model, or has findings',
  async (verb) => {
    const { folder, path } = folderWith(Buffer.from('no model, but a text of some length'));
    const out = join(folder, 'out.onnx');
    const rest = verb === 'optimize' ? ['-o', out] : verb === 'cast' ? ['-o', out, '--to', 'fp16'] : [];
    const { code, stdout, stderr } = await cli(verb, path, ...rest);
    expect(code).toBe(1);
    expect(`${stdout}${stderr}`).toMatch(/not an ONNX model/);
    expect(existsSync(out)).toBe(false);
  },
);

describe('files that are written', () => {
  /** A model whose weights are in model.onnx.data, read by another name. */
  async function renamed() {
    const { folder, path } = folderWith(mlp({ layers: 1, width: 64 }));
    await writeModel(await readModel(path), path, { external: 'all' });
    const moved = join(folder, 'fp32.onnx');
    renameSync(path, moved);
    return { folder, path, moved, data: join(folder, 'model.onnx.data') };
  }

  test.each([['cast', '--to', 'fp16'], ['optimize']])(
    "%s does not write over the model's weights",
    async (verb, ...more) => {
      const { path, moved, data } = await renamed();
      const before = readFileSync(data);
      const inItsPlace = await cli(verb, moved, '-o', path, ...more);
      expect(inItsPlace).toMatchObject({
        code: 2,
        stderr: expect.stringContaining(`-o: '${data}' has weights of the model`),
      });
      const onIt = await cli(verb, moved, '-o', data, ...more);
      expect(onIt).toMatchObject({ code: 2, stderr: expect.stringContaining('has weights of the model that is read') });
      expect(readFileSync(data).equals(before)).toBe(true);
      expect((await cli(verb, moved, '-o', path, ...more, '--force')).code).toBe(0);
    },
  );

  test('weights that were in other files go to one again when they are cast', async () => {
    const { folder, moved } = await renamed();
    const target = join(folder, 'fp16.onnx');
    expect((await cli('cast', moved, '-o', target, '--to', 'fp16')).code).toBe(0);
    expect(statSync(`${target}.data`).size).toBeGreaterThanOrEqual(64 * 64 * 2);
    expect(statSync(target).size).toBeLessThan(2000);
    expect((await cli('inspect', target)).code).toBe(0);
  });

  test.each([
    ['no/such/folder/x', /^INVALID_ARGUMENT: (-o|--html): '.*' cannot be written: there is no folder/],
    ['.', /^INVALID_ARGUMENT: (-o|--html): '.*' cannot be written: it is a folder/],
  ])('%s is refused before any work', async (name, text) => {
    const { folder, path } = folderWith(mlp({ layers: 1, width: 8 }));
    const target = join(folder, name);
    for (const args of [
      ['cast', path, '-o', target, '--to', 'fp16'],
      ['optimize', path, '-o', target],
      ['types', path, '-o', target],
      ['compare', path, path, '--samples', folder, '--html', target],
    ]) {
      const { code, stderr } = await cli(...args);
      expect([args[0], code]).toEqual([args[0], 2]);
      expect(stderr).toMatch(text);
    }
  });

  test.each([
    [['cast', 'm', '-o', 'o', '--to', 'fp16', '--max-samples', '3'], /--max-samples goes with --samples only/],
    [['cast', 'm', '-o', 'o', '--to', 'bf16', '--max-magnitude', '3'], /--max-magnitude is for fp16/],
    [['cast', 'm', '-o', 'o', '--to', 'fp16', '--max-magnitude', 'x'], /expected a number, received 'x'/],
    [['lint', 'm', '--rule', 'batch-dimension'], /--rule: expected NAME=LEVEL, received 'batch-dimension'/],
  ])('%j is wrong use', async (args, text) => {
    expect(await cli(...args)).toMatchObject({ code: 2, stderr: expect.stringMatching(text) });
  });
});

describe('a plan, or a file of another kind, where an ONNX model is wanted', () => {
  const wanted = [
    ['lint'],
    ['types'],
    ['optimize', '-o', 'out.onnx'],
    ['cast', '--to', 'fp16', '-o', 'out.onnx'],
    ['build', '--target', 'sm86', '-o', 'out.plan'],
  ];

  test.each(wanted)('%s says that it is a plan, and what takes it', async (verb, ...rest) => {
    newUser();
    const { path } = await planFile();
    const folder = dirname(path);
    const { code, stdout, stderr } = await cli(
      verb,
      path,
      ...rest.map((arg) => (arg.startsWith('out') ? join(folder, arg) : arg)),
    );
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr.split('\n')).toEqual([
      `MODEL_INVALID: ${path}${verb === 'build' ? ': this is' : ' is'} not an ONNX model but a plan file of node-tensorrt; give the ONNX model that it was built from; Engine.load and node-tensorrt inspect take the plan`,
      'docs/errors.md#model_invalid says more.',
      '',
    ]);
    expect(readdirSync(folder)).toEqual(['model.plan']);
  });

  test('doctor finds it', async () => {
    newUser();
    const { path } = await planFile();
    const { code, stdout } = await cli('doctor', path);
    expect(code).toBe(1);
    expect(stdout).toMatch(/model\/file.*\n.*not an ONNX model but a plan file of node-tensorrt; give the ONNX model/);
  });

  test('compare says what a plan needs', async () => {
    newUser();
    const { path: plan } = await planFile();
    const { folder, path } = folderWith(mlp({ layers: 1, width: 8 }));
    const compare = (...args: string[]) => cli('compare', ...args, '--samples', folder);
    expect(await compare(path, plan)).toEqual({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining(
        `INVALID_ARGUMENT: --backend: ${plan} is a plan, which does not run on a processor: give --backend B=auto, where its GPU is, or compare the ONNX model that it was built from\n`,
      ),
    });
    expect((await compare(plan, path, '--backend', 'A=cpu')).stderr).toContain('give --backend A=auto');
    expect((await compare(plan, path, '--backend', 'A=auto', '--inner')).stderr).toContain(
      `--inner: ${plan} is a plan, which shows no values inside: leave --inner out`,
    );
  });

  test('other kinds are named as well, with what to do', async () => {
    const { path } = folderWith(Buffer.from('PK\x03\x04archive/data.pkl'));
    for (const verb of ['lint', 'types']) {
      const { code, stderr } = await cli(verb, path);
      expect(code).toBe(1);
      expect(stderr).toContain(
        'not an ONNX model but a PyTorch checkpoint or TorchScript archive; export it with torch.onnx.export\n',
      );
    }
  });
});

describe('node-tensorrt cast --exclude and --include', () => {
  test.each([
    [
      ['--exclude', 'op=Gemm', '--exclude', 'op=Gem'],
      `--exclude op=: expected an operator of the model, received "Gem"; did you mean 'Gemm'? Correct it or leave it out: inspect --graph lists all operators.`,
    ],
    [
      ['--include', 'node=nowhere_at_all'],
      '--include node=: expected the name of a node of the model, received "nowhere_at_all". Correct it or leave it out: cast with --json lists all nodes.',
    ],
  ])('%j names what the model does not have', async (args, text) => {
    const { folder, path } = folderWith(mlp({ layers: 1, width: 8 }));
    const { code, stdout, stderr } = await cli('cast', path, '-o', join(folder, 'o.onnx'), '--to', 'fp16', ...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr.split('\n')[0]).toBe(`INVALID_ARGUMENT: ${text}`);
    expect(readdirSync(folder)).toEqual(['model.onnx']);
  });
});
