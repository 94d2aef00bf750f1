import { join } from 'node:path';
import {
  cloneModel,
  emulateLowPrecision,
  extractSubgraph,
  inferShapes,
  inferTypes,
  readModel,
  renameValues,
  serializeModel,
  setDims,
  upgradeOpset,
  writeModel,
} from 'node-tensorrt/onnx';
import { expect, test } from 'vitest';
import { mlp } from '../fixtures/models.js';
import { tempFolder } from '../support/temp-folder.js';

const path = 'model.onnx' as never;

test.each([
  ['cloneModel', () => cloneModel(path)],
  ['emulateLowPrecision', () => emulateLowPrecision(path)],
  ['extractSubgraph', () => extractSubgraph(path, { inputs: ['x'], outputs: ['y'] })],
  ['inferShapes', () => inferShapes(path)],
  ['inferTypes', () => inferTypes(path)],
  ['renameValues', () => renameValues(path, {})],
  ['serializeModel', () => serializeModel(path)],
  ['setDims', () => setDims(path, {})],
  ['upgradeOpset', () => upgradeOpset(path)],
  ['writeModel', () => writeModel(path, 'other.onnx')],
])('%s() of a path says that it takes a model', async (_name, call) => {
  await expect((async () => call())()).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: expect.stringContaining('model: expected a Model, as readModel() gives'),
  });
});

test('readModel() and writeModel() take file URLs only', async () => {
  const url = new URL('http://localhost/model.onnx');
  await expect(readModel(url)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  await expect(writeModel(await readModel(mlp({ layers: 1, width: 8 })), url)).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
  });
});

test('writeModel() says why the system does not let it write', async () => {
  const model = await readModel(mlp({ layers: 1, width: 8 }));
  const target = join(tempFolder(), 'none', 'model.onnx');
  await expect(writeModel(model, target)).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    details: { reason: 'unwritable', path: target, system: 'ENOENT' },
  });
});
