// Everything that can be wrong with a plan, a machine or a run: the right code, and the right words.

import { copyFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { Engine, inspectPlan, type LoadOptions, verifyPlan } from '../../dist/esm/index.js';
import { writePlan } from '../../dist/esm/plan/write.js';
import { identity } from '../fixtures/models.js';
import { onnxModel } from '../fixtures/onnx-writer.js';
import { rejection } from '../support/failure.js';
import { modelIn, planIn, script, workFolder } from './support.js';

const builder = process.env['NODE_TENSORRT_BUILDER_PATH'] ?? '';

async function aPlan() {
  const folder = workFolder();
  return { folder, plan: await planIn(folder, modelIn(folder, identity())) };
}

const refusal = async (plan: string, options: LoadOptions = {}) => rejection(Engine.load(plan, options));

/** Loads and runs in a process of its own, whose environment is another; prints the error. */
async function inProcess(plan: string, env: Record<string, string>) {
  const { stdout, stderr, code } = await script(
    `
    try {
      const engine = await lib.Engine.load(${JSON.stringify(plan)}, { batching: false });
      const x = new lib.Tensor('float32', new Float32Array(4), [1, 4]);
      for (let i = 0; i < 3; i++) await engine.run({ x });
      console.log('{}');
    } catch ({ code, message, details }) {
      console.log(JSON.stringify({ code, message, details }));
    }
    process.exit(0);
    `,
    env,
  );
  expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
  return JSON.parse(stdout) as { code: string; message: string; details: Record<string, unknown> };
}

describe('a plan file', () => {
  test('that is cut short, changed, of somebody else, or no plan of ours', async () => {
    const { folder, plan } = await aPlan();
    const cut = join(folder, 'cut.plan');
    copyFileSync(plan, cut);
    truncateSync(cut, readFileSync(plan).length - 10);
    expect(await refusal(cut)).toMatchObject({
      code: 'ENGINE_INCOMPATIBLE',
      details: { reason: 'truncated', path: cut },
    });
    const changed = join(folder, 'changed.plan');
    const bytes = readFileSync(plan);
    bytes.writeUInt8(bytes.readUInt8(bytes.length - 5) ^ 1, bytes.length - 5);
    writeFileSync(changed, bytes);
    expect(await refusal(changed)).toMatchObject({ details: { reason: 'damaged' } });
    const { payload } = await inspectPlan(plan);
    const bare = join(folder, 'bare.plan');
    writeFileSync(bare, Buffer.concat([Buffer.from('ftrt\0\0\0\0'), readFileSync(plan).subarray(payload.offset)]));
    expect(await refusal(bare)).toMatchObject({ code: 'ENGINE_INCOMPATIBLE', details: { reason: 'not-a-plan' } });
    expect(await refusal(join(folder, 'none.plan'))).toMatchObject({ code: 'MODEL_INVALID' });
    expect(await rejection(Engine.load(readFileSync(plan)))).toMatchObject({ code: 'UNSUPPORTED' });
    vi.stubEnv('NODE_TENSORRT_KEY_FILE', join(folder, 'other.key'));
    expect(await refusal(plan)).toMatchObject({ details: { reason: 'untrusted' } });
    const engine = await Engine.load(plan, { trust: { plans: 'any' } });
    expect(engine.placement.plan?.trustedBy).toBe('any');
    await engine.close();
  });

  test('is not loaded with options of models', async () => {
    const { plan } = await aPlan();
    for (const [option, options] of Object.entries<LoadOptions>({
      backend: { backend: 'cpu' },
      device: { device: 'cpu' },
      precision: { precision: 'fp16' },
      probe: { probe: true },
      externalData: { externalData: [{ path: 'x', data: new Uint8Array(1) }] },
    })) {
      expect(await refusal(plan, options)).toMatchObject({
        code: 'INVALID_ARGUMENT',
        details: { option: `options.${option}` },
      });
    }
  });

  test('of the other kind of TensorRT, or of another system', async () => {
    const { folder, plan } = await aPlan();
    const error = await refusal(plan, { backend: 'tensorrt-rtx' });
    expect(error).toMatchObject({ code: 'ENGINE_INCOMPATIBLE', details: { reason: 'backend', backend: 'tensorrt' } });
    expect(error.message).toMatch(/plan of TensorRT, and options\.backend asks for TensorRT-RTX/);
    expect(await refusal(await rewritten(folder, plan, { platform: 'win32-x64' }))).toMatchObject({
      details: { reason: 'platform', platform: 'win32-x64' },
    });
  });

  test('of another version of TensorRT names both', async () => {
    const { folder, plan } = await aPlan();
    const other = await rewritten(folder, plan, { version: '11.0.1.2' }, 'this is no plan');
    const error = await refusal(other);
    expect(error).toMatchObject({ code: 'ENGINE_INCOMPATIBLE', details: { reason: 'version', builtWith: '11.0.1.2' } });
    expect(error.message).toMatch(/built with TensorRT 11\.0\.1\.2, and this machine has 11\.4/);
    expect(await refusal(await rewritten(folder, plan, {}, 'this is no plan'))).toMatchObject({
      code: 'ENGINE_INCOMPATIBLE',
      details: { reason: 'refused', targets: ['sm86'] },
    });
  });

  test('for another GPU', async () => {
    const { plan } = await aPlan();
    const error = await inProcess(plan, { STANDIN_COMPUTE_CAPABILITY: '8.9' });
    expect(error).toMatchObject({ code: 'ENGINE_INCOMPATIBLE', details: { targets: ['sm86'] } });
    expect(error.message).toMatch(/for sm86\) is not loaded: .*other compute capabilities than 89/s);
  });
});

