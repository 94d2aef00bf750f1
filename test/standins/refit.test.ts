import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type BuildOptions, inspectPlan, type LoadOptions, Tensor } from '../../dist/esm/index.js';
import { externalAdd, externalWeights, identity, mlp } from '../fixtures/models.js';
import { tempFolder } from '../support/temp-folder.js';
import { backends, load, modelIn, planIn, script, workFolder } from './support.js';

const x = new Tensor(
  'float32',
  Float32Array.from({ length: 8 }, (_, i) => Math.sin(i)),
  [1, 8],
);
const small = (seed: number, layers = 2) => mlp({ layers, width: 8, seed });

/** A plan of a small model, and others of the same kind. */
async function refittable(options: Partial<BuildOptions> = { refittable: true }) {
  const folder = workFolder();
  const plan = await planIn(folder, modelIn(folder, small(1)), options);
  const other = join(folder, 'retrained.onnx');
  writeFileSync(other, small(50));
  return { folder, plan, model: join(folder, 'model.onnx'), other };
}

const resultOf = async (model: string | Uint8Array, options?: LoadOptions) =>
  (await (await load(model, options)).run({ x })).y?.data;

describe.each(backends)('new weights for a plan of %s', (backend) => {
  test('give the results of the model that they are of', async () => {
    const { plan, model, other } = await refittable({ backend, refittable: true });
    expect(await resultOf(plan)).toEqual(await resultOf(model, { backend: 'cpu' }));
    const engine = await load(plan, { refit: other });
    expect((await engine.run({ x })).y?.data).toEqual(await resultOf(other, { backend: 'cpu' }));
    expect(engine.placement.plan).toMatchObject({ weights: 'retrained.onnx' });
    expect((await load(plan)).placement.plan).toMatchObject({ weights: 'own' });
  });

  test('are those of a plan that was built without any', async () => {
    const { plan, model } = await refittable({ backend, stripWeights: true });
    expect(await resultOf(plan, { refit: model })).toEqual(await resultOf(model, { backend: 'cpu' }));
  });

  test('may come from memory, and leave no files behind', async () => {
    const { plan, other } = await refittable({ backend, refittable: true });
    const before = readdirSync(tmpdir()).filter((name) => name.startsWith('.node-tensorrt-build-'));
    const engine = await load(plan, { refit: readFileSync(other) });
    expect((await engine.run({ x })).y?.data).toEqual(await resultOf(other, { backend: 'cpu' }));
    expect(engine.placement.plan?.weights).toBe('the model given');
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith('.node-tensorrt-build-'))).toEqual(before);
  });

  test('are cast as the plan was', async () => {
    const { plan, other } = await refittable({ backend, refittable: true, precision: 'fp16' });
    const engine = await load(plan, { refit: other });
    expect(engine.placement).toMatchObject({ precision: 'fp16', plan: { weights: 'retrained.onnx' } });
    const cast = await load(other, { precision: 'fp16', backend: 'cpu' });
    expect((await engine.run({ x })).y?.data).toEqual((await cast.run({ x })).y?.data);
  });
});

test('weights may lie in files beside the model, or be given with it', async () => {
  const folder = workFolder();
  const model = (location: string) => externalAdd({ location, length: externalWeights.byteLength });
  writeFileSync(join(folder, 'one.bin'), externalWeights);
  const plan = await planIn(folder, modelIn(folder, model('one.bin')), { refittable: true });
  const engine = await load(plan, { refit: modelIn(folder, model('one.bin')) });
  expect(engine.placement.plan?.weights).toBe('model.onnx');
  const externalData = [{ path: 'two.bin', data: new Uint8Array(externalWeights.buffer) }];
  expect((await load(plan, { refit: model('two.bin'), externalData })).backend).toBe('tensorrt');
  await expect(load(plan, { externalData })).rejects.toMatchObject({ details: { option: 'options.externalData' } });
});

