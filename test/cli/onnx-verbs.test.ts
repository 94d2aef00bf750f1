import { linkSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Tensor } from 'node-tensorrt';
import { describe, expect, test } from 'vitest';
import { readModel } from '../../dist/esm/onnx/file/read-model.js';
import { writeSamples } from '../../dist/esm/toolkit/samples/index.js';
import { mlp, pseudoRandom } from '../fixtures/models.js';
import { floats, model, node, quantised, relu, value, zeroPoint } from '../onnx/lint/models.js';
import { cli } from '../support/cli.js';
import { folderWith, verbs } from '../support/onnx-verbs.js';

describe('node-tensorrt lint', () => {
  test('prints what it finds, aligned, with what helps, and ends with 1 for errors', async () => {
    const { path } = folderWith(quantised(zeroPoint('int8', 3)));
    const { code, stdout, stderr } = await cli('lint', path);
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(stdout).toMatch(
      /^error {2}tensorrt-quantization {2}QuantizeLinear 'q' has a zero point other than 0.* \[tensorrt, tensorrt-rtx\]$/m,
    );
    expect(stdout).toMatch(/^ {7}→ Quantise anew/m);
    expect(stdout).toMatch(/\n2 errors, 0 warnings, 0 info\n$/);
  });

  test('ends with 0 without errors, and where they are for others or called warnings', async () => {
    const { path } = folderWith(quantised(zeroPoint('int8', 3)));
    expect(await cli('lint', path, '--for', 'cpu,onnx')).toEqual({ code: 0, stdout: 'nothing found\n', stderr: '' });
    expect((await cli('lint', path, '--rule', 'tensorrt-quantization=warning')).code).toBe(0);
    expect((await cli('lint', path, '--rule', 'tensorrt-quantization=off')).stdout).toBe('nothing found\n');
  });

  test('--json prints the findings', async () => {
    const { path } = folderWith(quantised(zeroPoint('int8', 3)));
    const { code, stdout } = await cli('lint', path, '--json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject([{ rule: 'tensorrt-quantization', node: 'q' }, { node: 'y' }]);
  });

  test('--deep reads large weights', async () => {
    const weights = Array<number>(8192).fill(1);
    weights[5] = Number.NaN;
    const { path } = folderWith(
      model([node('Add', ['x', 'w'], ['y'])], {
        inputs: [value('x', 'float32', ['N', 8192])],
        outputs: [value('y', 'float32', ['N', 8192])],
        initializers: [floats('w', weights)],
      }),
    );
    expect((await cli('lint', path)).stdout).toBe('nothing found\n');
    expect((await cli('lint', path, '--deep')).stdout).toContain('has 1 NaN');
  });
});

describe('node-tensorrt types', () => {
  test('prints types, or writes them where -o says', async () => {
    const { folder, path } = folderWith(model([relu]));
    const printed = await cli('types', path, '--name', 'Net');
    expect(printed.stdout).toContain('export type NetInputs = {');
    const file = join(folder, 'net.d.ts');
    expect(await cli('types', path, '--name', 'Net', '-o', file)).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(readFileSync(file, 'utf8')).toBe(printed.stdout);
  });
});

describe('node-tensorrt optimize', () => {
  const wasteful = () =>
    model(
      [
        node('Identity', ['x'], ['a']),
        node('Add', ['w', 'w'], ['b']),
        node('Add', ['a', 'b'], ['y']),
        node('Neg', ['a'], ['spare']),
      ],
      {
        opset: 11,
        initializers: [floats('w', [1, 2, 3, 4])],
      },
    );

  test('writes a model with fewer nodes, and says what it did', async () => {
    const { folder, path } = folderWith(wasteful());
    const out = join(folder, 'out.onnx');
    const { code, stdout, stderr } = await cli('optimize', path, '-o', out, '--opset', '17', '--batch', 'rows');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^nodes +4 → 1$/m);
    const { graph, opset } = await readModel(out);
    expect([graph.nodes.map(({ opType }) => opType), opset, graph.inputs[0]?.dims]).toEqual([['Add'], 17, ['rows', 4]]);
  });

  test('--passes and --skip choose, --json tells', async () => {
    const { folder, path } = folderWith(wasteful());
    const out = join(folder, 'out.onnx');
    const { stdout } = await cli('optimize', path, '-o', out, '--passes', 'remove-identity', '--json');
    const report = JSON.parse(stdout);
    expect(new Set(report.passes.map(({ pass }: { pass: string }) => pass))).toEqual(new Set(['remove-identity']));
    expect((await readModel(out)).graph.nodes.map(({ opType }) => opType)).toEqual(['Add', 'Add', 'Neg']);
    await cli('optimize', path, '-o', out, '--passes', 'none');
    expect((await readModel(out)).graph.nodes).toHaveLength(4);
    expect(await cli('optimize', path, '-o', out, '--passes', 'levitate')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('fold-constants'),
    });
  });

  test('leaves the model that it reads alone, by whatever path, unless --force is given', async () => {
    const { folder, path } = folderWith(wasteful());
    linkSync(path, join(folder, 'hard.onnx'));
    symlinkSync(path, join(folder, 'soft.onnx'));
    for (const target of [
      path,
      join(folder, 'hard.onnx'),
      join(folder, 'soft.onnx'),
      join(folder, '.', 'model.onnx'),
    ]) {
      const { code, stderr } = await cli('optimize', path, '-o', target);
      expect(code).toBe(2);
      expect(stderr).toContain('--force');
    }
    expect(Buffer.compare(readFileSync(path), wasteful())).toBe(0);
    expect((await cli('optimize', path, '-o', path, '--force')).code).toBe(0);
    expect((await readModel(path)).graph.nodes).toHaveLength(1);
  });
});

