import { chmodSync, existsSync, mkdirSync, readdirSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cache, Tensor } from '../../dist/esm/index.js';
import { identity, matmul16, mlp } from '../fixtures/models.js';
import { backends, load, modelIn, planIn, script, workFolder } from './support.js';

const rows = (count: number, width: number, first = 0) =>
  new Tensor(
    'float32',
    Float32Array.from({ length: count * width }, (_, i) => Math.sin(first + i)),
    [count, width],
  );

describe.each(backends)('a plan of %s', (backend) => {
  test('gives what the CPU backend gives', async () => {
    const folder = workFolder();
    const model = modelIn(folder, mlp({ layers: 3, width: 64 }));
    const engine = await load(await planIn(folder, model, { backend }));
    const cpu = await load(model, { backend: 'cpu' });
    for (const count of [1, 5, 32]) {
      const inputs = { x: rows(count, 64, count) };
      const [mine, theirs] = [await engine.run(inputs), await cpu.run(inputs)];
      expect(Object.keys(mine)).toEqual(Object.keys(theirs));
      for (const [name, { dims, data }] of Object.entries(theirs)) {
        expect(mine[name]?.dims).toEqual(dims);
        expect(mine[name]?.data).toEqual(data);
      }
    }
  });

  test('says where it runs, what it is and whom it is trusted for', async () => {
    const folder = workFolder();
    const plan = await planIn(folder, modelIn(folder, identity()), { backend });
    const engine = await load(plan);
    expect(engine).toMatchObject({ backend, name: 'model.plan' });
    expect(engine.inputs).toMatchObject([{ name: 'x', type: 'float32', dims: ['N', 4] }]);
    expect(engine.placement).toMatchObject({
      backend,
      device: 'cuda:0',
      precision: 'fp32',
      deviations: [],
      batching: { enabled: true },
      plan: { path: plan, reason: 'as it is', trustedBy: 'own', device: { computeCapability: '8.6' } },
    });
  });

  test('batches requests, each with its own rows', async () => {
    const folder = workFolder();
    const engine = await load(await planIn(folder, modelIn(folder, identity()), { backend }));
    const inputs = Array.from({ length: 100 }, (_, i) => rows((i % 3) + 1, 4, i));
    const outputs = await Promise.all(inputs.map((x) => engine.run({ x })));
    expect(outputs.map(({ y }) => y?.data)).toEqual(inputs.map(({ data }) => data));
    expect(engine.stats().batches.count).toBeLessThan(100);
  });

  test('keeps to the sizes of its profiles', async () => {
    const folder = workFolder();
    const model = modelIn(folder, identity('float32', ['N', 'T']));
    const range = (from: number, to: number) => ({ x: { min: [1, from], opt: [2, from], max: [4, to] } });
    const plan = await planIn(folder, model, { backend, profiles: [range(4, 8), range(16, 32)] });
    const engine = await load(plan);
    await engine.warmup();
    for (const width of [4, 8, 16, 32]) expect((await engine.run({ x: rows(4, width) })).y?.dims).toEqual([4, width]);
    for (const [count, width] of [
      [1, 12],
      [1, 33],
      [5, 8],
    ] as const) {
      await expect(engine.run({ x: rows(count, width) })).rejects.toMatchObject({
        code: 'SHAPE_MISMATCH',
        details: { input: 'x', expected: expect.stringContaining('profile 1') },
      });
    }
    expect((await engine.run({ x: rows(2, 8) })).y?.dims).toEqual([2, 8]);
  });

  test.each(['float16', 'bfloat16', 'int32', 'int64', 'int8', 'uint8', 'bool'] as const)(
    'passes %s on',
    async (type) => {
      const folder = workFolder();
      const engine = await load(await planIn(folder, modelIn(folder, identity(type)), { backend }));
      const bytes = { float16: 2, bfloat16: 2, int32: 4, int64: 8, int8: 1, uint8: 1, bool: 1 }[type];
      const source = new ArrayBuffer(8 * bytes);
      new Uint8Array(source).fill(1);
      const arrays = { 1: Uint8Array, 2: Uint16Array, 4: Int32Array, 8: BigInt64Array } as const;
      const data = type === 'int8' ? new Int8Array(source) : new arrays[bytes as 1 | 2 | 4 | 8](source);
      const { y } = await engine.run({ x: new Tensor(type, data as never, [2, 4]) });
      expect(y?.data).toEqual(data);
    },
  );

  test('takes inputs and outputs of fixed sizes', async () => {
    const folder = workFolder();
    const engine = await load(await planIn(folder, modelIn(folder, matmul16()), { backend }));
    const a = new Tensor('float32', new Float32Array(256).fill(2), [16, 16]);
    const into = { y: new Tensor('float32', new Float32Array(256), [16, 16]) };
    await engine.run({ a }, { into });
    expect([...into.y.data.slice(0, 3)]).toEqual([2, 4, 6]);
  });
});

test('a model with a named backend is built first, and the second time taken from the cache', async () => {
  const folder = workFolder();
  const model = modelIn(folder, identity());
  const stages = new Set<string>();
  const first = await load(model, { backend: 'tensorrt', onProgress: ({ stage }) => stages.add(stage) });
  expect(first.placement.plan?.reason).toBe('no plan of this model is in the cache');
  expect([...stages]).toEqual(expect.arrayContaining(['reading', 'parsing', 'building', 'writing', 'done']));
  expect((await load(model, { backend: 'tensorrt' })).placement.plan?.reason).toBe('it is in the cache');
  const other = await load(model, { backend: 'tensorrt', tf32: true });
  expect(other.placement.plan?.reason).toMatch(/tf32/);
  const none = await load(model, { backend: 'tensorrt', cacheDir: false });
  expect(existsSync(none.placement.plan?.path ?? '')).toBe(false);
  expect((await none.run({ x: rows(2, 4) })).y?.dims).toEqual([2, 4]);
});

