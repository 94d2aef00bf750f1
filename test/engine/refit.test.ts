// Weights of another model, up to where TensorRT would read them; what it does with them is in test/standins.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { resolveLoadOptions } from '../../dist/esm/engine/load-options.js';
import { explainRefusal } from '../../dist/esm/engine/load-plan.js';
import { fittingWeights } from '../../dist/esm/engine/refit.js';
import { type BuildOptions, Engine, type LoadOptions, NodeTensorRTError, verifyPlan } from '../../dist/esm/index.js';
import { externalAdd, externalWeights, mlp } from '../fixtures/models.js';
import { setUpBuild } from '../support/build.js';
import { rejection } from '../support/failure.js';

const small = (seed: number, layers = 1) => mlp({ layers, width: 4, seed });

/** A plan that the fake builder wrote, its header, and what is asked of it. */
async function setUp(options: Partial<BuildOptions>, model = small(1)) {
  const { make, file, output } = setUpBuild({}, model);
  await make(options);
  const { header } = await verifyPlan(output);
  const weights = (refit: string | Uint8Array, more: LoadOptions = {}, changed = {}) =>
    fittingWeights({ ...header, ...changed }, output, refit, resolveLoadOptions(more));
  const other = join(dirname(file), 'other.onnx');
  writeFileSync(other, small(2));
  return { plan: output, header, file, other, weights };
}

describe('weights fit', () => {
  test('of a model that was trained again, in the file where it is', async () => {
    const { header, other, weights } = await setUp({ refittable: true });
    expect(header.model.structureSha256).toMatch(/^[0-9a-f]{64}$/);
    const { path, name, check, dispose } = await weights(other);
    expect([path, name]).toEqual([other, 'other.onnx']);
    await check();
    writeFileSync(other, small(3));
    await expect(check()).rejects.toMatchObject({ code: 'MODEL_INVALID', details: { reason: 'model-changed' } });
    await dispose();
    expect(readFileSync(other)).toEqual(Buffer.from(small(3)));
  });

  test('from memory, with what belongs to the model, in files that go again', async () => {
    const model = (location: string) => externalAdd({ location, length: externalWeights.byteLength });
    const data = new Uint8Array(externalWeights.buffer);
    const { make, file, output } = setUpBuild({}, model('one.bin'));
    writeFileSync(join(dirname(file), 'one.bin'), data);
    await make({ refittable: true });
    const { header } = await verifyPlan(output);
    const options = resolveLoadOptions({ externalData: [{ path: 'two.bin', data }] });
    const { path, name, check, dispose } = await fittingWeights(header, output, model('two.bin'), options);
    expect(name).toBe('the model given');
    expect(readdirSync(dirname(path)).sort()).toEqual([path.slice(dirname(path).length + 1), 'two.bin'].sort());
    await check();
    await dispose();
    expect(() => readdirSync(dirname(path))).toThrow('ENOENT');
  });

  test('that are cast as those of the plan were', async () => {
    const { other, weights, header } = await setUp({ refittable: true, precision: 'fp16' });
    const kept = await weights(other);
    expect(kept.path).not.toBe(other);
    await kept.dispose();
    const inMemory = await weights(other, { cacheDir: false });
    expect(dirname(dirname(inMemory.path))).toBe(tmpdir());
    await inMemory.dispose();
    const key = { ...header.key, options: { ...header.key?.options, casting: 0 } };
    expect(await rejection(weights(other, {}, { key }))).toMatchObject({
      code: 'ENGINE_INCOMPATIBLE',
      message: expect.stringContaining('another version of this library'),
      details: { reason: 'refit' },
    });
  });

  test.each([{ stripWeights: true }, { refittable: 'identical' }] as const)(
    'a plan of %o if they are the very same',
    async (options) => {
      const { file, other, weights } = await setUp(options);
      await (await weights(file)).dispose();
      expect(await rejection(weights(other))).toMatchObject({
        code: 'ENGINE_INCOMPATIBLE',
        message: expect.stringContaining('very weights'),
        details: { reason: 'refit', model: 'other.onnx' },
      });
    },
  );
});

describe('weights do not fit', () => {
  test('a plan that was not built for others', async () => {
    const { header, other, weights, plan } = await setUp({});
    expect(header.model).not.toHaveProperty('structureSha256');
    expect(await rejection(weights(other))).toMatchObject({
      code: 'UNSUPPORTED',
      details: { reason: 'not-refittable', option: 'options.refit', path: plan },
    });
  });

  test('of a model that is otherwise different, or none, or does not fit on the disk', async () => {
    const { weights, other } = await setUp({ refittable: true });
    writeFileSync(other, small(1, 2));
    expect(await rejection(weights(other))).toMatchObject({
      code: 'ENGINE_INCOMPATIBLE',
      details: { reason: 'refit' },
    });
    expect(await rejection(weights('/nothing.onnx'))).toMatchObject({ code: 'MODEL_INVALID' });
    const externalData = [{ path: '../out.bin', data: new Uint8Array(1) }];
    const before = readdirSync(tmpdir()).filter((name) => name.startsWith('.node-tensorrt-build-'));
    expect(await rejection(weights(small(2), { externalData }))).toMatchObject({ code: 'MODEL_INVALID' });
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith('.node-tensorrt-build-'))).toEqual(before);
  });
});

describe('Engine.load()', () => {
  test('comes to the module with weights and a budget', async () => {
    const { plan, other } = await setUp({ refittable: true, weightStreaming: true });
    const module = { code: 'BACKEND_UNAVAILABLE', message: expect.stringContaining('backend-tensorrt-rtx') };
    for (const weightStreamingBudget of [undefined, 0, 'auto'] as const) {
      const options = weightStreamingBudget === undefined ? {} : { weightStreamingBudget };
      expect(await rejection(Engine.load(plan, { refit: other, ...options }))).toMatchObject(module);
      expect(await rejection(Engine.load(plan, { refit: small(2), ...options }))).toMatchObject(module);
    }
  });

  test('wants the model of a plan without weights, and of no other', async () => {
    const { plan, file } = await setUp({ stripWeights: true });
    expect(await rejection(Engine.load(plan))).toMatchObject({ code: 'UNSUPPORTED', details: { reason: 'stripped' } });
    for (const options of [{ refit: file }, { weightStreamingBudget: 0 }]) {
      expect(await rejection(Engine.load(file, options))).toMatchObject({
        code: 'INVALID_ARGUMENT',
        details: {
          option: `options.${Object.keys(options)[0]}`,
          expected: 'nothing, as same.onnx is a model, not a plan',
        },
      });
    }
    expect(await rejection(Engine.load(plan, { refit: file, externalData: [] }))).toMatchObject({
      code: 'BACKEND_UNAVAILABLE',
    });
  });

  test('says whose weights TensorRT does not take', async () => {
    const { header, plan, other, weights } = await setUp({ refittable: true });
    const opened = { header, path: plan, weights: await weights(other) };
    const text = `the weights of ${other} do not fit the plan`;
    const refused = new NodeTensorRTError('ENGINE_INCOMPATIBLE', text, { reason: 'refit', missing: 'w' });
    expect(explainRefusal(refused, opened as never)).toMatchObject({
      message: `${plan}: the weights of other.onnx do not fit the plan`,
      details: { reason: 'refit', missing: 'w', path: plan },
    });
  });
});
