// The stand-ins of TensorRT answer as the real libraries do, wherever those answer without a GPU.

import { describe, expect, test } from 'vitest';
import { checkedModels } from '../../scripts/lib/nvidia/models.mjs';
import { mlp } from '../fixtures/models.js';
import { operators } from '../fixtures/onnx-operators.js';
import { modelFile, programs, rtx, runProgram, standinRtx, standinTensorrt, tensorrt } from './programs.js';

const questions = () => [
  ...['--model', modelFile(mlp({ layers: 2, width: 64 }))],
  ...['--profile', 'x=1x64,8x64,32x64'],
  ...operators.flatMap((name) => ['--operator', name]),
  '--broken',
  modelFile({
    imports: { example: 1 },
    inputs: [{ name: 'x', type: 'float32', dims: [1, 4] }],
    outputs: [{ name: 'y', type: 'float32', dims: [1, 4] }],
    nodes: [{ op: 'NoSuchOperator', name: 'strange', domain: 'example', inputs: ['x'], outputs: ['y'] }],
  }),
];

async function ask(program: string, libraries: string[], args: string[], codes: number[] = [0]) {
  const { code, stdout, output } = await runProgram(program, [...libraries, ...args]);
  expect(codes, output).toContain(code);
  return JSON.parse(stdout);
}

type Phase = { name: string; parent: string; steps: number; done: number };

/** Without texts and versions, in which they may differ, and without phases that depend on the kernels there are. */
function comparable(value: unknown, key = ''): unknown {
  if (key === 'text' || key === 'version' || key === 'layers') return undefined;
  if (key === 'phases') {
    const phases = (value as Phase[]).filter(({ name }) => !/reformat/.test(name));
    return phases.map(({ name, parent, steps, done }) => ({ name, parent, steps, done }));
  }
  if (Array.isArray(value)) return value.map((item) => comparable(item));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, comparable(item, name)]));
}

describe.each([
  { flavour: 'TensorRT', program: programs.apiCheckTensorrt, real: tensorrt, standin: standinTensorrt },
  { flavour: 'TensorRT-RTX', program: programs.apiCheckRtx, real: rtx, standin: standinRtx },
])('the stand-in of $flavour', ({ program, real, standin }) => {
  test('answers as the real one', async () => {
    const args = questions();
    const [expected, received] = await Promise.all([ask(program, real, args), ask(program, standin, args)]);
    // A build that fails: where on its way it does, differs.
    for (const { building = [] } of [expected, received]) {
      for (const build of building) if (!build.built) build.phases = [];
    }
    expect(comparable(received)).toEqual(comparable(expected));
    expect(expected.parsing.operators.length).toBeGreaterThan(150);
    expect(expected.profiles.profiles).toHaveLength(9);
  });
});

test.each(checkedModels.map(({ name }, index) => ({ name, index })))(
  'the stand-in of the parser reads $name as the real one',
  async ({ index }) => {
    const args = ['--model', (checkedModels[index] as (typeof checkedModels)[number]).file];
    const real = await ask(programs.parseCheck, tensorrt, args);
    const standin = await ask(programs.parseCheck, standinTensorrt, args);
    expect(comparable(standin.models[0].inputs)).toEqual(comparable(real.models[0].inputs));
    expect(comparable(standin.models[0].outputs)).toEqual(comparable(real.models[0].outputs));
  },
);
