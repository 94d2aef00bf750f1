import {
  appendFileSync,
  linkSync,
  mkdirSync,
  renameSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { NodeTensorRTError } from '../../../dist/esm/errors.js';
import { readModel } from '../../../dist/esm/onnx/file/read-model.js';
import { serializeModel } from '../../../dist/esm/onnx/file/write-model.js';
import {
  accumulator,
  bigWeights,
  externalAdd,
  externalWeights,
  matmul16,
  mlp,
  slow,
  withExternalData,
} from '../../fixtures/models.js';
import { randomNumbers } from '../../support/random.js';
import { tempFolder } from '../../support/temp-folder.js';

/** What readModel() makes of bytes: 'read', or the reason for which it refuses. Fails for any other error. */
async function outcome(bytes: Uint8Array): Promise<string> {
  try {
    const model = await readModel(bytes);
    await serializeModel(model);
    return 'read';
  } catch (error) {
    if (error instanceof NodeTensorRTError && error.code === 'MODEL_INVALID') {
      return String((error.details as { reason?: string }).reason);
    }
    throw error;
  }
}

describe('readModel() of damaged bytes', () => {
  test.each([
    ['text', new TextEncoder().encode('this is no model, but a text of some length')],
    ['a PNG', Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13])],
    ['a zip', Uint8Array.from([0x50, 0x4b, 3, 4, 20, 0, 0, 0])],
    ['a pickle', Uint8Array.from([0x80, 2, 0x7d, 0x71, 0, 0x2e])],
    ['zeros', new Uint8Array(1000)],
  ])('refuses %s as no ONNX model', async (_name, bytes) => {
    expect(await outcome(bytes)).toBe('not-onnx');
  });

  test('refuses nothing as empty', async () => {
    expect(await outcome(new Uint8Array())).toBe('empty');
  });

  test('refuses every cut of a model but one between its fields', async () => {
    const bytes = accumulator();
    const seen = new Set<string>();
    for (let length = 0; length < bytes.length; length++) seen.add(await outcome(bytes.subarray(0, length)));
    seen.delete('read');
    expect([...seen].sort()).toEqual(['empty', 'not-onnx', 'truncated']);
  });

  test('says that a cut file is damaged, where the weights are cut', async () => {
    const path = join(tempFolder(), 'model.onnx');
    writeFileSync(path, bigWeights(1));
    truncateSync(path, 2 ** 19);
    await expect(readModel(path)).rejects.toMatchObject({ code: 'MODEL_INVALID', details: { reason: 'truncated' } });
  });

  test('survives random changes, with the right kind of error', async () => {
    const random = randomNumbers(7);
    const models = [slow({ size: 8, iterations: 1 }), matmul16(), mlp({ layers: 1, width: 8 })];
    const seen = new Map<string, number>();
    for (let i = 0; i < 3000; i++) {
      const bytes = (models[i % models.length] as Uint8Array).slice();
      for (let changes = 1 + random(4); changes > 0; changes--) bytes[random(bytes.length)] = random(256);
      const reason = await outcome(bytes);
      seen.set(reason, (seen.get(reason) ?? 0) + 1);
    }
    expect(seen.get('read')).toBeGreaterThan(100);
    expect(seen.get('malformed')).toBeGreaterThan(100);
  });

  test('refuses more nodes than limits.nodes', async () => {
    const bytes = mlp({ layers: 4, width: 8 });
    await expect(readModel(bytes, { limits: { nodes: 3 } })).rejects.toMatchObject({
      code: 'MODEL_INVALID',
      details: { reason: 'too-many-nodes' },
    });
  });
});

