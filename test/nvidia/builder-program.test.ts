// node-tensorrt-builder itself: its limits, its input and output, its modules and libraries.
import { statSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { run } from '../../scripts/lib/run.mjs';
import { mlp } from '../fixtures/models.js';
import { tempFolder } from '../support/temp-folder.js';
import { build, network, planFile, profile, runBuilder, startBuilder } from './builder.js';
import { modelFile, programs, rtx, tensorrt } from './programs.js';

describe('--memory-limit', () => {
  const limited = (bytes: number) => {
    const args = [
      '--model',
      modelFile(mlp({ layers: 4, width: 1024 })),
      '--profile',
      '',
      '--shape',
      'x=1x1024,8x1024,32x1024',
    ];
    return runBuilder(build(...args, '--target', 'sm86', '--plan', planFile(), '--memory-limit', String(bytes)));
  };

  test('changes nothing that fits', async () => {
    expect(await limited(4e9)).toMatchObject({ code: 0 });
  });

  // In the library itself, and in one of its functions that must not throw.
  test.each([100e6, 30e6])('of %d bytes ends a build that takes more, which is told', async (bytes) => {
    const end = await limited(bytes);
    expect(end).toMatchObject({ code: 1, signal: null });
    expect(end.one('failed')).toMatchObject({ code: 'OUT_OF_MEMORY', details: { kind: 'host' } });
    expect(end.all('built')).toEqual([]);
  });

  test.each(['0', '-1', '1k'])('refuses %s', async (bytes) => {
    const end = await runBuilder(build('--memory-limit', bytes));
    expect(end).toMatchObject({ code: 2, stderr: expect.stringContaining('node-tensorrt-builder: ') });
    expect(end.one('failed')).toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining('memory-limit'),
    });
  });
});

describe('what waits for ever', () => {
  const MIB = 2 ** 20;

  test('near the limit is out of memory', async () => {
    const end = await runBuilder([programs.stuckModule, 'take', '--memory-limit', String(128 * MIB)]);
    expect(end).toMatchObject({ code: 1, signal: null });
    expect(end.one('waits')).toBeDefined();
    expect(end.one('failed')).toMatchObject({
      code: 'OUT_OF_MEMORY',
      message: expect.stringMatching(/^out of host memory: nothing goes on any more, and \d MiB are left of the limit/),
      details: { kind: 'host' },
    });
  });

  test.each([
    ['far from it', ['wait', '--memory-limit', String(2048 * MIB)]],
    ['without one', ['wait']],
  ])('%s may have its reasons', async (_, args) => {
    const started = startBuilder([programs.stuckModule, ...args]);
    await started.next('waits');
    await new Promise((resolve) => setTimeout(resolve, 5000));
    expect(started.child.exitCode).toBeNull();
    started.child.kill();
    expect((await started.end).all('failed')).toEqual([]);
  });
});

describe('find', () => {
  test('tells of the library that the loader finds', async () => {
    const env = { NODE_TENSORRT_LIBRARY_PATH: programs.rtxLib };
    const end = await runBuilder([programs.rtxModule, 'find'], { env });
    expect(end).toMatchObject({ code: 0 });
    expect(end.one('library')).toMatchObject({ flavour: 'tensorrt-rtx', path: rtx[1], parser: rtx[3] });
  });

  test('says what was tried where there is none', async () => {
    const env = { NODE_TENSORRT_LIBRARY_PATH: tempFolder() };
    const end = await runBuilder([programs.tensorrtModule, 'find'], { env });
    expect(end).toMatchObject({ code: 2 });
    const details = { backend: 'tensorrt', tried: expect.stringContaining(env.NODE_TENSORRT_LIBRARY_PATH) };
    expect(end.one('failed')).toMatchObject({ code: 'BACKEND_UNAVAILABLE', details });
  });

  test('refuses a library of another version before anything else is called', async () => {
    const end = await runBuilder([programs.rtxModule, 'find', '--library', programs.otherTensorrt]);
    expect(end).toMatchObject({ code: 2 });
    const tried = expect.stringContaining('it is version 1.4.1.7; needed is 1.5 or newer, before 2.0');
    expect(end.one('failed')).toMatchObject({
      code: 'BACKEND_UNAVAILABLE',
      details: { backend: 'tensorrt-rtx', tried },
    });
  });
});