describe('weights are refused', () => {
  test('for a plan that was not built for them', async () => {
    const { plan, other } = await refittable({});
    await expect(load(plan, { refit: other })).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      message: expect.stringContaining('Build it with refittable: true'),
      details: { option: 'options.refit', reason: 'not-refittable', path: plan },
    });
  });

  test('of a model that is more than trained again', async () => {
    const { plan, folder } = await refittable();
    const refit = join(folder, 'deeper.onnx');
    writeFileSync(refit, small(1, 3));
    await expect(load(plan, { refit })).rejects.toMatchObject({
      code: 'ENGINE_INCOMPATIBLE',
      message: expect.stringContaining('deeper.onnx'),
      details: { reason: 'refit', path: plan, model: 'deeper.onnx' },
    });
  });

  test.each([{ stripWeights: true }, { refittable: 'identical' }] as const)(
    'for a plan of %o, if they are not the very same',
    async (options) => {
      const { plan, model, other } = await refittable(options);
      await expect(load(plan, { refit: other })).rejects.toMatchObject({
        code: 'ENGINE_INCOMPATIBLE',
        message: expect.stringContaining('very weights'),
        details: { reason: 'refit' },
      });
      expect(await resultOf(plan, { refit: model })).toEqual(await resultOf(model, { backend: 'cpu' }));
    },
  );

  test('that TensorRT does not take, in its words', async () => {
    const { plan, other } = await refittable();
    const { stdout, stderr } = await script(
      `
      const error = await lib.Engine.load(${JSON.stringify(plan)}, { refit: ${JSON.stringify(other)} }).catch((e) => e);
      console.log(error.code, error.details.reason, error.message, error.details.log);
      `,
      { STANDIN_FAULTS: 'refitCudaEngine' },
    );
    expect(stdout + stderr).toMatch(
      /^ENGINE_INCOMPATIBLE refit .*model\.plan: the weights of retrained\.onnx do not fit the plan\n.*asked for.*asked for/s,
    );
  });

  test('where there are none: no file, no model, a plan', async () => {
    const { plan, folder } = await refittable();
    await expect(load(plan, { refit: join(folder, 'nothing.onnx') })).rejects.toMatchObject({ code: 'MODEL_INVALID' });
    await expect(load(plan, { refit: Buffer.from('no model') })).rejects.toMatchObject({ code: 'MODEL_INVALID' });
    await expect(load(plan, { refit: plan })).rejects.toMatchObject({ code: 'MODEL_INVALID' });
  });

  test('for a model, which has its own', async () => {
    const { model, other } = await refittable({});
    for (const options of [{ refit: other }, { weightStreamingBudget: 0 }]) {
      const [option] = Object.keys(options);
      await expect(load(model, options)).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
        details: { option: `options.${option}` },
      });
    }
  });
});

test('a plan without weights says what it needs', async () => {
  const { plan } = await refittable({ stripWeights: true });
  await expect(load(plan)).rejects.toMatchObject({
    code: 'UNSUPPORTED',
    message: expect.stringContaining('give its model, model.onnx, as options.refit'),
    details: { reason: 'stripped' },
  });
  const { header } = await inspectPlan(plan);
  expect(header).toMatchObject({ stripped: true, model: { structureSha256: expect.stringMatching(/^[0-9a-f]{64}$/) } });
  const folder = tempFolder();
  expect((await inspectPlan(await planIn(folder, modelIn(folder, identity())))).header.model).not.toHaveProperty(
    'structureSha256',
  );
});

describe.each(backends)('streamed weights of %s', (backend) => {
  test('take as much device memory as they may', async () => {
    const folder = workFolder();
    const model = modelIn(folder, small(1));
    const plan = await planIn(folder, model, { backend, weightStreaming: true });
    const streamableBytes = 2 * (64 + 8) * 4;
    for (const [weightStreamingBudget, budgetBytes, scratchBytes] of [
      [undefined, streamableBytes, 0],
      [0, 0, 8192],
      [100, 100, 8192],
      [2 ** 40, streamableBytes, 0],
      ['auto', streamableBytes / 2, 8192],
    ] as const) {
      const engine = await load(plan, weightStreamingBudget === undefined ? {} : { weightStreamingBudget });
      expect(engine.placement.plan?.weightStreaming).toEqual({ streamableBytes, budgetBytes, scratchBytes });
      expect((await engine.run({ x })).y?.data).toEqual(await resultOf(model, { backend: 'cpu' }));
    }
  });

  test('are not to be had from a plan that was not built for them', async () => {
    const folder = workFolder();
    const plan = await planIn(folder, modelIn(folder, identity()), { backend });
    expect((await load(plan)).placement.plan).not.toHaveProperty('weightStreaming');
    await expect(load(plan, { weightStreamingBudget: 0 })).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      details: { reason: 'not-streamable' },
    });
  });
});
