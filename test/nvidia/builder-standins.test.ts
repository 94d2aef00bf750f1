// node-tensorrt-builder with the stand-ins: what the real libraries do with a GPU only.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { tempFolder } from '../support/temp-folder.js';
import { network, planFile, profile, runBuilder, startBuilder } from './builder.js';
import { programs, standinRtx, standinTensorrt, tensorrt } from './programs.js';

const env = { LD_LIBRARY_PATH: programs.standins };
const model = () => ['--model', network(), ...profile];
const withTensorrt = (args: string[], more: Record<string, string> = {}) =>
  runBuilder([programs.tensorrtModule, 'build', ...standinTensorrt, ...args], { env: { ...env, ...more } });

describe.each([
  { flavour: 'tensorrt', module: programs.tensorrtModule, libraries: standinTensorrt },
  { flavour: 'tensorrt-rtx', module: programs.rtxModule, libraries: standinRtx },
])('with the stand-in of $flavour', ({ flavour, module, libraries }) => {
  test('builds for the GPU of the machine', async () => {
    const plan = planFile();
    const layers = path.join(tempFolder(), 'layers.json');
    const args = [module, 'build', ...libraries, ...model(), '--plan', plan, '--layers', layers];
    const end = await runBuilder(args, { env });
    expect(end).toMatchObject({ code: 0 });
    expect(end.one('library')).toMatchObject({ flavour });
    expect(end.one('built').bytes).toBe(readFileSync(plan).length);
    expect(JSON.parse(readFileSync(layers, 'utf8'))[0]).toMatchObject({ type: 'MATRIX_MULTIPLY', inputs: ['x'] });
  });

  test('tells what fails, without a second time in the log', async () => {
    const args = [module, 'build', ...libraries, ...model(), '--plan', planFile()];
    const end = await runBuilder(args, { env: { ...env, STANDIN_FAULTS: 'buildSerializedNetwork' } });
    expect(end).toMatchObject({ code: 1 });
    const message = 'TensorRT builds no engine\na fault that was asked for';
    expect(end.one('failed')).toMatchObject({ code: 'BUILD_FAILED', message });
    expect(end.all('recorded')).toHaveLength(1);
    expect(end.all('log')).toEqual([]);
  });

  test('is ended by the end of its standard input in the middle of a phase', async () => {
    const args = [module, 'build', ...libraries, ...model(), '--plan', planFile()];
    const started = startBuilder(args, { stdin: true, env: { ...env, STANDIN_BUILD_MS: '60000' } });
    await started.next('step');
    started.child.stdin.end();
    const end = await started.end;
    expect(end).toMatchObject({ code: 3, signal: null });
    expect(end.all('phase-end').length).toBeLessThan(end.all('phase').length);
  });
});

describe('with the stand-in of tensorrt', () => {
  test('takes every option', async () => {
    const end = await withTensorrt([
      ...model(),
      ...['--flag', 'versionCompatible', '--flag', 'excludeLeanRuntime', '--flag', 'refit', '--flag', 'stripPlan'],
      ...['--no-flag', 'tf32', '--memory-pool', 'workspace=1073741824', '--memory-pool', 'tacticDram=1048576'],
      ...['--optimization-level', '5', '--aux-streams', '2', '--avg-timing-iterations', '4', '--max-tactics', '10'],
      ...['--tactic-source', 'jitConvolutions', '--tiling', 'full', '--tiling-l2-bytes', '1048576'],
      ...['--hardware-compatibility', 'amperePlus', '--runtime-platform', 'windowsAmd64', '--verbosity', 'detailed'],
    ]);
    expect(end.all('failed')).toEqual([]);
    expect(end).toMatchObject({ code: 0 });
  });

  test('builds for its own GPU only', async () => {
    const end = await withTensorrt([...model(), '--target', 'sm86']);
    expect(end).toMatchObject({ code: 1 });
    const details = { option: '--target', flavour: 'tensorrt' };
    expect(end.one('failed')).toMatchObject({ code: 'UNSUPPORTED', details });
  });

  test('gives no builder without a driver', async () => {
    const end = await withTensorrt(model(), { LD_LIBRARY_PATH: '' });
    expect(end).toMatchObject({ code: 2 });
    expect(end.one('failed')).toMatchObject({ code: 'BACKEND_UNAVAILABLE', details: { reason: 'no-builder' } });
  });

  test('passes values of shape tensors on', async () => {
    const end = await withTensorrt([...model(), '--values', 'x=1x2,1x-2,3x4']);
    expect(end).toMatchObject({ code: 0, stderr: '' });
  });
});

