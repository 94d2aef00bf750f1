import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { estimateModel, memory } from 'node-tensorrt';
import { describe, expect, onTestFinished, test } from 'vitest';
import { addTwo, bigWeights, externalAdd, identity, mlp, slow, withExternalData } from '../fixtures/models.js';
import { failure, rejection } from '../support/failure.js';
import { tempFolder } from '../support/temp-folder.js';

describe('estimateModel()', () => {
  test('tells what a model is', async () => {
    const estimate = await estimateModel(mlp({ layers: 2, width: 16 }));
    expect(estimate).toMatchObject({
      nodes: 3,
      opset: [{ domain: '', version: expect.any(Number) }],
      inputs: [{ name: 'x', type: 'float32', dims: ['N', 16] }],
      outputs: [{ name: 'y', type: 'float32', dims: ['N', 16] }],
    });
    expect(estimate.fileBytes).toBe(mlp({ layers: 2, width: 16 }).byteLength);
  });

  test('adds up the weights by type', async () => {
    const estimate = await estimateModel(mlp({ layers: 2, width: 16 }));
    expect(estimate.weights).toEqual({ float32: 2 * (16 * 16 + 16) * 4 });
    expect(estimate.weightsBytes).toBe(2 * (16 * 16 + 16) * 4);
    expect(estimate.graphBytes).toBe(estimate.fileBytes - estimate.weightsBytes);
    expect(estimate.externalBytes).toBe(0);
  });

  test('counts data outside of the model, from a file and from memory', async () => {
    const path = withExternalData(tempFolder());
    const estimate = await estimateModel(path);
    expect(estimate.externalBytes).toBeGreaterThan(0);
    expect(estimate.weightsBytes).toBe(estimate.externalBytes);
    const external = { location: 'w.bin' };
    const data = new Uint8Array(16);
    const inMemory = await estimateModel(externalAdd(external), { externalData: [{ path: 'w.bin', data }] });
    expect(inMemory.externalBytes).toBe(16);
    expect(await rejection(estimateModel(externalAdd(external)))).toEqual(
      failure('MODEL_INVALID', { reason: 'external-data-missing' }),
    );
  });

  test('takes a path, a model folder and a URL, as Engine.load does', async () => {
    const folder = tempFolder();
    const path = join(folder, 'model.onnx');
    writeFileSync(path, identity());
    for (const model of [path, folder, pathToFileURL(path)]) expect((await estimateModel(model)).nodes).toBe(1);
    expect((await estimateModel(readFileSync(path))).nodes).toBe(1);
  });

  test('estimates activations and staging for each batch size', async () => {
    const row = 16 * 4;
    const estimate = await estimateModel(mlp({ layers: 2, width: 16 }), { batchSizes: [8, 1], instances: 2 });
    // The result of a product, Relu in place, and the next result beside it.
    expect(estimate.activations).toEqual([
      { batch: 1, bytes: 2 * row, kind: 'peak', reason: '' },
      { batch: 8, bytes: 16 * row, kind: 'peak', reason: '' },
    ]);
    expect(estimate.activationBytes).toBe(2 * 16 * row);
    expect(estimate.stagingBytes).toBe(3 * 8 * row);
    expect(estimate.totalBytes).toBe(estimate.weightsBytes + 2 * 16 * row + 3 * 8 * row);
  });

  test('asks about one row and about batching.maxSize by default', async () => {
    const batches = async (options: object) =>
      (await estimateModel(identity(), options)).activations.map(({ batch }) => batch);
    expect(await batches({})).toEqual([1, 32]);
    expect(await batches({ batching: { maxSize: 4 } })).toEqual([1, 4]);
    expect(await batches({ batching: false })).toEqual([1]);
  });

  test('has no staging without batches', async () => {
    expect((await estimateModel(identity(), { batching: false })).stagingBytes).toBe(0);
    const fixed = await estimateModel(identity('float32', [2, 4]));
    expect(fixed.stagingBytes).toBe(0);
    expect(fixed.activations).toEqual([{ batch: 2, bytes: expect.any(Number), kind: 'peak', reason: '' }]);
  });

  test('says null and which dimension is open, and takes it by inputDims or by name', async () => {
    const model = identity('float32', ['N', 'M']);
    const open = await estimateModel(model);
    expect(open.activationBytes).toBeNull();
    expect(open.totalBytes).toBeNull();
    expect(open.fits).toBeNull();
    expect(open.basis.activationBytes).toContain("dimension 1 of input 'x' ('M')");
    const options = { batchSizes: [4], batching: false } as const;
    const byShape = await estimateModel(model, { ...options, inputDims: { x: [1, 100] } });
    const byName = await estimateModel(model, { ...options, freeDimensionOverrides: { M: 100 } });
    expect(byShape.totalBytes).toBe(byName.totalBytes);
    expect(byShape.totalBytes).not.toBeNull();
  });

  test('says "at least" of a model that runs graphs of its own', async () => {
    const estimate = await estimateModel(slow({ size: 16, iterations: 2 }));
    expect(estimate.activations[0]).toMatchObject({ kind: 'at-least', reason: expect.stringContaining('') });
    expect(estimate.activationBytes).toBeNull();
    expect(estimate.basis.totalBytes).toContain('at least');
  });

  test('says that a model does not fit when its weights alone are more than there is', async () => {
    const fits = await estimateModel(bigWeights(1), { batching: false });
    expect(fits.fits).not.toBe(false);
    expect(fits.availableBytes).toBe(Math.min(...fits.bounds.map(({ bytes }) => bytes)));
    const huge = await estimateModel(mlp({ layers: 1, width: 64 }), { batchSizes: [65_536], instances: 64 });
    expect(huge.totalBytes).toBeGreaterThan(2 ** 30);
    const enormous = await estimateModel(identity('float32', ['N', 'M']), {
      batchSizes: [65_536],
      inputDims: { x: [1, 2 ** 30] },
    });
    expect(enormous.fits).toBe(false);
  });

  test('counts the limit of the pool and that of the engine', async () => {
    onTestFinished(() => memory.setLimit({}));
    memory.setLimit({ bytes: 64 * 2 ** 20 });
    const limited = await estimateModel(identity());
    expect(limited.bounds.find(({ name }) => name === 'pool')?.bytes).toBeLessThanOrEqual(64 * 2 ** 20);
    expect(limited.availableBytes).toBeLessThanOrEqual(64 * 2 ** 20);
    memory.setLimit({});
    const free = await estimateModel(identity(), { memoryLimitBytes: 2 ** 20 });
    expect(free.bounds.map(({ name }) => name)).not.toContain('pool');
    expect(free.availableBytes).toBe(2 ** 20);
  });

  test('refuses models as Engine.load does', async () => {
    expect(await rejection(estimateModel(new Uint8Array(8)))).toEqual(failure('MODEL_INVALID'));
    expect(await rejection(estimateModel('/nowhere/model.onnx'))).toEqual(
      failure('MODEL_INVALID', { reason: 'not-found' }),
    );
    expect(await rejection(estimateModel(addTwo(), { limits: { nodes: 1 } }))).toEqual(
      failure('MODEL_INVALID', { reason: 'too-many-nodes' }),
    );
  });

  test.each([
    [{ batchSizes: [] }, 'INVALID_ARGUMENT', 'options.batchSizes'],
    [{ batchSizes: [0] }, 'OUT_OF_RANGE', 'options.batchSizes[0]'],
    [{ batchSizes: new Array(17).fill(1) }, 'OUT_OF_RANGE', 'options.batchSizes'],
    [{ inputDims: { x: 4 } }, 'INVALID_ARGUMENT', 'options.inputDims.x'],
    [{ inputDims: { x: [-1] } }, 'OUT_OF_RANGE', 'options.inputDims.x[0]'],
    [{ bogus: 1 }, 'INVALID_ARGUMENT', 'options.bogus'],
  ])('refuses %j with %s', async (options, code, option) => {
    expect(await rejection(estimateModel(identity(), options as never))).toEqual(failure(code, { option }));
  });

  test('rejects with the reason of an abort', async () => {
    const reason = new Error('changed my mind');
    expect(await rejection(estimateModel(identity(), { signal: AbortSignal.abort(reason) }))).toBe(reason);
  });
});