/** The same plan, signed by this user, with something else in its header or payload. */
async function rewritten(folder: string, plan: string, changes: object, content?: string): Promise<string> {
  const { header, payload } = await verifyPlan(plan);
  const file = join(folder, 'payload');
  writeFileSync(file, content ?? readFileSync(plan).subarray(payload.offset));
  const { payload: _, ...draft } = header;
  const output = join(folder, 'rewritten.plan');
  await writePlan({ output, payload: file, header: { ...draft, ...changes } });
  return output;
}

describe('a machine', () => {
  test('without driver, library, GPU or module', async () => {
    const { folder, plan } = await aPlan();
    const unavailable = async (env: Record<string, string>, text: RegExp) => {
      const error = await inProcess(plan, env);
      expect(error.code).toBe('BACKEND_UNAVAILABLE');
      expect(error.message).toMatch(text);
    };
    await unavailable({ NODE_TENSORRT_CUDA_LIBRARY: join(folder, 'none.so') }, /no CUDA driver: .*none\.so/);
    await unavailable({ NODE_TENSORRT_LIBRARY_PATH: folder, LD_LIBRARY_PATH: '' }, /no library of tensorrt: /);
    await unavailable({ NODE_TENSORRT_BUILDER_PATH: folder }, /The builder for tensorrt was not found/);
    expect(await inProcess(plan, { STANDIN_DEVICES: '0' })).toMatchObject({
      code: expect.stringMatching(/BACKEND_UNAVAILABLE|INVALID_ARGUMENT/),
    });
    const error = await refusal(plan, { device: 3 });
    expect(error).toMatchObject({
      code: 'INVALID_ARGUMENT',
      details: { devices: expect.stringContaining('Stand-in GPU') },
    });
  });

  test('with a TensorRT that is too old', async () => {
    const folder = workFolder();
    const plan = await planIn(folder, modelIn(folder, identity()), { backend: 'tensorrt-rtx' });
    const old = join(dirname(builder), 'native', 'test', 'nvidia', 'libother_tensorrt.so');
    copyFileSync(old, join(folder, 'libtensorrt_rtx.so.1'));
    const error = await inProcess(plan, { NODE_TENSORRT_LIBRARY_PATH: folder });
    expect(error).toMatchObject({ code: 'BACKEND_UNAVAILABLE' });
    expect(error.message).toMatch(/it is version 1\.4.*needed is 1\.5 or newer/);
  });

  test('without memory for the plan', async () => {
    const { plan } = await aPlan();
    expect(await inProcess(plan, { STANDIN_MEMORY: '1KiB' })).toMatchObject({
      code: 'OUT_OF_MEMORY',
      details: { kind: 'device' },
    });
  });

  test('whose device is lost in a run', async () => {
    const { plan } = await aPlan();
    const error = await inProcess(plan, { STANDIN_FAULTS: 'standin_enqueue:nth=2,run,code=719', STANDIN_LEAKS: 'off' });
    expect(error).toMatchObject({ code: 'DEVICE_LOST' });
  });

  test('that cannot build falls back to the CPU where that is allowed, and says why', async () => {
    const folder = workFolder();
    const model = onnxModel({
      inputs: [{ name: 'x', type: 'float32', dims: [1, 4] }],
      outputs: [{ name: 'y', type: 'float32', dims: [1, 4] }],
      nodes: [{ op: 'Identity', inputs: ['x'], outputs: ['y'] }],
    });
    const file = modelIn(folder, model);
    vi.stubEnv('STANDIN_FAULTS', 'buildSerializedNetwork:nth=1');
    expect(await refusal(file, { backend: 'tensorrt' })).toMatchObject({
      code: 'BUILD_FAILED',
      details: { reason: 'builder' },
    });
    const engine = await Engine.load(file, { backend: 'tensorrt', fallback: 'allow' });
    expect(engine.placement).toMatchObject({ backend: 'cpu', deviations: [{ option: 'backend', asked: 'tensorrt' }] });
    await engine.close();
  });

  test('of a TensorRT that lacks what its builder wants for the GPU', async () => {
    const folder = workFolder();
    const file = modelIn(folder, identity());
    vi.stubEnv('STANDIN_BUILDER_RESOURCE', 'missing');
    const details = { reason: 'builder-resource', resource: 'libnvinfer_builder_resource_sm86.so.11' };
    expect(await refusal(file, { backend: 'tensorrt' })).toMatchObject({ code: 'BACKEND_UNAVAILABLE', details });
    const engine = await Engine.load(file, { fallback: 'allow' });
    expect(engine.placement).toMatchObject({ backend: 'cpu', deviations: [{ option: 'backend', asked: 'auto' }] });
    await engine.close();
  });

  test('whose parser does not know an operator names the node', async () => {
    const folder = workFolder();
    const model = onnxModel({
      imports: { example: 1 },
      inputs: [{ name: 'x', type: 'float32', dims: [1, 4] }],
      outputs: [{ name: 'y', type: 'float32', dims: [1, 4] }],
      nodes: [{ op: 'NoSuchOperator', name: 'strange', domain: 'example', inputs: ['x'], outputs: ['y'] }],
    });
    const error = await refusal(modelIn(folder, model), { backend: 'tensorrt' });
    expect(error).toMatchObject({
      code: 'BUILD_FAILED',
      details: { reason: 'refused-nodes', nodes: [{ name: 'strange' }] },
    });
  });
});
