// Plans up to where TensorRT would come in; what it does with them is in test/standins.

import { mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { build, Engine, type LoadOptions, verifyPlan } from '../../dist/esm/index.js';
import { writePlan } from '../../dist/esm/plan/write.js';
import { identity } from '../fixtures/models.js';
import { rejection } from '../support/failure.js';
import { type FakeBuild, fakeBuilder } from '../support/fake-builder.js';
import { tempFolder } from '../support/temp-folder.js';

/** A plan that is none behind its header, and modules that are none either. */
async function setUp(script: FakeBuild = {}, profile?: object) {
  const devices = [{ index: 0, name: 'Some GPU', uuid: 'GPU-1234', computeCapability: '8.6' }];
  const fake = fakeBuilder({ devices, ...script });
  const model = join(fake.folder, 'model.onnx');
  writeFileSync(model, identity());
  const plan = join(fake.folder, 'model.plan');
  await build(model, { output: plan, targets: 'sm86', ...profile });
  return { ...fake, model, plan };
}

const refusal = (plan: string | Uint8Array, options: LoadOptions = {}) => rejection(Engine.load(plan, options));

describe('Engine.load() of a plan', () => {
  test('comes to the module, and says that it is none', async () => {
    const { plan, folder } = await setUp();
    expect(await refusal(plan)).toMatchObject({
      code: 'BACKEND_UNAVAILABLE',
      message: expect.stringMatching(/model\.plan cannot be loaded: .*Plans need an NVIDIA GPU.*node-tensorrt doctor/s),
      details: { backend: 'tensorrt-rtx', path: plan },
    });
    expect((await refusal(plan)).message).toContain(folder);
    const models = join(tempFolder(), 'models');
    mkdirSync(models);
    writeFileSync(join(models, 'a.plan'), readFileSync(plan));
    expect(await refusal(models)).toMatchObject({ code: 'BACKEND_UNAVAILABLE' });
    // Of two nobody knows which.
    writeFileSync(join(models, 'b.plan'), readFileSync(plan));
    expect(await refusal(models)).toMatchObject({ code: 'MODEL_INVALID' });
  });

  test('refuses one that is damaged, of nobody who is trusted, or without its file', async () => {
    const { plan, folder } = await setUp();
    const bytes = readFileSync(plan);
    const changed = join(folder, 'changed.plan');
    writeFileSync(changed, bytes);
    truncateSync(changed, bytes.length - 1);
    expect(await refusal(changed)).toMatchObject({
      code: 'ENGINE_INCOMPATIBLE',
      details: { reason: 'truncated', path: changed },
    });
    writeFileSync(changed, 'vtrt\0\0\0\0 and so on');
    expect(await refusal(changed)).toMatchObject({ code: 'ENGINE_INCOMPATIBLE', details: { reason: 'not-a-plan' } });
    expect(await refusal(readFileSync(changed))).toMatchObject({ details: { reason: 'not-a-plan' } });
    expect(await refusal(bytes)).toMatchObject({ code: 'UNSUPPORTED', details: { option: 'model' } });
    vi.stubEnv('NODE_TENSORRT_KEY_FILE', join(folder, 'other.key'));
    expect(await refusal(plan)).toMatchObject({ details: { reason: 'untrusted', path: plan } });
    expect(await refusal(plan, { trust: { plans: 'any' } })).toMatchObject({ code: 'BACKEND_UNAVAILABLE' });
  });

  test.each<[string, LoadOptions]>([
    ['backend', { backend: 'cpu' }],
    ['device', { device: 'cpu' }],
    ['precision', { precision: 'fp16' }],
    ['probe', { probe: true }],
    ['externalData', { externalData: [{ path: 'x', data: new Uint8Array(1) }] }],
  ])('refuses options.%s, which is for models', async (option, options) => {
    const { plan } = await setUp();
    expect(await refusal(plan, options)).toMatchObject({
      code: 'INVALID_ARGUMENT',
      details: { option: `options.${option}` },
    });
  });

  test('refuses one of the other kind, and of another system', async () => {
    const { plan, folder } = await setUp();
    expect(await refusal(plan, { backend: 'tensorrt' })).toMatchObject({
      details: { reason: 'backend', backend: 'tensorrt-rtx' },
    });
    const { header, payload } = await verifyPlan(plan);
    const content = join(folder, 'content');
    writeFileSync(content, readFileSync(plan).subarray(payload.offset));
    const { payload: _, ...draft } = header;
    const other = join(folder, 'other.plan');
    await writePlan({ output: other, payload: content, header: { ...draft, platform: 'win32-x64' } });
    expect(await refusal(other)).toMatchObject({ details: { reason: 'platform', platform: 'win32-x64' } });
  });

  test('stops when it is aborted', async () => {
    const { plan } = await setUp();
    const controller = new AbortController();
    const promise = Engine.load(plan, { signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(promise).rejects.toThrow('enough');
  });
});

describe('Engine.load() of a model with a named backend', () => {
  test('builds it for the GPU of this machine, once', async () => {
    const { model, calls } = await setUp();
    for (const fallback of ['error', 'error', 'allow'] as const) {
      const load = Engine.load(model, { backend: 'tensorrt', fallback });
      if (fallback === 'error')
        expect(await rejection(load)).toMatchObject({ code: 'BACKEND_UNAVAILABLE', details: { asked: 'tensorrt' } });
      else {
        const engine = await load;
        expect(engine.placement).toMatchObject({ backend: 'cpu', deviations: [{ option: 'backend', inForce: 'cpu' }] });
        await engine.close();
      }
    }
    const builds = calls().filter(({ module }) => module.includes('backend-tensorrt.so'));
    expect(builds).toHaveLength(1);
    expect(builds[0]?.args).not.toContain('--target');
  });

  test('hands its options on, and keeps nothing without a cache', async () => {
    const { calls, folder } = await setUp();
    const profiles = { x: { min: [1, 4], opt: [2, 4], max: [3, 4] } };
    const options = {
      backend: 'tensorrt-rtx',
      cacheDir: false,
      profiles,
      tf32: true,
      batching: { maxSize: 4 },
    } as const;
    expect(await refusal(identity(), options)).toMatchObject({ code: 'BACKEND_UNAVAILABLE' });
    expect(calls().at(-1)?.args.join(' ')).toContain('--shape x=1x4,2x4,3x4 --flag tf32');
    expect(folder).toBeTruthy();
  });

  test('fails as the build does, where nothing else is allowed', async () => {
    const { model } = await setUp();
    vi.stubEnv('FAKE_BUILDER', JSON.stringify({ ...JSON.parse(process.env['FAKE_BUILDER'] ?? '{}'), exit: 1 }));
    expect(await refusal(model, { backend: 'tensorrt' })).toMatchObject({ code: 'BUILD_FAILED' });
    const engine = await Engine.load(model, { backend: 'tensorrt', device: 0, fallback: 'allow' });
    expect(engine.placement.deviations.map(({ option }) => option)).toEqual(['backend', 'device']);
    await engine.close();
    expect(await refusal(join(tempFolder(), 'none.onnx'), { backend: 'tensorrt', fallback: 'allow' })).toMatchObject({
      code: 'MODEL_INVALID',
    });
  });
});