describe('timing caches', () => {
  const built = (args: string[], more: Record<string, string> = {}) =>
    withTensorrt([...model(), '--plan', planFile(), ...args], more);
  const strict = ['--flag', 'errorOnTimingCacheMiss'];

  /** A file with what was measured. */
  async function measured(more: Record<string, string> = {}): Promise<string> {
    const file = path.join(tempFolder(), 'timing');
    expect(await built(['--save-timing-cache', file], more)).toMatchObject({ code: 0 });
    return file;
  }

  test('are saved, and loaded into a build that measures nothing more', async () => {
    const file = await measured();
    expect(await built(['--timing-cache', file, ...strict])).toMatchObject({ code: 0 });
    const missed = await built(['--save-timing-cache', path.join(tempFolder(), 'new'), ...strict]);
    expect(missed.one('failed').message).toContain('not in the timing cache');
  });

  test('are merged', async () => {
    const [first, second] = [await measured(), await measured()];
    const merged = path.join(tempFolder(), 'merged');
    const files = ['--timing-cache', first, '--timing-cache', second, '--save-timing-cache', merged];
    expect(await built(files)).toMatchObject({ code: 0 });
    expect(readFileSync(merged).equals(readFileSync(first))).toBe(true);
  });

  test('of another GPU are refused, unless that is to be ignored', async () => {
    const file = await measured({ STANDIN_COMPUTE_CAPABILITY: '9.0' });
    const refused = await built(['--timing-cache', file]);
    expect(refused).toMatchObject({ code: 1 });
    const details = { reason: 'timing-cache', path: file };
    expect(refused.one('failed')).toMatchObject({ code: 'BUILD_FAILED', details });
    expect(await built(['--timing-cache', file, '--ignore-timing-mismatch', 'true', ...strict])).toMatchObject({
      code: 0,
    });
  });

  test.each([
    ['that is damaged', 'damaged', () => Buffer.alloc(100)],
    ['that is cut off', 'cut', (whole: Buffer) => whole.subarray(0, whole.length - 1)],
  ])('one %s is refused, though TensorRT only warns', async (_, name, change) => {
    const file = path.join(tempFolder(), name);
    writeFileSync(file, change(readFileSync(await measured())));
    const end = await built(['--timing-cache', file]);
    expect(end).toMatchObject({ code: 1 });
    expect(end.one('failed')).toMatchObject({
      code: 'BUILD_FAILED',
      message: expect.stringContaining('empty timing cache'),
      details: { reason: 'timing-cache', path: file },
    });
  });

  test('one that is not there is refused', async () => {
    const end = await built(['--timing-cache', '/there/is/none']);
    expect(end).toMatchObject({ code: 1 });
    const details = { reason: 'timing-cache', path: '/there/is/none' };
    expect(end.one('failed')).toMatchObject({ code: 'BUILD_FAILED', details });
  });

  test('one that cannot be written is told', async () => {
    const end = await built(['--save-timing-cache', '/dev/full']);
    expect(end).toMatchObject({ code: 1 });
    expect(end.one('failed')).toMatchObject({ code: 'BUILD_FAILED', details: { reason: 'unwritable' } });
    expect(end.all('built')).toEqual([]);
  });
});

// Undocumented, for tests only: TensorRT then makes a builder, though it builds nothing.
const withoutGpu = { TRT_INTERNAL_OPTIONS: '--cpu_only=1' };

describe('the real TensorRT without a GPU', () => {
  const check = (...args: string[]) =>
    runBuilder([programs.tensorrtModule, 'build', ...tensorrt, ...model(), ...args], { env: withoutGpu });

  test('takes every option', async () => {
    const end = await check(
      ...['--flag', 'excludeLeanRuntime', '--flag', 'versionCompatible', '--flag', 'refit', '--flag', 'stripPlan'],
      ...['--flag', 'weightStreaming', '--flag', 'sparseWeights', '--no-flag', 'tf32'],
      ...['--memory-pool', 'workspace=1073741824', '--memory-pool', 'tacticDram=1048576'],
      ...['--optimization-level', '5', '--aux-streams', '2', '--avg-timing-iterations', '4', '--max-tactics', '10'],
      ...['--tactic-source', 'jitConvolutions', '--tiling', 'full', '--tiling-l2-bytes', '1048576'],
      ...['--hardware-compatibility', 'amperePlus', '--runtime-platform', 'windowsAmd64', '--verbosity', 'detailed'],
    );
    expect(end.all('failed')).toEqual([]);
    expect(end.one('checked')).toBeTruthy();
  });

  test('only warns of a timing cache that is damaged, which is refused', async () => {
    const file = path.join(tempFolder(), 'timing');
    writeFileSync(file, Buffer.alloc(100, 1));
    const end = await check('--timing-cache', file);
    expect(end.one('failed')).toMatchObject({ details: { reason: 'timing-cache', path: file } });
  });
});
