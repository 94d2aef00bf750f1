import { join } from 'node:path';
import { writeModel } from 'node-tensorrt/onnx';
import { expect, test } from 'vitest';
import { examine } from '../../dist/esm/doctor/doctor.js';
import { emptyModel, input, op, output } from '../support/graph-models.js';
import { tempFolder } from '../support/temp-folder.js';
import { h100, l4, machineOf, noLibraries, withGpus } from './fake-machine.js';

const t4 = l4.replace('NVIDIA L4', 'Tesla T4').replace('8.9', '7.5');

/** A matrix product of two inputs. */
async function product(type: 'float32' | 'float16' | 'bfloat16'): Promise<string> {
  const path = join(tempFolder(), `${type}.onnx`);
  const model = emptyModel();
  const inputs = ['a', 'b'].map((name) => input(model, name, type, [2, 2]));
  output(model, op(model, 'MatMul', inputs, 'y'), type);
  await writeModel(model, path);
  return path;
}

async function onGpus(model: string, gpus: readonly string[], more = {}) {
  const { findings } = await examine(machineOf(withGpus(gpus, more)), [], model);
  return findings.filter(({ id }) => id.startsWith('model/gpu/') || id === 'model/file');
}

test('float32 matrix products on Turing are a warning with the cast that mends it', async () => {
  expect(await onGpus(await product('float32'), [t4])).toEqual([
    {
      id: 'model/gpu/0/fp32-matrix-product',
      severity: 'warning',
      found: 'Tesla T4: 7.5',
      reason: expect.stringMatching(/^TensorRT-RTX has no float32 matrix products .*: 'y' \(MatMul\)$/),
      fix: 'node-tensorrt cast MODEL -o OUT --to fp16',
    },
  ]);
});

test('they are a note where there is TensorRT, which has them', async () => {
  const found = { path: '/opt/libnvinfer.so.11', parser: '/p', version: '11.2.1.2' };
  const libraries = noLibraries.map((one) => (one.flavour === 'tensorrt' ? { ...one, found } : one));
  expect(await onGpus(await product('float32'), [t4], { libraries })).toMatchObject([{ severity: 'info' }]);
});

test('bfloat16 on Turing is a warning, of the GPU that is Turing only', async () => {
  const model = await product('bfloat16');
  expect(await onGpus(model, [h100, t4.replace('0, Tesla', '1, Tesla')])).toMatchObject([
    { id: 'model/gpu/1/bfloat16', severity: 'warning', fix: expect.stringContaining('--to fp16') },
  ]);
});

test('float16 runs everywhere, and everything on newer GPUs', async () => {
  expect(await onGpus(await product('float16'), [t4])).toEqual([]);
  for (const type of ['float32', 'bfloat16'] as const) expect(await onGpus(await product(type), [l4])).toEqual([]);
});
