import { describe, expect, test } from 'vitest';
import { resolveLoadOptions } from '../../lib/engine/load-options.js';
import { identity } from '../fixtures/models.js';
import { load } from '../support/engines.js';
import { failure } from '../support/failure.js';

/** Options, the option that is at fault, and the code. */
const bad: [unknown, string, string][] = [
  [null, 'options', 'INVALID_ARGUMENT'],
  [[], 'options', 'INVALID_ARGUMENT'],
  ['cpu', 'options', 'INVALID_ARGUMENT'],
  [{ nmae: 'x' }, 'options.nmae', 'INVALID_ARGUMENT'],
  [{ name: '' }, 'options.name', 'INVALID_ARGUMENT'],
  [{ name: 5 }, 'options.name', 'INVALID_ARGUMENT'],
  [{ backend: 'cuda' }, 'options.backend', 'INVALID_ARGUMENT'],
  [{ fallback: true }, 'options.fallback', 'INVALID_ARGUMENT'],
  [{ device: '' }, 'options.device', 'INVALID_ARGUMENT'],
  [{ device: -1 }, 'options.device', 'OUT_OF_RANGE'],
  [{ device: 1.5 }, 'options.device', 'INVALID_ARGUMENT'],
  [{ externalData: {} }, 'options.externalData', 'INVALID_ARGUMENT'],
  [{ externalData: [null] }, 'options.externalData[0]', 'INVALID_ARGUMENT'],
  [{ externalData: [{ path: '', data: new Uint8Array() }] }, 'options.externalData[0].path', 'INVALID_ARGUMENT'],
  [{ externalData: [{ path: 'w', data: [1] }] }, 'options.externalData[0].data', 'INVALID_ARGUMENT'],
  [{ freeDimensionOverrides: [] }, 'options.freeDimensionOverrides', 'INVALID_ARGUMENT'],
  [{ freeDimensionOverrides: { N: 1.5 } }, 'options.freeDimensionOverrides.N', 'INVALID_ARGUMENT'],
  [{ freeDimensionOverrides: { N: 0 } }, 'options.freeDimensionOverrides.N', 'OUT_OF_RANGE'],
  [{ cpu: 1 }, 'options.cpu', 'INVALID_ARGUMENT'],
  [{ cpu: { threads: 1 } }, 'options.cpu.threads', 'INVALID_ARGUMENT'],
  [{ cpu: { graphOptimizationLevel: '99' } }, 'options.cpu.graphOptimizationLevel', 'INVALID_ARGUMENT'],
  [{ cpu: { sessionConfig: 'x' } }, 'options.cpu.sessionConfig', 'INVALID_ARGUMENT'],
  [{ cpu: { sessionConfig: { key: 1 } } }, 'options.cpu.sessionConfig.key', 'INVALID_ARGUMENT'],
  [{ batching: true }, 'options.batching', 'INVALID_ARGUMENT'],
  [{ batching: { maxqueue: 1 } }, 'options.batching.maxqueue', 'INVALID_ARGUMENT'],
  [{ batching: { maxQueue: 0 } }, 'options.batching.maxQueue', 'OUT_OF_RANGE'],
  [{ batching: { maxQueue: Number.POSITIVE_INFINITY } }, 'options.batching.maxQueue', 'INVALID_ARGUMENT'],
  [{ batching: { maxQueueBytes: -1 } }, 'options.batching.maxQueueBytes', 'OUT_OF_RANGE'],
  [{ batching: { maxSize: 0 } }, 'options.batching.maxSize', 'OUT_OF_RANGE'],
  [{ batching: { maxSize: 4097 } }, 'options.batching.maxSize', 'OUT_OF_RANGE'],
  [{ batching: { maxDelayMs: -1 } }, 'options.batching.maxDelayMs', 'OUT_OF_RANGE'],
  [{ batching: { maxDelayMs: '5' } }, 'options.batching.maxDelayMs', 'INVALID_ARGUMENT'],
  [{ batching: { targetP99Ms: Number.NaN } }, 'options.batching.targetP99Ms', 'INVALID_ARGUMENT'],
  [{ batching: { preferredSizes: 8 } }, 'options.batching.preferredSizes', 'INVALID_ARGUMENT'],
  [{ batching: { preferredSizes: [33] } }, 'options.batching.preferredSizes', 'OUT_OF_RANGE'],
  [{ batching: { verify: 'yes' } }, 'options.batching.verify', 'INVALID_ARGUMENT'],
  [{ batching: { verify: [] } }, 'options.batching.verify', 'INVALID_ARGUMENT'],
  [{ batching: { tolerance: 1e-3 } }, 'options.batching.tolerance', 'INVALID_ARGUMENT'],
  [{ batching: { tolerance: { rtol: -1 } } }, 'options.batching.tolerance.rtol', 'OUT_OF_RANGE'],
  [{ batching: { pad: 8 } }, 'options.batching.pad', 'INVALID_ARGUMENT'],
  [{ instances: 0 }, 'options.instances', 'OUT_OF_RANGE'],
  [{ instances: 65 }, 'options.instances', 'OUT_OF_RANGE'],
  [{ instances: '2' }, 'options.instances', 'INVALID_ARGUMENT'],
  [{ threads: 0 }, 'options.threads', 'OUT_OF_RANGE'],
  [{ threads: Number.NaN }, 'options.threads', 'INVALID_ARGUMENT'],
  [{ inlineBelowUs: -1 }, 'options.inlineBelowUs', 'OUT_OF_RANGE'],
  [{ float16: 'float32' }, 'options.float16', 'INVALID_ARGUMENT'],
  [{ signal: {} }, 'options.signal', 'INVALID_ARGUMENT'],
  [{ limits: 5 }, 'options.limits', 'INVALID_ARGUMENT'],
  [{ limits: { bytes: 5 } }, 'options.limits.bytes', 'INVALID_ARGUMENT'],
  [{ limits: { nodes: 0 } }, 'options.limits.nodes', 'OUT_OF_RANGE'],
  [{ limits: { elements: 1.5 } }, 'options.limits.elements', 'INVALID_ARGUMENT'],
  [{ limits: { declaredBytes: 2 ** 60 } }, 'options.limits.declaredBytes', 'OUT_OF_RANGE'],
  [{ limits: { hardLinks: 1 } }, 'options.limits.hardLinks', 'INVALID_ARGUMENT'],
  [{ probe: 1 }, 'options.probe', 'INVALID_ARGUMENT'],
  [{ probe: { timeout: 1 } }, 'options.probe.timeout', 'INVALID_ARGUMENT'],
  [{ probe: { timeoutMs: 0 } }, 'options.probe.timeoutMs', 'OUT_OF_RANGE'],
  [{ probe: { memoryBytes: 5 } }, 'options.probe.memoryBytes', 'OUT_OF_RANGE'],
  [{ customOperators: 'a.so' }, 'options.customOperators', 'INVALID_ARGUMENT'],
  [{ customOperators: ['a.so'] }, 'options.customOperators[0]', 'INVALID_ARGUMENT'],
  [{ customOperators: [{ path: 'a.so' }] }, 'options.customOperators[0].sha256', 'INVALID_ARGUMENT'],
  [{ customOperators: [{ path: 'a.so', sha256: 'x' }] }, 'options.customOperators[0].sha256', 'INVALID_ARGUMENT'],
  [{ precision: 'int8' }, 'options.precision', 'UNSUPPORTED'],
  [{ precision: 'fp8' }, 'options.precision', 'INVALID_ARGUMENT'],
  [{ cacheDir: true }, 'options.cacheDir', 'INVALID_ARGUMENT'],
  [{ cacheDir: '' }, 'options.cacheDir', 'INVALID_ARGUMENT'],
  [{ memoryLimitBytes: 1 }, 'options.memoryLimitBytes', 'OUT_OF_RANGE'],
  [{ memoryLimitBytes: '1GB' }, 'options.memoryLimitBytes', 'INVALID_ARGUMENT'],
  [{ calibration: [] }, 'options.calibration', 'UNSUPPORTED'],
  [{ tf32: 1 }, 'options.tf32', 'INVALID_ARGUMENT'],
  [{ trust: { plans: 'all' } }, 'options.trust.plans', 'INVALID_ARGUMENT'],
  [{ profiles: [] }, 'options.profiles', 'INVALID_ARGUMENT'],
  [{ profiles: { x: { min: [1], opt: [1], max: [1, 2] } } }, 'options.profiles[0].x.max', 'INVALID_ARGUMENT'],
  [{ profiles: { x: { min: [1], opt: [3], max: [2] } } }, 'options.profiles[0].x.max[0]', 'OUT_OF_RANGE'],
  [{ profiles: { x: { min: [2], opt: [1], max: [2] } } }, 'options.profiles[0].x.opt[0]', 'OUT_OF_RANGE'],
  [{ profiles: { x: { min: 1, opt: [1], max: [2] } } }, 'options.profiles[0].x.min', 'INVALID_ARGUMENT'],
  [{ refit: 1 }, 'options.refit', 'INVALID_ARGUMENT'],
  [{ refit: new URL('http://host/model.onnx') }, 'options.refit', 'INVALID_ARGUMENT'],
  [{ refit: 'a\0b' }, 'options.refit', 'INVALID_ARGUMENT'],
  [{ weightStreamingBudget: -1 }, 'options.weightStreamingBudget', 'OUT_OF_RANGE'],
  [{ weightStreamingBudget: 'all' }, 'options.weightStreamingBudget', 'INVALID_ARGUMENT'],
  [{ logger: {} }, 'options.logger.error', 'INVALID_ARGUMENT'],
  [{ onProgress: 1 }, 'options.onProgress', 'INVALID_ARGUMENT'],
  [{ backend: 'tensorrt', device: 'cpu' }, 'options.device', 'INVALID_ARGUMENT'],
];