describe('node-tensorrt cast, and compare', () => {
  async function castModel() {
    const { folder, path } = folderWith(mlp({ layers: 2, width: 32 }));
    const samples = join(folder, 'samples');
    await writeSamples(
      samples,
      [1, 2, 3].map((seed) => ({ x: new Tensor('float32', pseudoRandom(64, seed), [2, 32]) })),
    );
    const half = join(folder, 'half.onnx');
    return {
      folder,
      path,
      samples,
      half,
      cast: await cli('cast', path, '-o', half, '--to', 'fp16', '--samples', samples),
    };
  }

  test('cast writes a model in the precision, and says how many nodes compute in it', async () => {
    const { folder, path, half, cast } = await castModel();
    expect({ code: cast.code, stderr: cast.stderr }).toEqual({ code: 0, stderr: '' });
    expect(cast.stdout).toMatch(/^fp16 +3 nodes$/m);
    expect((await readModel(half)).graph.initializers.every(({ elementType }) => elementType === 'float16')).toBe(true);
    const kept = await cli(
      'cast',
      path,
      '-o',
      join(folder, 'kept.onnx'),
      '--to',
      'bf16',
      '--exclude',
      'op=Gemm',
      '--json',
    );
    expect(JSON.parse(kept.stdout)).toMatchObject({ to: 'bf16' });
    expect(JSON.parse(kept.stdout).fp32).toBeGreaterThan(0);
  });

  test('compare says how far the outputs are, and ends with 1 beyond the tolerance', async () => {
    const { folder, path, samples, half } = await castModel();
    const page = join(folder, 'page.html');
    const good = await cli('compare', path, half, '--samples', samples, '--tolerance', 'snr=40', '--html', page);
    expect({ code: good.code, stderr: good.stderr }).toEqual({ code: 0, stderr: '' });
    expect(good.stdout).toContain('3 samples: within tolerance');
    expect(readFileSync(page, 'utf8')).toContain('<html');
    const bad = await cli(
      'compare',
      path,
      half,
      '--samples',
      samples,
      '--tolerance',
      'maxAbs=1e-9',
      '--max-samples',
      '1',
      '--json',
    );
    expect(bad.code).toBe(1);
    expect(JSON.parse(bad.stdout)).toMatchObject({ samples: 1, passed: false });
    expect(await cli('compare', path, half, '--samples', samples, '--html', half)).toMatchObject({
      code: 2,
      stdout: '',
    });
  });
});

describe('node-tensorrt inspect --graph and --diff', () => {
  test('prints what a graph is made of', async () => {
    const { path } = folderWith(model([node('Relu', ['x'], ['a\u001b']), node('Relu', ['a\u001b'], ['y'])]));
    const { code, stdout } = await cli('inspect', path, '--graph');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^operators {7}Relu +2$/m);
    expect(JSON.parse((await cli('inspect', path, '--graph', '--json')).stdout)).toMatchObject({ nodes: 2 });
  });

  test('prints what differs, and ends with 1 where something does', async () => {
    const { folder, path } = folderWith(model([relu]));
    const other = join(folder, 'other.onnx');
    writeFileSync(other, model([node('Neg', ['x'], ['y'])]));
    expect(await cli('inspect', path, '--diff', path)).toEqual({ code: 0, stdout: 'nothing differs\n', stderr: '' });
    const { code, stdout } = await cli('inspect', path, '--diff', other);
    expect({ code, stdout }).toEqual({ code: 1, stdout: 'operator  Neg   0 → 1 (+1)\noperator  Relu  1 → 0 (-1)\n' });
  });
});

test.each(verbs)('%s --help names every option that its source knows', async (verb) => {
  const { code, stdout } = await cli(verb, '--help');
  expect(code).toBe(0);
  const source = readFileSync(new URL(`../../lib/cli/${verb}.ts`, import.meta.url), 'utf8');
  const options = [...source.matchAll(/^ {4}'?([\w-]+)'?: \{ type: '(?:string|boolean)'/gm)].map(([, name]) => name);
  expect(options.length).toBeGreaterThan(1);
  for (const option of options) expect(stdout).toMatch(new RegExp(`^  (-\\w, )?--${option}\\b`, 'm'));
});
