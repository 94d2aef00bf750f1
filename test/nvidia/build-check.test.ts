import { describe, expect, test } from 'vitest';
import { mlp } from '../fixtures/models.js';
import { modelFile, programs, rtx, runProgram } from './programs.js';

const profile = ['--profile', 'x=1x64,8x64,32x64'];
const network = () => modelFile(mlp({ layers: 2, width: 64 }));

describe('build_check', () => {
  test('builds for each target that is asked for, and tells the phases', async () => {
    const targets = ['--target', 'sm86', '--target', 'sm89'];
    const { code, stdout, output } = await runProgram(programs.buildCheck, [
      ...rtx,
      ...['--model', network()],
      ...profile,
      ...targets,
    ]);
    expect(code).toBe(0);
    const report = JSON.parse(stdout);
    expect(report.version).toMatch(/^1\.\d+\.\d+\.\d+$/);
    for (const [index, target] of ['sm86', 'sm89'].entries()) {
      const build = report.targets[index];
      expect(build).toMatchObject({ target, ok: true, errors: [], refused: [] });
      expect(build.planBytes).toBeGreaterThan(64 * 64 * 4);
      expect(build.phases.map(({ name }: { name: string }) => name)).toContain('Building engine');
      for (const phase of build.phases) {
        expect(phase.finished).toBe(true);
        expect(phase.done).toBeGreaterThan(0);
        expect(phase.done).toBeLessThanOrEqual(phase.steps);
      }
    }
    expect(output).toContain('sm86: Building engine 0/');
  });

  test('exits with 1 and says why a target is refused, and goes on with the next', async () => {
    const targets = ['--target', 'sm75', '--target', 'sm80'];
    const args = [...rtx, '--model', network(), ...profile, ...targets];
    const { code, stdout } = await runProgram(programs.buildCheck, args);
    expect(code).toBe(1);
    expect(JSON.parse(stdout).targets).toMatchObject([
      { target: 'sm75', ok: false, planBytes: 0, errors: [expect.stringContaining('FP32 GEMM is not supported')] },
      { target: 'sm80', ok: true, errors: [] },
    ]);
  });

  test('refuses a model that has open dimensions and no profile', async () => {
    const { code, stdout } = await runProgram(programs.buildCheck, [...rtx, '--model', network(), '--target', 'sm80']);
    expect(code).toBe(1);
    expect(JSON.parse(stdout).targets[0].errors.join('\n')).toContain('optimization profile');
  });

  test('names the node that its parser refuses', async () => {
    const file = modelFile({
      imports: { example: 1 },
      inputs: [{ name: 'x', type: 'float32', dims: [1, 4] }],
      outputs: [{ name: 'y', type: 'float32', dims: [1, 4] }],
      nodes: [{ op: 'NoSuchOperator', name: 'strange', domain: 'example', inputs: ['x'], outputs: ['y'] }],
    });
    const { code, stdout } = await runProgram(programs.buildCheck, [...rtx, '--model', file, '--target', 'sm80']);
    expect(code).toBe(1);
    expect(JSON.parse(stdout).targets[0].refused).toMatchObject([{ node: 0, name: 'strange', op: 'NoSuchOperator' }]);
  });

  test.each([
    ['a target that does not exist', ['--target', 'sm90'], '--target sm90: wanted is one of sm75, sm80,'],
    ['a shape that is none', ['--target', 'sm80', '--profile', 'x=1xa,8x64,32x64'], '"1xa" is no shape'],
    ['a profile with two shapes', ['--target', 'sm80', '--profile', 'x=1x64,8x64'], 'is no NAME=MIN,OPT,MAX'],
    [
      'a profile whose least is over its best',
      ['--target', 'sm80', '--profile', 'x=9x64,8x64,32x64'],
      'does not take the profile',
    ],
    ['no target', profile, 'give a --target'],
  ])('exits with 2 for %s', async (_, args, text) => {
    const { code, stdout, output } = await runProgram(programs.buildCheck, [...rtx, '--model', network(), ...args]);
    expect({ code, stdout, output }).toEqual({ code: 2, stdout: '', output: expect.stringContaining(text) });
  });
});
