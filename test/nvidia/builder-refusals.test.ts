// What node-tensorrt-builder refuses, with the real TensorRT-RTX.
import { describe, expect, test } from 'vitest';
import { build, network, planFile, profile, runBuilder } from './builder.js';
import { modelFile } from './programs.js';

describe('build', () => {
  test.each([
    ['--hardware-compatibility', 'amperePlus'],
    ['--timing-cache', 'cache'],
    ['--save-timing-cache', 'cache'],
    ['--optimization-level', '6'],
    ['--aux-streams', '-1'],
    ['--max-tactics', '0'],
    ['--memory-pool', 'dlaLocalDram=1048576'],
    ['--flag', 'excludeLeanRuntime'],
    ['--runtime-platform', 'windowsAmd64'],
  ])('says which option TensorRT-RTX does not take: %s %s', async (option, value) => {
    const end = await runBuilder(build('--model', network(), ...profile, option, value));
    expect(end).toMatchObject({ code: 1 });
    expect(end.one('failed')).toMatchObject({
      code: 'UNSUPPORTED',
      message: expect.stringContaining(`tensorrt-rtx does not take ${option} ${value}`),
      details: { option, flavour: 'tensorrt-rtx' },
    });
  });

  test.each([
    ['an unknown argument', ['--unknown', '1'], 'unknown argument --unknown'],
    ['an argument without its value', ['--plan'], '--plan needs a value'],
    ['a target that there is not', ['--target', 'sm90'], 'one of sm75, sm80, sm86, sm89, sm120, sm121'],
    ['a flag that there is not', ['--flag', 'fp16'], 'one of tf32, sparseWeights'],
    ['a number that is none', ['--optimization-level', '3x'], 'a whole number'],
    ['a number that is too large', ['--optimization-level', '99999999999'], 'a whole number'],
    ['a pool without bytes', ['--memory-pool', 'workspace'], 'NAME=BYTES'],
    ['a pool that there is not', ['--memory-pool', 'other=1'], 'one of workspace'],
    ['a level of the log that there is not', ['--log-level', 'loud'], 'one of error, warning'],
    ['neither true nor false', ['--serialize-plugins', 'yes'], 'true or false'],
    ['two plans', ['--plan', 'a', '--plan', 'b'], 'give one --plan'],
    ['a shape that is none', ['--shape', 'x=1xa,8x64,32x64'], '"1xa" is no shape'],
    ['a shape of too many dimensions', ['--shape', 'x=1x1x1x1x1x1x1x1x1,1,1'], 'is no shape'],
    ['two shapes only', ['--shape', 'x=1x64,8x64'], 'is no NAME=MIN,OPT,MAX'],
    ['values that are none', ['--values', 'x=1,2,z'], '"z" is no list of values'],
    ['an input that there is not', ['--shape', 'z=1,2,3'], 'input z is none of the network'],
    ['an input twice', ['--shape', 'x=1x64,8x64,32x64'], 'input x is there twice'],
  ])('refuses %s', async (_, args, text) => {
    const end = await runBuilder(build('--model', network(), ...profile, ...args));
    expect(end).toMatchObject({ code: 2 });
    expect(end.one('failed')).toMatchObject({ code: 'INVALID_ARGUMENT', message: expect.stringContaining(text) });
    expect(end.all('checked')).toEqual([]);
  });

  test.each([
    ['no profile', [], 'input x has dimensions that are open'],
    ['a shape in front of its profile', ['--shape', 'x=1x64,8x64,32x64', '--profile', 'a'], 'belongs to a --profile'],
    ['no shape of an input', ['--profile', 'night'], 'profile 1 ("night"): input x has dimensions that are open'],
    ['another rank', ['--profile', '', '--shape', 'x=1,8,32'], 'profile 1: input x is -1x64 in the network'],
    ['another size', ['--profile', '', '--shape', 'x=1x63,8x63,32x63'], 'which 1x63 is none of'],
    ['sizes that do not ascend', ['--profile', '', '--shape', 'x=9x64,8x64,32x64'], 'sizes that ascend'],
    ['a second profile that is wrong', [...profile, '--profile', 'b', '--shape', 'x=1,2,3'], 'profile 2 ("b")'],
  ])('refuses profiles with %s before it builds', async (_, args, text) => {
    const end = await runBuilder(build('--model', network(), ...args, '--plan', planFile()));
    expect(end).toMatchObject({ code: 2 });
    expect(end.one('failed')).toMatchObject({ code: 'INVALID_ARGUMENT', message: expect.stringContaining(text) });
    expect(end.all('phase')).toEqual([]);
  });

  test('tells that a model is not there', async () => {
    const end = await runBuilder(build('--model', '/there/is/none.onnx'));
    expect(end).toMatchObject({ code: 1 });
    expect(end.one('failed')).toMatchObject({ code: 'MODEL_INVALID', details: { reason: 'not-found' } });
  });

  test('tells that a plan cannot be written before it builds', async () => {
    const plan = '/there/is/none/model.plan';
    const end = await runBuilder(build('--model', network(), ...profile, '--target', 'sm86', '--plan', plan));
    expect(end).toMatchObject({ code: 1 });
    const details = { reason: 'unwritable', path: plan, system: 'No such file or directory' };
    expect(end.one('failed')).toMatchObject({ code: 'BUILD_FAILED', details });
    expect(end.all('phase')).toEqual([]);
  });

  test.each(['--plan', '--layers'])('tells that the disk of %s is full', async (option) => {
    const plan = option === '--plan' ? [] : ['--plan', planFile()];
    const args = build('--model', network(), ...profile, '--target', 'sm86', ...plan, option, '/dev/full');
    const end = await runBuilder(args);
    expect(end).toMatchObject({ code: 1 });
    const details = { reason: 'unwritable', path: '/dev/full', system: 'No space left on device' };
    expect(end.one('failed')).toMatchObject({ code: 'BUILD_FAILED', details });
    expect(end.all('built')).toEqual([]);
  });

  test('tells which plugins are not loaded', async () => {
    const plugins = modelFile(new Uint8Array(10));
    const end = await runBuilder(build('--model', network(), ...profile, '--plugin', plugins));
    expect(end).toMatchObject({ code: 1 });
    const details = { reason: 'plugin', path: plugins };
    expect(end.one('failed')).toMatchObject({ code: 'BUILD_FAILED', details });
  });
});
