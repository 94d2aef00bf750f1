import { chmodSync, mkdirSync, readdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { build, type Progress } from '../../dist/esm/index.js';
import { identity, mlp } from '../fixtures/models.js';
import { onnxModel } from '../fixtures/onnx-writer.js';
import { setUpBuild } from '../support/build.js';
import { failure, rejection } from '../support/failure.js';
import { tempFolder } from '../support/temp-folder.js';

describe('a build of a model that somebody else made', () => {
  test('takes no name for an argument of the builder', async () => {
    const name = 'x=1,1,1\0--plugin\0/tmp/evil.so\0--shape\0x';
    const model = onnxModel({
      inputs: [{ name, type: 'float32', dims: ['N'] }],
      outputs: [{ name: 'y', type: 'float32', dims: ['N'] }],
      nodes: [{ op: 'Identity', inputs: [name], outputs: ['y'] }],
    });
    const { make, calls } = setUpBuild({}, model);
    expect(await rejection(make())).toMatchObject({ message: expect.stringMatching(/NUL/) });
    expect(calls()).toHaveLength(0);
  });

  test('is not kept where its file was replaced meanwhile', async () => {
    const { make, file, folder } = setUpBuild({ stepMs: 20 });
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
    const { make, file, folder } = setUpBuild();
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
    const { make, file } = setUpBuild();
    symlinkSync(file, `${file}.link`);
    for (const output of [file, `${file}.link`]) {
      await expect(make({ output })).rejects.toThrow(failure('INVALID_ARGUMENT', { option: 'options.output' }));
    }
    expect(readFileSync(file).equals(Buffer.from(identity()))).toBe(true);
  });
});

describe('what cannot be built is told before', () => {
  test('float32 matrix products for Turing, with the cast that mends it', async () => {
    const { make, calls } = setUpBuild({}, mlp({ layers: 2, width: 64 }));
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
    const { make, file } = setUpBuild();
    await expect(make({ precision: 'int8' })).rejects.toThrow(failure('UNSUPPORTED', { option: 'options.precision' }));
    writeFileSync(file, identity('float16'));
    await expect(make({ precision: 'fp32' })).rejects.toThrow(
      failure('INVALID_ARGUMENT', { received: 'is float16 in parts' }),
    );
    await expect(make({ precision: 'bf16' })).rejects.toThrow(
      /options\.precision: 'bf16' cannot be had of a model that is float16 in parts; cast the float32 model/,
    );
    expect(await make({ precision: 'fp16' })).toMatchObject({ header: { model: { precision: 'fp16' } } });
  });

  test('targets of TensorRT, which builds on the GPU', async () => {
    const { make } = setUpBuild();
    await expect(make({ backend: 'tensorrt' })).rejects.toThrow(failure('UNSUPPORTED', { option: 'options.targets' }));
  });

  test.each([
    ['no driver', { noDriver: true }, /no CUDA driver/],
    ['another GPU', { devices: [{ index: 1, name: 'G', uuid: 'GPU-1', computeCapability: '9.0' }] }, /1 \(G, GPU-1\)/],
    ['no GPU', {}, /there are: none/],
  ])('a GPU that is not there, with %s', async (_, script, text) => {
    const { file, output } = setUpBuild(script);
    for (const backend of ['auto', 'tensorrt', 'tensorrt-rtx'] as const) {
      const error = await rejection(build(file, { output, backend }));
      expect(error).toMatchObject({ code: 'BACKEND_UNAVAILABLE', details: { reason: 'no-gpu' } });
      expect(error.message).toMatch(text);
    }
  });

  test('a library or a builder that is not there', async () => {
    const { make } = setUpBuild({ noLibrary: true });
    await expect(make()).rejects.toThrow(failure('BACKEND_UNAVAILABLE', { tried: 'a, b' }));
    vi.stubEnv('NODE_TENSORRT_BUILDER_PATH', tempFolder());
    await expect(make()).rejects.toThrow(failure('BACKEND_UNAVAILABLE', { reason: 'no-builder' }));
  });

  test('a builder that cannot be started', async () => {
    const { make, folder } = setUpBuild();
    chmodSync(join(folder, 'node-tensorrt-builder'), 0o644);
    await expect(make()).rejects.toThrow(failure('UNSUPPORTED', { reason: 'no-process' }));
  });

  test('an output that cannot be written', async () => {
    const { make, folder } = setUpBuild();
    await expect(make({ output: folder })).rejects.toThrow(failure('INVALID_ARGUMENT', { reason: 'unwritable' }));
    await expect(make({ output: join(folder, 'none', 'x.plan') })).rejects.toThrow(
      failure('INVALID_ARGUMENT', { reason: 'unwritable' }),
    );
  });

  test('a plugin that is another file than was meant', async () => {
    const { make, folder } = setUpBuild();
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
  const { make, calls } = setUpBuild({}, model);
  const error = await rejection(make({ precision: 'int8' }));
  expect(error).toMatchObject({
    code: 'BUILD_FAILED',
    details: { reason: 'misread', nodes: [{ name: 'q' }, { name: 'q' }] },
  });
  expect(calls()).toHaveLength(0);
});
