import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test, vi } from 'vitest';
import { build, inspectPlan, type Progress, verifyPlan } from '../../dist/esm/index.js';
import { identity, mlp } from '../fixtures/models.js';
import { setUpBuild } from '../support/build.js';
import { failure } from '../support/failure.js';
import { tempFolder } from '../support/temp-folder.js';

/** Folders of builds that were not removed. */
const leftovers = (folder: string) =>
  [folder, join(folder, 'cache', 'plans')].flatMap((at) =>
    readdirSync(at).filter((name) => name.startsWith('.node-tensorrt-build-')),
  );

describe('build()', () => {
  test('writes a plan that says what it is, and that this user trusts', async () => {
    const { make, output, calls, folder } = setUpBuild({
      events: [{ event: 'log', severity: 'warning', text: 'slow here' }],
    });
    const report = await make();
    expect(report).toMatchObject({
      output,
      backend: 'tensorrt-rtx',
      version: '1.7.1.116',
      targets: ['sm86'],
      cached: false,
      reason: 'no plan of this model is in the cache',
      warnings: ['slow here'],
      seconds: { build: 0.05, parse: 0.01 },
      peakBytes: 50_000_000,
    });
    const { header } = await verifyPlan(output);
    expect(header).toEqual(report.header);
    expect(header).toMatchObject({
      model: { name: 'same.onnx', precision: 'fp32', bytes: identity().length },
      inputs: [{ name: 'x', type: 'float32', dims: ['N', 4] }],
      outputs: [{ name: 'y', type: 'float32', dims: ['N', 4] }],
      profiles: [{ x: { min: [1, 4], opt: [8, 4], max: [32, 4] } }],
      payload: { bytes: 1000 },
      messages: [{ severity: 'warning', text: 'slow here' }],
    });
    expect(header.layers).toHaveLength(1);
    const [call] = calls();
    expect(call?.module).toMatch(/node-tensorrt-backend-tensorrt-rtx\.so$/);
    expect(call?.args.join(' ')).toContain(
      '--target sm86 --profile 0 --shape x=1x4,8x4,32x4 --no-flag tf32 --memory-limit ',
    );
    expect(leftovers(folder)).toEqual([]);
  });

  test('takes a plan from the cache that was built with the same options, and says what else is otherwise', async () => {
    const { make, calls, set, output } = setUpBuild();
    await make();
    const first = readFileSync(output);
    writeFileSync(output, '');
    expect(await make()).toMatchObject({
      cached: true,
      reason: 'it is in the cache',
      seconds: { build: 0 },
      peakBytes: 0,
    });
    expect(readFileSync(output).equals(first)).toBe(true);
    expect(calls()).toHaveLength(1);
    expect(await make({ targets: ['sm89', 'sm86'] })).toMatchObject({
      cached: false,
      reason: expect.stringContaining('sm86, sm89'),
    });
    expect(await make({ batching: { maxSize: 4 } })).toMatchObject({
      cached: false,
      reason: expect.stringContaining('profiles'),
    });
    expect(await make({ tf32: true })).toMatchObject({ reason: expect.stringContaining('tf32') });
    // What is off is not asked for.
    expect(await make({ tf32: false, sparseWeights: false })).toMatchObject({ cached: true });
    set({ version: '1.7.2.5' });
    // Another library is found when the file is another.
    vi.stubEnv('NODE_TENSORRT_LIBRARY_PATH', '/elsewhere');
    expect(await make()).toMatchObject({
      cached: false,
      version: '1.7.2.5',
      reason: expect.stringContaining('1.7.2.5'),
    });
  });

  test('builds without a cache, bytes too', async () => {
    const { output, calls } = setUpBuild();
    const report = await build(identity(), {
      output: pathToFileURL(output),
      targets: ['sm80'],
      cacheDir: false,
      name: 'mine',
    });
    expect(report).toMatchObject({ reason: 'there is no cache', header: { model: { name: 'mine' } } });
    await build(identity(), { output, targets: ['sm80'], cacheDir: false });
    expect(calls()).toHaveLength(2);
    expect((await inspectPlan(output)).header.model.name).toBe('model');
  });

  test('builds once what is asked for several times at once', async () => {
    const { file, calls, folder } = setUpBuild({ stepMs: 30 });
    const outputs = ['a', 'b', 'c', 'd'].map((name) => join(folder, `${name}.plan`));
    const reports = await Promise.all(outputs.map((output) => build(file, { output, targets: 'sm86' })));
    expect(calls()).toHaveLength(1);
    expect(reports.map(({ cached }) => cached).sort()).toEqual([false, true, true, true]);
    for (const output of outputs) await verifyPlan(output);
  });

  test('signs for others, from the cache as well', async () => {
    const { make, output } = setUpBuild();
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    for (const cached of [false, true]) {
      expect((await make({ sign: privateKey })).cached).toBe(cached);
      vi.stubEnv('NODE_TENSORRT_KEY_FILE', join(tempFolder(), 'other.key'));
      await expect(verifyPlan(output)).rejects.toThrow(failure('ENGINE_INCOMPATIBLE', { reason: 'untrusted' }));
      await verifyPlan(output, { trust: { plans: 'own', keys: [publicKey] } });
      if (!cached) vi.stubEnv('NODE_TENSORRT_KEY_FILE', join(output, '..', 'plan.key'));
    }
  });

  test('says what TensorRT makes no use of', async () => {
    const { make, calls } = setUpBuild();
    const warnings: Error[] = [];
    const listen = (warning: Error) => warnings.push(warning);
    process.on('warning', listen);
    const report = await make({ optimizationLevel: 5, weightStreaming: true, versionCompatible: true });
    await new Promise(setImmediate);
    process.off('warning', listen);
    expect(report.ignored.map(({ option }) => option)).toEqual(['optimizationLevel', 'versionCompatible']);
    expect(warnings.map(({ message }) => message).join()).toMatch(/optimizationLevel: TensorRT-RTX makes no use of it/);
    expect(calls()[0]?.args.join(' ')).toContain('--flag weightStreaming');
    expect(calls()[0]?.args).not.toContain('--optimization-level');
    expect(report.header.options).toEqual({ weightStreaming: true });
    await expect(make({ hardwareCompatibility: 'amperePlus' })).rejects.toThrow(
      failure('UNSUPPORTED', { option: 'options.hardwareCompatibility', backend: 'tensorrt-rtx' }),
    );
  });

  test('tells its stages and hands on what TensorRT says', async () => {
    const { make } = setUpBuild({ events: [{ event: 'log', severity: 'info', text: 'hello' }] });
    const told: Progress[] = [];
    const said: unknown[] = [];
    const log = (level: string) => (fields: object, message: string) => said.push([level, fields, message]);
    const logger = { error: log('error'), warn: log('warn'), info: log('info'), debug: log('debug') };
    await make({ onProgress: (state) => told.push(state), logger });
    const stages = told.map(({ stage }) => stage).filter((stage, i, all) => stage !== all[i - 1]);
    expect(stages).toEqual(['reading', 'parsing', 'building', 'writing', 'done']);
    expect(said).toEqual([['info', { model: 'same.onnx', source: 'tensorrt' }, 'hello']]);
    await make({ onProgress: (state) => told.push(state) });
    expect(told.at(-1)).toMatchObject({ stage: 'done', fraction: 1 });
  });

  test('casts first, and says what became of the nodes', async () => {
    const { make } = setUpBuild({}, mlp({ layers: 2, width: 64 }));
    const report = await make({ precision: 'fp16' });
    expect(report.cast).toMatchObject({ to: 'fp16' });
    expect(report.cast?.low).toBeGreaterThan(1);
    expect(report.header.model.precision).toBe('fp16');
    expect(await make({ precision: 'fp16' })).toMatchObject({ cached: true });
    expect(await make()).toMatchObject({ cached: false, header: { model: { precision: 'fp32' } } });
  });

  test('goes on where plans cannot be kept', async () => {
    const { make, folder } = setUpBuild();
    writeFileSync(join(folder, 'file'), '');
    const emit = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const report = await make({ cacheDir: join(folder, 'file', 'below') });
    expect(report).toMatchObject({ cached: false, reason: 'there is no cache' });
    expect(emit).toHaveBeenCalledWith(
      expect.stringContaining('cannot be kept'),
      expect.objectContaining({ code: 'NODE_TENSORRT_CACHE' }),
    );
    emit.mockRestore();
  });

  test("removes what builds that died have left beside the output, and nobody else's", async () => {
    const { make, folder } = setUpBuild();
    const days = (count: number) => new Date(Date.now() - count * 86_400_000);
    const kept = ['.node-tensorrt-build-young1', '.build-theirs'];
    for (const name of ['.node-tensorrt-build-oldold', ...kept]) {
      mkdirSync(join(folder, name));
      writeFileSync(join(folder, name, 'plan'), '');
      const time = name === kept[0] ? days(0) : days(3);
      for (const path of [join(folder, name, 'plan'), join(folder, name)]) utimesSync(path, time, time);
    }
    await make({ cacheDir: false });
    expect(
      readdirSync(folder)
        .filter((name) => name.includes('build-'))
        .sort(),
    ).toEqual([...kept].sort());
  });

  test('says that a GPU has nothing to do with targets', async () => {
    const { make } = setUpBuild();
    expect((await make({ device: 3 })).ignored).toEqual([
      { option: 'device', reason: expect.stringMatching(/targets/) },
    ]);
    expect((await make({ device: 0 })).ignored).toEqual([]);
  });
});
