// What the graph tools write is read and built by NVIDIA's own software wherever the original is.
import path from 'node:path';
import { castModel, optimizeModel, readModel, upgradeOpset, writeModel } from 'node-tensorrt/onnx';
import { describe, expect, test } from 'vitest';
import { type BuildResult, libraryIn, parseCheck } from '../../scripts/lib/nvidia/checks.mjs';
import { checkedModels, profileOf } from '../../scripts/lib/nvidia/models.mjs';
import { type RealModelName, realModelNames, useRealModels } from '../support/real-models.js';
import { tempFolder } from '../support/temp-folder.js';
import { programs, runProgram } from './programs.js';

const models = useRealModels();

const work = {
  upgrade: async (file: string) => {
    const model = await readModel(file);
    await upgradeOpset(model, { to: 21 });
    return model;
  },
  optimize: async (file: string) => (await optimizeModel(file)).model,
  fp16: async (file: string, name: RealModelName) => {
    const samples = (await models.samples(name)).slice(0, 1).map(({ inputs }) => inputs);
    return (await castModel(file, { to: 'fp16', samples })).model;
  },
  'fp16 without samples': async (file: string) => (await castModel(file, { to: 'fp16' })).model,
  bf16: async (file: string) => (await castModel(file, { to: 'bf16' })).model,
} as const;

/** Sizes of the inputs of one profile. */
function profiles(name: RealModelName): string[] {
  const checked = checkedModels.find(({ file }) => file === models.path(name));
  if (checked) return ['--profile', profileOf(checked)];
  return ['input_ids', 'attention_mask', 'token_type_ids'].flatMap((input) => [
    '--profile',
    `${input}=1x16,8x64,32x128`,
  ]);
}

async function build(file: string, name: RealModelName, target: string): Promise<BuildResult> {
  const libraries = [
    ...['--library', libraryIn(programs.rtxLib, 'libtensorrt_rtx')],
    ...['--parser', libraryIn(programs.rtxLib, 'libtensorrt_onnxparser_rtx')],
  ];
  const { stdout } = await runProgram(programs.buildCheck, [
    ...libraries,
    ...['--model', file, ...profiles(name), '--target', target],
  ]);
  // The library writes warnings of its own in front.
  return JSON.parse(stdout.slice(stdout.search(/^\{/m))).targets[0];
}

describe.each(realModelNames)('%s', (name) => {
  test.each(Object.keys(work) as (keyof typeof work)[])(
    'after %s is parsed by TensorRT and built by TensorRT-RTX',
    async (how) => {
      const original = models.path(name);
      const file = path.join(tempFolder(), `${how.replaceAll(' ', '-')}.onnx`);
      await writeModel(await work[how](original, name), file);
      const { models: parsed } = await parseCheck(programs, [original, file]);
      expect(parsed[0]).toMatchObject({ ok: true, refused: [] });
      expect(parsed[1]).toMatchObject({ ok: true, refused: [] });
      // Types and sizes of inputs and outputs are what they were.
      expect(parsed[1]?.inputs).toEqual(parsed[0]?.inputs);
      expect(parsed[1]?.outputs.map(({ name: output, type }) => [output, type])).toEqual(
        parsed[0]?.outputs.map(({ name: output, type }) => [output, type]),
      );
      expect(await build(original, name, 'sm86')).toMatchObject({ ok: true, errors: [] });
      expect(await build(file, name, 'sm86')).toMatchObject({ ok: true, errors: [] });
    },
    120_000,
  );
});
