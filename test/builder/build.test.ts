import { generateKeyPairSync } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test, vi } from 'vitest';
import { type BuildOptions, build, cache, inspectPlan, type Progress, verifyPlan } from '../../dist/esm/index.js';
import { identity, mlp } from '../fixtures/models.js';
import { onnxModel } from '../fixtures/onnx-writer.js';
import { failure, rejection } from '../support/failure.js';
import { type FakeBuild, fakeBuilder } from '../support/fake-builder.js';
import { tempFolder } from '../support/temp-folder.js';

/** A model on disk, and options for a plan beside it. */
function setUp(script: FakeBuild = {}, model = identity()) {
  const fake = fakeBuilder(script);
  const file = join(tempFolder(), 'same.onnx');
  writeFileSync(file, model);
  const output = join(fake.folder, 'out.plan');
  const make = (options: Partial<BuildOptions> = {}) => build(file, { output, targets: 'sm86', ...options });
  return { ...fake, file, output, make };
}

/** Folders of builds that were not removed. */
const leftovers = (folder: string) =>
  [folder, join(folder, 'cache', 'plans')].flatMap((at) =>
    readdirSync(at).filter((name) => name.startsWith('.build-')),
  );

describe('build()', () => {
  test('writes a plan that says what it is, and that this user trusts', async () => {
    const { make, output, calls, folder } = setUp({
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
    const { make, calls, set, output } = setUp();
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
    const { output, calls } = setUp();
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
    const { file, calls, folder } = setUp({ stepMs: 30 });
    const outputs = ['a', 'b', 'c', 'd'].map((name) => join(folder, `${name}.plan`));
    const reports = await Promise.all(outputs.map((output) => build(file, { output, targets: 'sm86' })));
    expect(calls()).toHaveLength(1);
    expect(reports.map(({ cached }) => cached).sort()).toEqual([false, true, true, true]);
    for (const output of outputs) await verifyPlan(output);
  });

  test('signs for others, from the cache as well', async () => {
    const { make, output } = setUp();
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
    const { make, calls } = setUp();
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
    const { make } = setUp({ events: [{ event: 'log', severity: 'info', text: 'hello' }] });
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
    const { make } = setUp({}, mlp({ layers: 2, width: 64 }));
    const report = await make({ precision: 'fp16' });
    expect(report.cast).toMatchObject({ to: 'fp16' });
    expect(report.cast?.low).toBeGreaterThan(1);
    expect(report.header.model.precision).toBe('fp16');
    expect(await make({ precision: 'fp16' })).toMatchObject({ cached: true });
    expect(await make()).toMatchObject({ cached: false, header: { model: { precision: 'fp32' } } });
  });

  test('goes on where plans cannot be kept', async () => {
    const { make, folder } = setUp();
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
});

describe('the cache of build()', () => {
  test('is read where it cannot be written', async () => {
    const { make, folder, calls } = setUp();
    await make();
    // As in an image: the lock cannot be made there.
    const plans = join(folder, 'cache', 'plans');
    const [plan = ''] = readdirSync(plans).filter((name) => name.endsWith('.plan'));
    mkdirSync(join(plans, plan.replace('.plan', '.lock')));
    expect(await make()).toMatchObject({ cached: true });
    expect(calls()).toHaveLength(1);
  });

  test('gives a plan to who asks while it is pruned, or builds it again', async () => {
    const { file, folder } = setUp();
    const dir = join(folder, 'cache');
    await build(file, { output: join(folder, '0.plan'), targets: 'sm86' });
    const builds = Array.from({ length: 6 }, (_, i) =>
      build(file, { output: join(folder, `${i}.plan`), targets: 'sm86' }),
    );
    const pruning = (async () => {
      for (let i = 0; i < 20; i++) await cache.prune({ dir, all: true });
    })();
    await Promise.all([...builds, pruning]);
    for (let i = 0; i < 6; i++) await verifyPlan(join(folder, `${i}.plan`));
  });

  test('has no timing cache to write, which is said', async () => {
    const devices = [{ index: 0, name: 'Some GPU', uuid: 'GPU-1234', computeCapability: '8.6' }];
    const { file, output, folder } = setUp({ devices });
    const options = { output, backend: 'tensorrt', timingCache: { save: join(folder, 'timing') } } as const;
    expect((await build(file, options)).ignored).toEqual([]);
    const again = await build(file, options);
    expect(again).toMatchObject({ cached: true, ignored: [{ option: 'timingCache' }] });
  });

  test('and key are looked at before minutes of building', async () => {
    const { make, calls, folder } = setUp();
    vi.stubEnv('NODE_TENSORRT_CACHE_BYTES', '10GiB');
    await expect(make()).rejects.toThrow(failure('INVALID_ARGUMENT', { option: 'NODE_TENSORRT_CACHE_BYTES' }));
    vi.stubEnv('NODE_TENSORRT_CACHE_BYTES', '');
    chmodSync(join(folder, 'plan.key'), 0o644);
    await expect(make()).rejects.toThrow(failure('INVALID_ARGUMENT', { reason: 'key-file' }));
    expect(calls()).toHaveLength(0);
  });
});

describe('a build that fails', () => {
  test('names the nodes that the parser refuses, and what to do about them', async () => {
    const nodes = [
      { node: 0, name: 'loop', op: 'Strange', code: 'UNSUPPORTED_NODE', text: 'No importer registered.' },
      { node: 7, name: '', op: 'Other', code: 'UNSUPPORTED_NODE', text: 'Neither.' },
    ];
    const { make, output } = setUp({ refused: nodes });
    const error = await rejection(make());
    expect(error).toEqual(
      failure('BUILD_FAILED', { reason: 'refused-nodes', nodes: nodes.map((node) => expect.objectContaining(node)) }),
    );
    expect(error.message).toMatch(/node 'loop' \(Strange\): No importer registered\.; node 7 \(Other\)/);
    expect(existsSync(output)).toBe(false);
  });

  test.each([
    ['by a crash', { signal: 'SIGSEGV' }, 'builder-crashed', /was ended by SIGSEGV; the last that it said: it began/],
    [
      'by the system, out of memory',
      { signal: 'SIGKILL' },
      'builder-crashed',
      /SIGKILL, as systems do .* memory runs out/,
    ],
    ['with an exit code of its own', { exit: 134 }, 'builder-crashed', /ended with exit code 134/],
    ['with what it says on stderr alone', { exit: 1, events: [], stderr: 'out of luck' }, 'builder', /out of luck/],
    ['without a word', { exit: 1, events: [] }, 'builder', /does not say why/],
    [
      'by what it says',
      { failed: { code: 'BUILD_FAILED', message: 'nothing was built', details: { reason: 'builder' } } },
      'builder',
      /nothing was built\nit began/,
    ],
    [
      'for a full disk',
      { failed: { code: 'BUILD_FAILED', message: 'no room', details: { reason: 'unwritable', path: 'p' } } },
      'unwritable',
      /no room/,
    ],
  ])('ends %s', async (_, script, reason, text) => {
    const events = [
      { event: 'log', severity: 'error', text: 'it began' },
      { event: 'recorded', code: 3, text: 'recorded' },
    ];
    const { make } = setUp({ events, ...script } as FakeBuild);
    const error = await rejection(make());
    expect(error).toMatchObject({ code: 'BUILD_FAILED', details: { reason } });
    expect(error.message).toMatch(text);
  });

  test.each([
    ['OUT_OF_MEMORY', 'OUT_OF_MEMORY'],
    ['UNSUPPORTED', 'UNSUPPORTED'],
    ['NEVER_HEARD_OF', 'INTERNAL'],
  ])('has the code of the builder: %s', async (given, code) => {
    const { make } = setUp({ failed: { code: given, message: 'so it is', details: { kind: 'host' } } });
    await expect(make()).rejects.toThrow(failure(code, { kind: 'host' }));
  });

  test('does not stay in the cache, and the next one is built', async () => {
    const { make, set } = setUp({ exit: 1 });
    await rejection(make());
    set({});
    expect(await make()).toMatchObject({ cached: false });
  });

  test('is abandoned by a signal, and its process is gone within a second', async () => {
    const { make, calls, output } = setUp({ hang: true });
    const controller = new AbortController();
    const reason = new Error('enough');
    const promise = make({
      signal: controller.signal,
      onProgress: ({ stage }) => stage === 'building' && controller.abort(reason),
    });
    await expect(promise).rejects.toBe(reason);
    const pid = calls()[0]?.pid ?? 0;
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    expect(existsSync(output)).toBe(false);
    await expect(make({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  test('leaves those that waited for it to build themselves', async () => {
    const { file, calls, folder } = setUp({ stepMs: 100 });
    const controller = new AbortController();
    const first = build(file, { output: join(folder, 'a.plan'), targets: 'sm86', signal: controller.signal });
    first.catch(() => undefined);
    await vi.waitFor(() => expect(calls()).toHaveLength(1), { timeout: 5000 });
    const second = build(file, { output: join(folder, 'b.plan'), targets: 'sm86' });
    controller.abort(new Error('enough'));
    await expect(first).rejects.toThrow('enough');
    expect(await second).toMatchObject({ cached: false });
    expect(calls()).toHaveLength(2);
  });
});

describe('a build of a model that somebody else made', () => {
  test('takes no name for an argument of the builder', async () => {
    const name = 'x=1,1,1\0--plugin\0/tmp/evil.so\0--shape\0x';
    const model = onnxModel({
      inputs: [{ name, type: 'float32', dims: ['N'] }],
      outputs: [{ name: 'y', type: 'float32', dims: ['N'] }],
      nodes: [{ op: 'Identity', inputs: [name], outputs: ['y'] }],
    });
    const { make, calls } = setUp({}, model);
    expect(await rejection(make())).toMatchObject({ message: expect.stringMatching(/NUL/) });
    expect(calls()).toHaveLength(0);
  });

  test('is not kept where its file was replaced meanwhile', async () => {
    const { make, file, folder } = setUp({ stepMs: 20 });
    const onProgress = ({ stage }: Progress) => {
      if (stage !== 'building') return;
      writeFileSync(`${file}.new`, identity('float32', ['N', 5]));
      renameSync(`${file}.new`, file);
    };
    await expect(make({ onProgress })).rejects.toThrow(failure('BUILD_FAILED', { reason: 'model-changed' }));
    expect(readdirSync(join(folder, 'cache', 'plans')).filter((name) => name.endsWith('.plan'))).toEqual([]);
    expect(await make()).toMatchObject({ cached: false });
  });

  test('is another one where the data of an attribute is another', async () => {
    const { make, file, folder } = setUp();
    const data = join(folder, 'w.bin');
    writeFileSync(data, new Uint8Array(Float32Array.of(1, 2, 3, 4).buffer));
    const value = { name: 'w', type: 'float32' as const, dims: [4], data: Float32Array.of() };
    const model = onnxModel({
      inputs: [{ name: 'x', type: 'float32', dims: [1, 4] }],
      outputs: [{ name: 'y', type: 'float32', dims: [1, 4] }],
      nodes: [
        { op: 'Constant', inputs: [], outputs: ['w'], attributes: { value: { tensor: value } } },
        { op: 'Add', inputs: ['x', 'w'], outputs: ['y'] },
      ],
      externalData: { w: { location: 'w.bin', offset: 0, length: 16 } },
    });
    const path = join(folder, 'attribute.onnx');
    writeFileSync(path, model);
    const build2 = () => build(path, { output: join(folder, 'a.plan'), targets: 'sm86' });
    expect(file).not.toBe(path);
    await build2();
    expect(await build2()).toMatchObject({ cached: true });
    writeFileSync(data, new Uint8Array(Float32Array.of(9, 9, 9, 9).buffer));
    expect(await build2()).toMatchObject({ cached: false });
    expect(await make()).toMatchObject({ cached: false });
  });

  test('never takes the place of its own file', async () => {
    const { make, file } = setUp();
    symlinkSync(file, `${file}.link`);
    for (const output of [file, `${file}.link`]) {
      await expect(make({ output })).rejects.toThrow(failure('INVALID_ARGUMENT', { option: 'options.output' }));
    }
    expect(readFileSync(file).equals(Buffer.from(identity()))).toBe(true);
  });
});

describe('functions of the user', () => {
  test.each(['reading', 'building', 'done'])('end the build with what they throw, in the stage %s', async (when) => {
    const { make, calls } = setUp({ stepMs: 10 });
    const thrown = new Error('mine');
    const onProgress = ({ stage }: Progress) => {
      if (stage === when) throw thrown;
    };
    await expect(make({ onProgress })).rejects.toBe(thrown);
    for (const { pid } of calls()) expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  });

  test('of a logger, too, which gets what is beside warnings', async () => {
    const { make, calls } = setUp({ events: [{ event: 'log', severity: 'info', text: 'hello' }] });
    const thrown = new Error('mine');
    const nothing = () => undefined;
    const info = () => {
      throw thrown;
    };
    await expect(make({ logger: { error: nothing, warn: nothing, info, debug: nothing } })).rejects.toBe(thrown);
    expect(calls()[0]?.args.join(' ')).toContain('--log-level info');
  });
});

describe('what cannot be built is told before', () => {
  test('float32 matrix products for Turing, with the cast that mends it', async () => {
    const { make, calls } = setUp({}, mlp({ layers: 2, width: 64 }));
    const error = await rejection(make({ targets: ['sm75', 'sm86'] }));
    expect(error).toMatchObject({
      code: 'BUILD_FAILED',
      details: { reason: 'target', problems: [{ rule: 'fp32-matrix-product' }] },
    });
    expect(error.message).toMatch(/for Turing \(sm75\): '.*' \((MatMul|Gemm)\).*precision: 'fp16'/);
    expect(calls()).toHaveLength(0);
    await make({ targets: ['sm75'], precision: 'fp16' });
    await expect(make({ targets: ['sm75'], precision: 'bf16' })).rejects.toThrow(
      failure('BUILD_FAILED', { reason: 'target' }),
    );
  });

  test('a precision that the graph does not have', async () => {
    const { make, file } = setUp();
    await expect(make({ precision: 'int8' })).rejects.toThrow(failure('UNSUPPORTED', { option: 'options.precision' }));
    writeFileSync(file, identity('float16'));
    await expect(make({ precision: 'fp32' })).rejects.toThrow(
      failure('INVALID_ARGUMENT', { received: 'is float16 in parts' }),
    );
  });

  test('targets of TensorRT, which builds on the GPU', async () => {
    const { make } = setUp();
    await expect(make({ backend: 'tensorrt' })).rejects.toThrow(failure('UNSUPPORTED', { option: 'options.targets' }));
  });

  test.each([
    ['no driver', { noDriver: true }, /no CUDA driver/],
    ['another GPU', { devices: [{ index: 1, name: 'G', uuid: 'GPU-1', computeCapability: '9.0' }] }, /1 \(G, GPU-1\)/],
    ['no GPU', {}, /there are: none/],
  ])('a GPU that is not there, with %s', async (_, script, text) => {
    const { file, output } = setUp(script);
    for (const backend of ['auto', 'tensorrt', 'tensorrt-rtx'] as const) {
      const error = await rejection(build(file, { output, backend }));
      expect(error).toMatchObject({ code: 'BACKEND_UNAVAILABLE', details: { reason: 'no-gpu' } });
      expect(error.message).toMatch(text);
    }
  });

  test('a library or a builder that is not there', async () => {
    const { make } = setUp({ noLibrary: true });
    await expect(make()).rejects.toThrow(failure('BACKEND_UNAVAILABLE', { tried: 'a, b' }));
    vi.stubEnv('NODE_TENSORRT_BUILDER_PATH', tempFolder());
    await expect(make()).rejects.toThrow(failure('BACKEND_UNAVAILABLE', { reason: 'no-builder' }));
  });

  test('a builder that cannot be started', async () => {
    const { make, folder } = setUp();
    chmodSync(join(folder, 'node-tensorrt-builder'), 0o644);
    await expect(make()).rejects.toThrow(failure('UNSUPPORTED', { reason: 'no-process' }));
  });

  test('an output that cannot be written', async () => {
    const { make, folder } = setUp();
    await expect(make({ output: folder })).rejects.toThrow(failure('INVALID_ARGUMENT', { reason: 'unwritable' }));
    await expect(make({ output: join(folder, 'none', 'x.plan') })).rejects.toThrow(
      failure('INVALID_ARGUMENT', { reason: 'unwritable' }),
    );
  });

  test('a plugin that is another file than was meant', async () => {
    const { make, folder } = setUp();
    mkdirSync(join(folder, 'plugins'));
    const path = join(folder, 'plugins', 'p.so');
    writeFileSync(path, 'code');
    await expect(make({ plugins: [{ path, sha256: '0'.repeat(64) }] })).rejects.toThrow(
      failure('INVALID_ARGUMENT', { option: 'options.plugins[0].sha256' }),
    );
  });
});

test('quantised models in a form that TensorRT misreads are refused before it sees them', async () => {
  const model = onnxModel({
    inputs: [{ name: 'x', type: 'float32', dims: [1, 4] }],
    outputs: [{ name: 'y', type: 'uint8', dims: [1, 4] }],
    initializers: [
      { name: 's', type: 'float32', dims: [], data: Float32Array.of(0.1) },
      { name: 'z', type: 'uint8', dims: [], data: Uint8Array.of(128) },
    ],
    nodes: [{ op: 'QuantizeLinear', name: 'q', inputs: ['x', 's', 'z'], outputs: ['y'] }],
  });
  const { make, calls } = setUp({}, model);
  const error = await rejection(make({ precision: 'int8' }));
  expect(error).toMatchObject({
    code: 'BUILD_FAILED',
    details: { reason: 'misread', nodes: [{ name: 'q' }, { name: 'q' }] },
  });
  expect(calls()).toHaveLength(0);
});

describe('options of build()', () => {
  test.each<[string, object, string, RegExp]>([
    ['no output', { output: undefined }, 'INVALID_ARGUMENT', /options\.output/],
    ['an option that is unknown', { outptu: 'x' }, 'INVALID_ARGUMENT', /options\.outptu/],
    [
      'a target that is unknown',
      { targets: ['sm90'] },
      'INVALID_ARGUMENT',
      /options\.targets\[0\]: expected one of sm75.*"sm90"/,
    ],
    ['no targets', { targets: [] }, 'INVALID_ARGUMENT', /at least one target/],
    ['a backend that is unknown', { backend: 'cpu' }, 'INVALID_ARGUMENT', /options\.backend/],
    ['a level out of range', { optimizationLevel: 6 }, 'OUT_OF_RANGE', /0 to 5/],
    ['a pool that is unknown', { memoryPools: { heap: 1 } }, 'INVALID_ARGUMENT', /options\.memoryPools\.heap/],
    ['a source that is unknown', { tacticSources: ['cublas'] }, 'INVALID_ARGUMENT', /options\.tacticSources\[0\]/],
    ['sources that are no list', { tacticSources: 'cublas' }, 'INVALID_ARGUMENT', /options\.tacticSources/],
    ['a tiling that is unknown', { tiling: { level: 'most' } }, 'INVALID_ARGUMENT', /options\.tiling\.level/],
    ['a tiling of too little', { tiling: { level: 'fast', l2LimitBytes: 0 } }, 'OUT_OF_RANGE', /l2LimitBytes/],
    ['a timing cache that is none', { timingCache: { load: 7 } }, 'INVALID_ARGUMENT', /options\.timingCache\.load/],
    ['plugins without a hash', { plugins: [{ path: 'p' }] }, 'INVALID_ARGUMENT', /plugins\[0\]\.sha256/],
    [
      'plugins with half a hash',
      { plugins: [{ path: 'p', sha256: 'ab' }] },
      'INVALID_ARGUMENT',
      /64 hexadecimal digits/,
    ],
    ['plugins that are no list', { plugins: {} }, 'INVALID_ARGUMENT', /options\.plugins/],
    ['a refit that is unknown', { refittable: 'all' }, 'INVALID_ARGUMENT', /options\.refittable/],
    ['a niceness out of range', { niceness: 20 }, 'OUT_OF_RANGE', /0 to 19/],
    ['too little memory', { buildMemoryBytes: 1 }, 'OUT_OF_RANGE', /buildMemoryBytes/],
    ['a device that is none', { targets: undefined, device: {} }, 'INVALID_ARGUMENT', /options\.device/],
    ['a logger that is none', { logger: { info() {} } }, 'INVALID_ARGUMENT', /options\.logger\.error/],
    ['a listener that is none', { onProgress: 1 }, 'INVALID_ARGUMENT', /options\.onProgress: expected a function/],
    ['a size that is none', { freeDimensionOverrides: { N: 0 } }, 'OUT_OF_RANGE', /freeDimensionOverrides\.N/],
    ['a dimension that is unknown', { freeDimensionOverrides: { H: 5 } }, 'INVALID_ARGUMENT', /it has N\).*"H"/],
    ['another batching option', { batching: { maxDelayMs: 1 } }, 'INVALID_ARGUMENT', /options\.batching\.maxDelayMs/],
    ['a key that is none', { sign: 'key' }, 'INVALID_ARGUMENT', /options\.sign/],
  ])('%s', async (_, options, code, text) => {
    const { file, output } = setUp();
    const error = await rejection(build(file, { output, targets: 'sm86', ...options } as BuildOptions));
    expect(error).toMatchObject({ code });
    expect(error.message).toMatch(text);
  });

  test('all reach the builder', async () => {
    // TensorRT takes all of them, and wants a GPU.
    const devices = [{ index: 0, name: 'Some GPU', uuid: 'GPU-1234', computeCapability: '8.6' }];
    const { file, output, calls } = setUp({ devices });
    const report = await build(file, {
      output,
      backend: 'tensorrt',
      tf32: true,
      optimizationLevel: 5,
      memoryPools: { workspace: 1024, tacticDram: 5 },
      auxStreams: 1,
      tacticSources: ['jitConvolutions'],
      sparseWeights: true,
      tiling: { level: 'fast', l2LimitBytes: 4096 },
      avgTimingIterations: 2,
      maxTactics: 7,
      timingCache: { load: ['a', 'b'], save: 'c', ignoreMismatch: true },
      versionCompatible: true,
      hardwareCompatibility: 'amperePlus',
      runtimePlatform: 'windowsAmd64',
      stripWeights: true,
      refittable: 'identical',
      weightStreaming: true,
      strictNans: true,
    });
    const args = calls()[0]?.args.join(' ');
    for (const part of [
      '--flag tf32', '--flag sparseWeights', '--flag stripPlan', '--flag refitIdentical', '--flag weightStreaming', '--flag strictNans',
      '--flag versionCompatible --flag excludeLeanRuntime', '--memory-pool workspace=1024', '--memory-pool tacticDram=5',
      '--optimization-level 5', '--aux-streams 1', '--avg-timing-iterations 2', '--max-tactics 7', '--tactic-source jitConvolutions',
      '--tiling fast', '--tiling-l2-bytes 4096', '--hardware-compatibility amperePlus', '--runtime-platform windowsAmd64',
      '--timing-cache a --timing-cache b', '--save-timing-cache c', '--ignore-timing-mismatch true',
    ]) expect(args).toContain(part); // biome-ignore format: a list
    expect(args).not.toContain('--target');
    expect(report).toMatchObject({
      backend: 'tensorrt',
      targets: ['sm86'],
      ignored: [],
      header: {
        device: { name: 'Some GPU', uuid: 'GPU-1234', computeCapability: '8.6', driver: '580.65' },
        refittable: true,
        stripped: true,
        versionCompatible: true,
      },
    });
  });
});
