import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import * as onnx from 'node-tensorrt/onnx';
import { describe, expect, test } from 'vitest';
import { mlp } from '../fixtures/models.js';

describe('node-tensorrt/onnx', () => {
  test('has these names, and the same for require', () => {
    const names = [
      'Model', 'NodeTensorRTError', 'Tensor', 'attribute', 'bisectPrecision', 'castModel', 'cloneModel', 'compareModels',
      'comparisonJson', 'comparisonPage', 'diffModels', 'emulateLowPrecision', 'extractSubgraph', 'formatComparison',
      'inferShapes', 'inferTypes', 'inspectModel', 'inspectPage', 'lintModel', 'listSamples', 'optimizeModel',
      'parseComparison', 'readImage', 'readImages', 'readModel', 'readNpy', 'readNpz', 'readSample', 'readSamples', 'renameValues',
      'resolvePreprocessing', 'serializeModel', 'setBatchDimension', 'setDims', 'tensorType', 'textEquality', 'topK',
      'typesOf', 'upgradeOpset', 'writeModel', 'writeNpy', 'writeNpz', 'writeSamples',
    ]; // biome-ignore format: a list
    expect(Object.keys(onnx).sort()).toEqual(names);
    const required = createRequire(import.meta.url)('node-tensorrt/onnx') as object;
    expect(Object.keys(required).sort()).toEqual(names);
  });

  test('reads and casts a model with require', async () => {
    const { castModel, serializeModel } = createRequire(import.meta.url)('node-tensorrt/onnx') as typeof onnx;
    const { model, report } = await castModel(mlp({ layers: 1, width: 16 }), { to: 'fp16' });
    expect(report.low).toBeGreaterThan(0);
    expect((await serializeModel(model)).byteLength).toBeGreaterThan(500);
  });

  test('does not load the addon when it is imported', () => {
    const program = `
      await import('node-tensorrt/onnx');
      const { sharedObjects } = process.report.getReport();
      console.log(sharedObjects.filter((file) => /node_tensorrt|onnxruntime/.test(file)).length);
    `;
    const output = execFileSync(process.execPath, ['--input-type=module', '--eval', program], { encoding: 'utf8' });
    expect(output.trim()).toBe('0');
  });
});
