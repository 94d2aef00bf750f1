import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { beforeAll, describe, expect, test } from 'vitest';
import { typesOf } from '../../dist/esm/toolkit/types-file.js';
import { ensureOnnxCases, onnxCasesDir } from '../../scripts/lib/onnx-cases.mjs';
import { findTools } from '../../scripts/lib/tools.mjs';
import { accumulator, identity } from '../fixtures/models.js';
import { onnxModel } from '../fixtures/onnx-writer.js';
import { model, node, relu, value } from '../onnx/lint/models.js';
import { failure, rejection } from '../support/failure.js';
import { tempFolder } from '../support/temp-folder.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const typings = join(root, 'dist', 'esm', 'index.d.ts');

/** What the compiler says, strictly, of files by name; declarations of this package are those of dist. */
function complaints(files: Record<string, string>): string[] {
  const folder = tempFolder();
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const options: ts.CompilerOptions = {
    ...{ strict: true, noEmit: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true },
    ...{
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
    },
    ...{
      lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts'],
      types: ['node'],
      typeRoots: [join(root, 'node_modules', '@types')],
    },
    paths: { 'node-tensorrt': [typings] },
  };
  const program = ts.createProgram(
    Object.keys(files).map((name) => join(folder, name)),
    options,
  );
  return ts
    .getPreEmitDiagnostics(program)
    .map(
      ({ messageText, file }) =>
        `${file?.fileName.split('/').at(-1) ?? ''}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`,
    );
}

const resnet = () =>
  onnxModel({
    inputs: [value('image', 'float32', ['N', 3, 224, 224]), value('sizes', 'int64', [2])],
    outputs: [value('scores', 'float32', ['N', 1000]), value('top.1/label', 'string', ['N'])],
    nodes: [],
  });

describe('typesOf()', () => {
  test('writes inputs and outputs with their dimensions, and quotes names that are no identifiers', async () => {
    const text = await typesOf(resnet(), { name: 'ResNet' });
    expect(text).toContain('export type ResNetInputs = {');
    expect(text).toContain("  /** float32 [N, 3, 224, 224] */\n  image: TensorLike<'float32'>;");
    expect(text).toContain("  'top.1/label': TensorLike<'string'>;");
    expect(text).toContain('export type ResNet = Engine<ResNetInputs, ResNetOutputs>;');
  });

  test('gives types with which right code compiles', async () => {
    const use = `
      import { Engine, Tensor } from 'node-tensorrt';
      import type { ResNet, ResNetInputs, ResNetOutputs } from './resnet.js';
      export async function run(): Promise<string[]> {
        const engine: ResNet = await Engine.load<ResNetInputs, ResNetOutputs>('resnet.onnx');
        const image = new Tensor('float32', new Float32Array(150528), [1, 3, 224, 224]);
        const sizes = new Tensor('int64', new BigInt64Array(2), [2]);
        const outputs = await engine.run({ image, sizes });
        const scores: Float32Array = outputs.scores.data;
        return scores.length > 0 ? outputs['top.1/label'].data : [];
      }`;
    expect(complaints({ 'resnet.d.ts': await typesOf(resnet(), { name: 'ResNet' }), 'use.ts': use })).toEqual([]);
  });

  test.each([
    ['a name that is misspelled', 'await engine.run({ imgae: image, sizes })', /imgae/],
    ['an input that is missing', 'await engine.run({ image })', /sizes/],
    ['an input of another type', 'await engine.run({ image: sizes, sizes })', /not assignable/],
    ['an output that is not there', '(await engine.run({ image, sizes })).boxes', /boxes/],
    [
      'an output of another type',
      'const n: BigInt64Array = (await engine.run({ image, sizes })).scores.data; void n',
      /BigInt64Array/,
    ],
  ])('gives types with which %s does not compile', async (_what, code, message) => {
    const use = `
      import { Engine, Tensor } from 'node-tensorrt';
      import type { ResNetInputs, ResNetOutputs } from './resnet.js';
      export async function run(): Promise<unknown> {
        const engine = await Engine.load<ResNetInputs, ResNetOutputs>('resnet.onnx');
        const image = new Tensor('float32', new Float32Array(150528), [1, 3, 224, 224]);
        const sizes = new Tensor('int64', new BigInt64Array(2), [2]);
        ${code.startsWith('const') ? code : `void (${code})`};
        return [image, sizes];
      }`;
    const found = complaints({ 'resnet.d.ts': await typesOf(resnet(), { name: 'ResNet' }), 'use.ts': use });
    expect(found).toEqual([expect.stringMatching(message)]);
  });

  test('compiles for names that try to end the comment, the string or the type', async () => {
    const names = [
      "it's",
      'a*/b',
      '*/ } export const x = 1; /*',
      '\u2028',
      'new\nline',
      '__proto__',
      'constructor',
      '\\',
      '`x`',
      '0',
      'déjà',
      ''.padEnd(3, "'"),
      'class',
    ];
    const hostile = onnxModel({
      inputs: names.map((name) => value(name, 'float32', ['*/', "it's"])),
      outputs: [value('y')],
      nodes: [],
    });
    const text = await typesOf(hostile, { name: 'Model' });
    const use = `import type { ModelInputs } from './model.js';
      export const names: (keyof ModelInputs)[] = ${JSON.stringify(names)};
      export const count: ModelInputs["a*/b"]["type"] = 'float32';`;
    expect(complaints({ 'model.d.ts': text, 'use.ts': use })).toEqual([]);
  });

  test('takes the name of the file, of the graph, or Model', async () => {
    const folder = tempFolder();
    for (const [file, name] of [
      ['resnet-50 v2.onnx', 'Resnet50V2'],
      ['engine.onnx', 'Main'],
      ['7.onnx', 'Main'],
    ] as const) {
      writeFileSync(join(folder, file), identity());
      expect(await typesOf(join(folder, file))).toContain(`export type ${name}Inputs =`);
    }
    expect(
      await typesOf(onnxModel({ name: '?', inputs: [value('x')], outputs: [value('y')], nodes: [relu] })),
    ).toContain('export type ModelInputs =');
  });

  test('leaves out inputs that have a default', async () => {
    const text = await typesOf(
      model([node('Add', ['x', 'w'], ['y'])], {
        inputs: [value('x'), value('w', 'float32', [4])],
        initializers: [{ name: 'w', type: 'float32', dims: [4], data: new Float32Array(4) }],
      }),
    );
    expect(text).toContain('  x: TensorLike');
    expect(text).not.toContain('  w: ');
  });

  test.each([['class'], ['1st'], ['a-b'], ['Engine'], [''], [7]])('refuses the name %j', async (name) => {
    expect(await rejection(typesOf(accumulator(), { name: name as string }))).toEqual(
      failure('INVALID_ARGUMENT', { option: 'options.name' }),
    );
  });

  describe('of every operator case', () => {
    beforeAll(async () => {
      await ensureOnnxCases((await findTools()).tools.python);
    }, 300_000);

    test('compiles, strictly', async () => {
      const files: Record<string, string> = {};
      for (const name of readdirSync(onnxCasesDir)) {
        const text = await typesOf(join(onnxCasesDir, name, 'model.onnx'), { name: 'Model' });
        files[`${name}.d.ts`] = text;
      }
      expect(complaints(files)).toEqual([]);
      expect(Object.keys(files).length).toBeGreaterThan(1500);
      expect(files['test_relu.d.ts']).toBe(readFileSync(join(root, 'test/fixtures/relu-types.txt'), 'utf8'));
      expect(files['test_sequence_insert_at_back.d.ts']).toContain('sequence: never;');
    }, 120_000);
  });
});
