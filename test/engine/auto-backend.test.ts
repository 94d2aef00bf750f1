import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { afterGpu, mayUseGpu } from '../../dist/esm/engine/auto-backend.js';
import { resolveLoadOptions } from '../../dist/esm/engine/load-options.js';
import { placed } from '../../dist/esm/engine/placement.js';
import { planLogger } from '../../dist/esm/engine/plan-logger.js';
import { Engine, type LoadOptions, NodeTensorRTError } from '../../dist/esm/index.js';
import { identity } from '../fixtures/models.js';
import { fakeBuilder } from '../support/fake-builder.js';

const may = (options: LoadOptions = {}) => mayUseGpu(resolveLoadOptions(options));
const tried = (error: unknown, options: LoadOptions = {}) => afterGpu(error, resolveLoadOptions(options));
const ours = (code: 'BUILD_FAILED' | 'INVALID_ARGUMENT' | 'OUT_OF_RANGE' | 'BACKEND_UNAVAILABLE', details = {}) =>
  new NodeTensorRTError(code, 'so it is', details);
const deviation = [{ option: 'backend', asked: 'auto', inForce: 'cpu', reason: 'so it is' }];
const profiles = { x: { min: [1, 4], opt: [1, 4], max: [1, 4] } };

beforeEach(() => {
  vi.stubEnv('NODE_TENSORRT_CUDA_LIBRARY', '/nowhere/libcuda.so.1');
  return () => {
    vi.unstubAllEnvs();
  };
});

describe('a GPU is tried', () => {
  test('for a model that says nothing of its backend, where there is a driver', () => {
    expect(may()).toBe(true);
    expect(may({ device: 0 })).toBe(true);
    expect(may({ backend: 'cpu' })).toBe(false);
    expect(may({ device: 'cpu' })).toBe(false);
    expect(may({ customOperators: [{ path: 'a.so', sha256: 'a'.repeat(64) }] })).toBe(false);
    vi.stubEnv('NODE_TENSORRT_CUDA_LIBRARY', '');
    vi.stubEnv('SystemRoot', '/nowhere');
    expect(may({ device: 'cpu' })).toBe(false);
  });
});

describe('after a GPU was tried', () => {
  test('the CPU is a deviation where TensorRT does not take the model', () => {
    expect(tried(ours('BUILD_FAILED'))).toEqual(deviation);
    expect(tried(ours('BACKEND_UNAVAILABLE', { reason: 'builder-resource' }))).toEqual(deviation);
    expect(tried(ours('INVALID_ARGUMENT'))).toEqual(deviation);
  });

  test('what is wrong with options for the GPU is told', () => {
    for (const code of ['INVALID_ARGUMENT', 'OUT_OF_RANGE'] as const) {
      expect(() => tried(ours(code), { profiles })).toThrow('so it is');
    }
    expect(tried(ours('BUILD_FAILED'), { profiles })).toEqual(deviation);
    expect(() => tried(new TypeError('ours'))).toThrow(TypeError);
  });

  test('a device that was named is no other one', () => {
    expect(() => tried(ours('BACKEND_UNAVAILABLE'), { device: 3 })).toThrow('so it is');
    expect(tried(ours('BACKEND_UNAVAILABLE'), { device: 3, fallback: 'warn' })).toEqual([]);
    expect(may()).toBe(true);
  });

  test('a deviation is warned of, unless it is allowed', () => {
    const warned = vi.spyOn(process, 'emitWarning').mockReturnValue();
    const numa = { node: null, cpus: '', memoryBound: false, reason: '' };
    const choice = { source: '', precision: 'model', reason: '', nodes: [], deviations: [] } as const;
    const warn = (options: LoadOptions, deviations: typeof deviation) => {
      const batching = { enabled: false, reason: '' };
      const place = { backend: 'cpu', device: 'cpu', precision: 'model', precisionReason: '', nodes: [] } as const;
      placed({ ...place, batching, deviations }, numa, resolveLoadOptions(options), 'one', choice);
    };
    warn({}, []);
    warn({ fallback: 'allow' }, deviation);
    expect(warned).not.toHaveBeenCalled();
    warn({}, deviation);
    expect(warned).toHaveBeenCalledOnce();
    expect(warned).toHaveBeenCalledWith(expect.stringMatching(/engine 'one' runs on the CPU: .*so it is/), {
      type: 'NodeTensorRTWarning',
      code: 'NODE_TENSORRT_FALLBACK',
    });
    warned.mockRestore();
  });

  // The last one: this process does not look again.
  test('where there was nothing, nothing is looked for again', async () => {
    const { calls, folder } = fakeBuilder({ noDriver: true });
    const model = join(folder, 'model.onnx');
    writeFileSync(model, identity());
    for (let i = 0; i < 2; i++) {
      const engine = await Engine.load(model);
      expect(engine.placement).toMatchObject({ backend: 'cpu', deviations: [] });
      await engine.close();
      expect(calls().filter(({ command }) => command === 'devices').length).toBeLessThan(3);
    }
    expect(may()).toBe(false);
    const before = calls().length;
    await (await Engine.load(model)).close();
    expect(calls()).toHaveLength(before);
  });
});

describe('a logger of plans', () => {
  test('gets levels by severity', () => {
    const lines: unknown[] = [];
    const at = (level: string) => (fields: object, text: string) => lines.push([level, fields, text]);
    const tell = planLogger({ error: at('error'), warn: at('warn'), info: at('info'), debug: at('debug') }, 'one');
    for (const severity of [0, 1, 2, 3, 4, 5]) tell(severity, `line ${severity}`);
    const levels = ['error', 'error', 'warn', 'info', 'debug', 'debug'];
    expect(lines).toEqual(levels.map((level, i) => [level, { model: 'one', source: 'tensorrt' }, `line ${i}`]));
  });
});
