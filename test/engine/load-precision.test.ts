import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LoadOptions } from 'node-tensorrt';
import { describe, expect, test } from 'vitest';
import { bigWeights, externalAdd, externalWeights, identity, mlp } from '../fixtures/models.js';
import { onnxModel } from '../fixtures/onnx-writer.js';
import { f32, load, numbers } from '../support/engines.js';
import { failure } from '../support/failure.js';
import { tempFolder } from '../support/temp-folder.js';

const model = mlp({ layers: 2, width: 16 });
const inputs = {
  x: f32(
    Array.from({ length: 16 }, (_, i) => (i - 8) / 8),
    [1, 16],
  ),
};

function onDisk(bytes = model) {
  const folder = tempFolder();
  const path = join(folder, 'model.onnx');
  writeFileSync(path, bytes);
  return { folder, path, cacheDir: join(folder, 'cache') };
}

describe('load() with precision', () => {
  test('casts the model, keeps it in cacheDir, and says what really computes', async () => {
    const { path, cacheDir } = onDisk();
    const options: LoadOptions = { precision: 'fp16', cacheDir, threads: 1 };
    const engine = await load(path, options);
    expect(engine.name).toBe('model.onnx');
    expect(engine.placement).toMatchObject({
      precision: 'fp16',
      precisionReason: expect.stringMatching(
        /^3 nodes became float16 and 0 are float32; .*in float32 where it has no operator/,
      ),
      deviations: [],
    });
    expect(engine.inputs).toMatchObject([{ name: 'x', type: 'float32' }]);
    const exact = numbers(await (await load(path)).run(inputs), 'y');
    const rounded = numbers(await engine.run(inputs), 'y');
    expect(rounded).not.toEqual(exact);
    for (const [i, value] of exact.entries()) expect(Math.abs(value - (rounded[i] as number))).toBeLessThan(0.01);

    const files = readdirSync(cacheDir).sort();
    expect(files).toHaveLength(2);
    expect(files[0]).toMatch(/^[0-9a-f]{64}\.onnx$/);
    const report = JSON.parse(readFileSync(join(cacheDir, files[1] as string), 'utf8'));
    expect(report.report).toMatchObject({ to: 'fp16', low: 3 });
    const made = statSync(join(cacheDir, files[0] as string)).mtimeMs;
    const again = await load(path, options);
    expect(again.placement).toEqual(engine.placement);
    expect(statSync(join(cacheDir, files[0] as string)).mtimeMs).toBe(made);
    expect(numbers(await again.run(inputs), 'y')).toEqual(rounded);
  });

  test('makes it again when the entry is damaged, and another when the model changes', async () => {
    const { path, cacheDir } = onDisk();
    const options: LoadOptions = { precision: 'fp16', cacheDir };
    const rounded = numbers(await (await load(path, options)).run(inputs), 'y');
    const [file] = readdirSync(cacheDir).filter((name) => name.endsWith('.onnx'));
    const entry = join(cacheDir, file as string);
    const bytes = readFileSync(entry);
    bytes[bytes.length - 40] = (bytes[bytes.length - 40] as number) ^ 0xff;
    writeFileSync(entry, bytes);
    expect(numbers(await (await load(path, options)).run(inputs), 'y')).toEqual(rounded);
    writeFileSync(path, mlp({ layers: 2, width: 16, seed: 2 }));
    expect(numbers(await (await load(path, options)).run(inputs), 'y')).not.toEqual(rounded);
    expect(readdirSync(cacheDir).filter((name) => name.endsWith('.onnx'))).toHaveLength(2);
  });

  test('keeps nothing with cacheDir: false', async () => {
    const { folder, path } = onDisk();
    const engine = await load(path, { precision: 'fp16', cacheDir: false });
    expect(engine.placement.precision).toBe('fp16');
    expect(readdirSync(folder)).toEqual(['model.onnx']);
  });

  test('warns, and makes it in memory, when the cache cannot be written', async () => {
    const { path } = onDisk();
    const warnings: Error[] = [];
    const listen = (warning: Error) => warnings.push(warning);
    process.on('warning', listen);
    try {
      // A folder below a file.
      const engine = await load(path, { precision: 'fp16', cacheDir: join(path, 'cache') });
      expect(engine.placement.precision).toBe('fp16');
      await new Promise((resolve) => setImmediate(resolve));
    } finally {
      process.off('warning', listen);
    }
    expect(warnings.filter((warning) => (warning as { code?: string }).code === 'NODE_TENSORRT_CACHE')).toHaveLength(1);
  });

  test('takes a model folder, bytes, and bytes with external data', async () => {
    const { folder, cacheDir } = onDisk();
    expect((await load(folder, { precision: 'fp16', cacheDir })).placement.precision).toBe('fp16');
    expect((await load(model, { precision: 'fp16', cacheDir })).placement.precision).toBe('fp16');
    // The model, its report, and the note of its last use.
    expect(readdirSync(cacheDir)).toHaveLength(3);

    const data = new Uint8Array(externalWeights.buffer);
    const external = externalAdd({ location: 'weights.bin', offset: 0, length: data.length });
    const options: LoadOptions = { precision: 'fp16', cacheDir, externalData: [{ path: 'weights.bin', data }] };
    const engine = await load(external, options);
    expect(numbers(await engine.run({ x: f32([10, 20, 30, 40]) }), 'y')).toEqual([11, 22, 33, 44]);
    const other = Float32Array.of(2, 2, 2, 2);
    const changed = { ...options, externalData: [{ path: 'weights.bin', data: new Uint8Array(other.buffer) }] };
    expect(numbers(await (await load(external, changed)).run({ x: f32([10, 20, 30, 40]) }), 'y')).toEqual([
      12, 22, 32, 42,
    ]);
  });

  test('halves the weights of a large table', async () => {
    const { path, cacheDir } = onDisk(bigWeights(1));
    await load(path, { precision: 'fp16', cacheDir });
    const [file] = readdirSync(cacheDir).filter((name) => name.endsWith('.onnx'));
    expect(statSync(join(cacheDir, file as string)).size).toBeLessThan(600_000);
  });

  test('refuses bf16 on the CPU, or runs the model as it is where a fallback is allowed', async () => {
    await expect(load(model, { precision: 'bf16' })).rejects.toEqual(
      failure('BACKEND_UNAVAILABLE', { option: 'options.precision', asked: 'bf16' }),
    );
    const engine = await load(model, { precision: 'bf16', fallback: 'allow' });
    expect(engine.placement).toMatchObject({
      precision: 'model',
      deviations: [
        { option: 'precision', asked: 'bf16', inForce: 'model', reason: expect.stringMatching(/no bfloat16/) },
      ],
    });
  });

  test('fp32 is a check: a model that has float16, or is quantised, is refused', async () => {
    expect((await load(model, { precision: 'fp32' })).placement).toMatchObject({ precision: 'fp32' });
    const option = { option: 'options.precision', expected: 'a float32 model' };
    await expect(load(identity('float16'), { precision: 'fp32' })).rejects.toEqual(
      failure('INVALID_ARGUMENT', { ...option, received: 'is float16 in parts' }),
    );
    const quantised = onnxModel({
      inputs: [{ name: 'x', type: 'float32', dims: [4] }],
      outputs: [{ name: 'y', type: 'float32', dims: [4] }],
      nodes: [
        { op: 'QuantizeLinear', inputs: ['x', 's'], outputs: ['q'] },
        { op: 'DequantizeLinear', inputs: ['q', 's'], outputs: ['y'] },
      ],
      initializers: [{ name: 's', type: 'float32', dims: [], data: Float32Array.of(0.1) }],
    });
    await expect(load(quantised, { precision: 'fp32' })).rejects.toEqual(
      failure('INVALID_ARGUMENT', { ...option, received: 'is quantised' }),
    );
  });

  test('rejects what is no model, and a missing one, as without it', async () => {
    const { folder } = onDisk();
    await expect(load(new Uint8Array(100), { precision: 'fp16' })).rejects.toMatchObject({ code: 'MODEL_INVALID' });
    mkdirSync(join(folder, 'empty'));
    await expect(load(join(folder, 'empty'), { precision: 'fp16' })).rejects.toMatchObject({ code: 'MODEL_INVALID' });
    await expect(load(join(folder, 'missing.onnx'), { precision: 'fp16' })).rejects.toMatchObject({
      code: 'MODEL_INVALID',
    });
  });
});