describe('readModel() of files', () => {
  test('refuses a missing file, a folder and a pipe by name', async () => {
    const folder = tempFolder();
    const missing = join(folder, 'missing.onnx');
    await expect(readModel(missing)).rejects.toMatchObject({ details: { reason: 'not-found', path: missing } });
    await expect(readModel(folder)).rejects.toMatchObject({ code: 'MODEL_INVALID' });
  });

  test('keeps the weights of a file that was replaced, and notices one that was changed', async () => {
    const folder = tempFolder();
    const path = join(folder, 'model.onnx');
    const bytes = bigWeights(1);
    writeFileSync(path, bytes);
    const replaced = await readModel(path);
    const other = join(folder, 'other.onnx');
    writeFileSync(other, mlp({ layers: 1, width: 8 }));
    renameSync(other, path);
    expect(Buffer.compare(await serializeModel(replaced), bytes)).toBe(0);

    writeFileSync(path, bytes);
    const changed = await readModel(path);
    appendFileSync(path, 'x');
    utimesSync(path, 1, 1);
    await expect(serializeModel(changed)).rejects.toMatchObject({ details: { reason: 'file-changed' } });
  });
});

describe('readModel() with external data', () => {
  const weights = new Uint8Array(externalWeights.buffer);
  const reason = async (location: string, prepare: (folder: string) => void = () => {}, offset = 0) => {
    const folder = tempFolder();
    writeFileSync(join(folder, 'model.onnx'), externalAdd({ location, offset, length: weights.length }));
    prepare(folder);
    const failure = await readModel(join(folder, 'model.onnx')).catch((error) => error);
    return (failure as { details?: { reason?: string } }).details?.reason;
  };

  test('reads it from the folder of the model', async () => {
    const { graph } = await readModel(withExternalData(tempFolder(), 'deep/er/weights.bin'));
    expect(graph.initializers[0]?.initializer?.numbers()).toBeUndefined();
    expect(await graph.initializers[0]?.initializer?.array()).toEqual(externalWeights);
  });

  test.each([
    ['../weights.bin', 'external-data-outside-folder'],
    ['a/../../weights.bin', 'external-data-outside-folder'],
    ['/etc/passwd', 'external-data-outside-folder'],
    ['c:\\weights.bin', 'external-data-outside-folder'],
    ['a\\b', 'external-data-outside-folder'],
    ['weights.bin ', 'external-data-outside-folder'],
    ['we\nights', 'external-data-outside-folder'],
    ['.', 'external-data-not-a-file'],
    ['missing.bin', 'external-data-missing'],
    ['*/_ORT_MEM_ADDR_/*', 'external-data-missing'],
  ])('refuses the location %j: %s', async (location, expected) => {
    expect(await reason(location)).toBe(expected);
  });

  test('refuses links, folders, and what is shorter than the tensor', async () => {
    const outside = join(tempFolder(), 'secret');
    writeFileSync(outside, weights);
    expect(await reason('w', (folder) => symlinkSync(outside, join(folder, 'w')))).toBe('external-data-outside-folder');
    expect(await reason('d/w', (folder) => symlinkSync(join(outside, '..'), join(folder, 'd')))).toBe(
      'external-data-outside-folder',
    );
    expect(await reason('w', (folder) => linkSync(outside, join(folder, 'w')))).toBe('external-data-hard-linked');
    expect(await reason('w', (folder) => mkdirSync(join(folder, 'w')))).toBe('external-data-not-a-file');
    expect(await reason('w', (folder) => writeFileSync(join(folder, 'w'), weights.subarray(1)))).toBe(
      'external-data-out-of-range',
    );
    expect(await reason('w', (folder) => writeFileSync(join(folder, 'w'), weights), 1)).toBe(
      'external-data-out-of-range',
    );
  });

  test('takes hard links with limits.hardLinks', async () => {
    const folder = tempFolder();
    const path = withExternalData(folder);
    linkSync(join(folder, 'weights.bin'), join(folder, 'another'));
    await expect(readModel(path)).rejects.toMatchObject({ details: { reason: 'external-data-hard-linked' } });
    await expect(readModel(path, { limits: { hardLinks: true } })).resolves.toBeDefined();
  });
});