test('a plan is built for the GPU that was asked for', async () => {
  const folder = workFolder();
  const model = modelIn(folder, identity());
  const env = { STANDIN_DEVICES: '2', STANDIN_COMPUTE_CAPABILITY_1: '8.9' };
  const { stdout, stderr } = await script(
    `
    const engine = await lib.Engine.load(${JSON.stringify(model)}, { backend: 'tensorrt', device: 1 });
    await engine.run({ x: new lib.Tensor('float32', new Float32Array(4), [1, 4]) });
    console.log(engine.placement.device, engine.placement.plan.device.computeCapability);
    await engine.close();
    `,
    env,
  );
  expect(stdout + stderr).toBe('cuda:1 8.9\n');
});

test('a model folder may have a plan for its model', async () => {
  const folder = workFolder();
  const plan = await planIn(folder, modelIn(folder, identity()));
  const models = join(folder, 'models');
  mkdirSync(models);
  renameSync(plan, join(models, 'one.plan'));
  expect((await load(models)).backend).toBe('tensorrt');
});

test('several instances of a plan run at the same time', async () => {
  const folder = workFolder();
  const engine = await load(await planIn(folder, modelIn(folder, mlp({ layers: 2, width: 64 }))), { instances: 3 });
  const inputs = Array.from({ length: 60 }, (_, i) => rows(1, 64, i));
  const results = await Promise.all(inputs.map((x) => engine.run({ x })));
  const alone = await engine.run({ x: inputs[7] as Tensor });
  expect(results[7]).toEqual(alone);
});

test('what TensorRT-RTX compiled is kept, and read again on the same GPU only', async () => {
  const folder = workFolder();
  const plan = await planIn(folder, modelIn(folder, identity()), { backend: 'tensorrt-rtx' });
  const state = async (env: Record<string, string> = {}) => {
    const { stdout, stderr } = await script(
      `
      const engine = await lib.Engine.load(${JSON.stringify(plan)}, { batching: false });
      await engine.run({ x: new lib.Tensor('float32', new Float32Array(8), [2, 4]) });
      await engine.close();
      console.log(engine.placement.plan.runtimeCache);
      `,
      env,
    );
    return stdout.trim() + stderr;
  };
  expect(await state()).toBe('new');
  expect(await state()).toBe('read');
  expect(await state({ STANDIN_UUID_0: 'GPU-11111111-2222-3333-4444-555555555555' })).toBe('stale');
  const kept = join(folder, 'cache', 'plans', 'runtime');
  expect(statSync(kept).mode & 0o777).toBe(0o700);
  chmodSync(kept, 0o755);
  expect(await state()).toBe('none');
  chmodSync(kept, 0o700);
  await cache.prune({ dir: join(folder, 'cache'), all: true });
  expect(readdirSync(kept)).toEqual([]);
});

describe('a logger', () => {
  test('is told why a plan is not loaded', async () => {
    const folder = workFolder();
    const plan = await planIn(folder, modelIn(folder, identity()));
    const { stdout } = await script(
      `
      const at = (level) => (fields, text) => console.log(level, fields.model, fields.source, text);
      const logger = { error: at('error'), warn: at('warn'), info: at('info'), debug: at('debug') };
      await lib.Engine.load(${JSON.stringify(plan)}, { logger }).catch((error) => console.log(error.code));
      `,
      { STANDIN_FAULTS: 'deserializeCudaEngine' },
    );
    expect(stdout).toMatch(/^error model\.plan tensorrt a fault that was asked for .*\nENGINE_INCOMPATIBLE\n$/);
  });

  test('is told of warnings of an engine in use, and may throw', async () => {
    const folder = workFolder();
    const plan = await planIn(folder, modelIn(folder, identity()), { backend: 'tensorrt-rtx' });
    const { stdout } = await script(
      `
      import { readdirSync, writeFileSync } from 'node:fs';
      const load = (logger) => lib.Engine.load(${JSON.stringify(plan)}, { batching: false, logger });
      const run = (engine) => engine.run({ x: new lib.Tensor('float32', new Float32Array(8), [2, 4]) });
      process.on('uncaughtException', (error) => console.log('uncaught', error.message));
      const told = [];
      const note = (_, text) => told.push(text);
      const first = await load({ error: note, warn: note, info: note, debug: note });
      await run(first);
      await first.close();
      const folder = ${JSON.stringify(join(folder, 'cache', 'plans', 'runtime'))};
      for (const file of readdirSync(folder)) writeFileSync(folder + '/' + file, 'damaged');
      console.log(told.length);
      const throwing = () => { throw new Error('in a logger'); };
      const second = await load({ error: note, warn: throwing, info: note, debug: note });
      await run(second);
      await second.close();
      `,
    );
    expect(stdout).toBe('0\nuncaught in a logger\n');
  });
});

test('a process may end with an engine open', async () => {
  const folder = workFolder();
  const plan = await planIn(folder, modelIn(folder, identity()));
  for (const end of ['process.exit(7)', '', "process.kill(process.pid, 'SIGTERM')"]) {
    const { code, signal, stderr } = await script(`
      const engine = await lib.Engine.load(${JSON.stringify(plan)});
      const x = new lib.Tensor('float32', new Float32Array(4), [1, 4]);
      await engine.run({ x });
      void engine.run({ x });
      ${end};
      ${end === '' ? 'await engine.close();' : ''}
    `);
    expect({ code, signal, stderr }).toEqual({
      code: end.includes('exit') ? 7 : end === '' ? 0 : null,
      signal: end.includes('SIGTERM') ? 'SIGTERM' : null,
      stderr: '',
    });
  }
});