describe('load()', () => {
  test.each(bad)('rejects options %j, naming %s, with %s', async (options, option, code) => {
    await expect(load(identity(), options as never)).rejects.toEqual(failure(code, { option }));
  });

  test('says what was expected and what came instead', async () => {
    await expect(load(identity(), { backend: 'cuda' as never })).rejects.toEqual(
      failure('INVALID_ARGUMENT', {
        option: 'options.backend',
        expected: "'auto' or 'tensorrt' or 'tensorrt-rtx' or 'cpu'",
        received: '"cuda"',
      }),
    );
    await expect(load(identity(), { instances: 65 })).rejects.toEqual(
      failure('OUT_OF_RANGE', { option: 'options.instances', expected: '1 to 64', received: '65' }),
    );
  });

  test('takes undefined for the default, of options that come later too', () => {
    const none = { name: undefined, precision: undefined, threads: undefined, batching: undefined };
    expect(resolveLoadOptions(none as never)).toEqual(resolveLoadOptions());
  });
});

describe('resolveLoadOptions()', () => {
  test('fills in the defaults that the documentation names', () => {
    expect(resolveLoadOptions()).toMatchObject({
      backend: 'auto',
      fallback: 'error',
      device: undefined,
      tf32: false,
      graphOptimizationLevel: 'all',
      batching: {
        queue: {
          maxSize: 32,
          maxDelayMs: 0,
          preferredSizes: [],
          split: false,
          targetP99Ms: 0,
          maxQueue: 1024,
          maxQueueBytes: 256 * 2 ** 20,
        },
        proof: { enabled: true, verify: 1, rtol: 1e-3, atol: 1e-4, maxSeconds: 5 },
        samples: [],
      },
      instances: 1,
      inlineBelowUs: 50,
      float16: 'bits',
    });
  });

  test('takes batching: false as the defaults, switched off', () => {
    const { batching, ...others } = resolveLoadOptions({ batching: false });
    const defaults = resolveLoadOptions();
    expect(others).toEqual({ ...defaults, batching: undefined });
    expect(batching).toEqual({ ...defaults.batching, proof: { ...defaults.batching.proof, enabled: false } });
  });
});