test('TensorRT gives no builder where there is no GPU, which is told', async () => {
  const end = await runBuilder([programs.tensorrtModule, 'build', ...tensorrt, '--model', network(), ...profile]);
  expect(end).toMatchObject({ code: 2 });
  expect(end.one('library')).toMatchObject({ flavour: 'tensorrt', version: '11.2.1.2' });
  const details = { backend: 'tensorrt', reason: 'no-builder' };
  expect(end.one('failed')).toMatchObject({ code: 'BACKEND_UNAVAILABLE', details });
});

describe('the program', () => {
  test('ends itself when its standard input does, whatever it is doing', async () => {
    const file = modelFile(mlp({ layers: 8, width: 2048 }));
    const shape = ['--profile', '', '--shape', 'x=1x2048,8x2048,32x2048'];
    const plan = planFile();
    const started = startBuilder(build('--model', file, ...shape, '--target', 'sm86', '--plan', plan), { stdin: true });
    await started.next('phase');
    started.child.stdin.end();
    const end = await started.end;
    expect(end).toMatchObject({ code: 3, signal: null });
    expect(end.all('built')).toEqual([]);
    expect(statSync(plan).size).toBe(0);
  });

  test('goes on while its standard input is open, and does not look at it without --stdin', async () => {
    const args = build('--model', network(), ...profile);
    const [open, closed] = [startBuilder(args, { stdin: true }), startBuilder(args)];
    closed.child.stdin.end();
    expect(await closed.end).toMatchObject({ code: 0 });
    expect(await open.end).toMatchObject({ code: 0 });
  });

  test.each([
    ['nothing', ''],
    ['no length', 'MODULE\0build\0'],
    ['a length that is none', 'many\nMODULE\0'],
    ['fewer bytes than were said', '1000\nMODULE\0'],
    ['no NUL at the end', '6\nMODULE'],
    ['no command', '7\nMODULE\0'],
    ['no bytes', '0\n'],
    ['too many bytes', '99999999999\n'],
  ])('refuses %s on its standard input', async (_, text) => {
    const { code, stdout, output } = await run(programs.builder, ['--stdin'], { input: text });
    expect({ code, output }).toEqual({ code: 2, output: expect.stringContaining('node-tensorrt-builder: ') });
    expect(JSON.parse(stdout)).toMatchObject({ event: 'failed', code: 'INVALID_ARGUMENT' });
  });

  test.each([
    ['a file that is none', () => modelFile(new Uint8Array(10)), 'cannot open'],
    ['a library that is no module', () => rtx[1] as string, 'no symbol node_tensorrt_module'],
    ['a module of another version', () => programs.otherModule, 'is of another version than this program'],
  ])('refuses %s for a module', async (_, module, text) => {
    const end = await runBuilder([module(), 'find']);
    expect(end).toMatchObject({ code: 2, stderr: expect.stringContaining(text) });
    expect(end.one('failed')).toMatchObject({ code: 'BACKEND_UNAVAILABLE', message: expect.stringContaining(text) });
  });

  test('refuses a command that there is not', async () => {
    const end = await runBuilder([programs.rtxModule, 'run']);
    expect(end).toMatchObject({ code: 2 });
    expect(end.one('failed')).toMatchObject({ code: 'INVALID_ARGUMENT', message: expect.stringContaining('"run"') });
  });

  test('says how it is used where there is no command', async () => {
    const end = await runBuilder([]);
    expect(end).toMatchObject({ code: 2, stderr: expect.stringContaining('MODULE COMMAND') });
  });
});
