// What the addon is given wrong, although the library around it checks everything first: it must be refused, not misread.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  DemandKind,
  DemandOutcome,
  type NativeEngine,
  NativeEvent,
  type NativePort,
} from '../../lib/native/contract.js';
import { addTwo, mlp } from '../fixtures/models.js';
import { turn } from '../support/engines.js';
import { type Anything, addon, codeOf, eventOf, load, loadOptions, openPort } from '../support/raw-addon.js';

let port: NativePort;
let numbers: NativeEngine;

beforeAll(async () => {
  port = openPort();
  numbers = await load(port, addTwo());
});

afterAll(async () => {
  numbers.release(900);
  await eventOf(port, 900);
});

describe('objects that are not what they should be', () => {
  it('cannot be loaded', () => {
    expect(codeOf(() => port.load(80, {} as Anything, loadOptions()))).toBe('INTERNAL');
    expect(codeOf(() => port.load(80, '/a', { ...loadOptions(), threads: 'many' as Anything }))).toBe('NOT_OPEN');
    expect(codeOf(() => port.load(80, '/a', { ...loadOptions(), name: 5 as Anything }))).toBe('NOT_OPEN');
    expect(codeOf(() => port.load(80, '/a', { ...loadOptions(), externalData: 5 as Anything }))).toBe('NOT_OPEN');
    expect(codeOf(() => port.load(80, '/a', { ...loadOptions(), limits: undefined as Anything }))).toBe('TypeError');
    expect(codeOf(() => port.load(80, '/a', { ...loadOptions(), customOperators: [5] as Anything }))).toBe('NOT_OPEN');
  });

  it('limit no memory', () => {
    for (const bytes of [undefined, 'many', -1, 0, {}]) expect(addon.limitMemory(bytes as Anything)).toBe(false);
  });

  it('cannot be staged from', () => {
    const staging = new addon.NativeStaging(port, 8);
    expect(codeOf(() => staging.copy('text' as Anything, 0, 8))).toBe('INVALID_ARGUMENT');
    expect(codeOf(() => staging.copy(new Uint8Array(9), 0, 8))).toBe('INVALID_ARGUMENT');
    expect(codeOf(() => staging.copy(new Uint8Array(8), 9, 8))).toBe('INTERNAL');
    expect(staging.copy(new Uint8Array(8), 8, 8)).toBe(8);
    expect(codeOf(() => new addon.NativeStaging(port, 2 ** 52))).toBe('OUT_OF_MEMORY');
  });

  it('cannot be made, nor their methods called on others', () => {
    const Engine = numbers.constructor as Anything;
    for (const make of [
      () => new Engine(),
      () => new Engine({}, 1),
      () => new Engine(port, 1),
      () => Engine(port),
      () => new (addon.NativeStaging as Anything)(),
      () => new (addon.NativeStaging as Anything)({}, 1),
      () => port.poll.call({} as Anything),
      () => numbers.stats.call({} as Anything, false),
    ]) {
      expect(codeOf(make)).not.toBe('nothing thrown');
    }
  });

  it('have no methods that work on other objects', () => {
    const classes = [addon.NativePort, addon.NativeStaging, addon.NativeModelCache, numbers.constructor];
    let count = 0;
    for (const { prototype } of classes as Anything[]) {
      for (const name of Object.getOwnPropertyNames(prototype)) {
        const { value } = Object.getOwnPropertyDescriptor(prototype, name) as PropertyDescriptor;
        if (name === 'constructor' || typeof value !== 'function') continue;
        expect(() => value.call({}), name).toThrow();
        count++;
      }
    }
    expect(count).toBeGreaterThan(50);
  });

  it('are not called without new', () => {
    for (const Class of [addon.NativePort, addon.NativeStaging, addon.NativeModelCache, numbers.constructor]) {
      expect(codeOf(() => (Class as Anything)(port, 8, 8))).not.toBe('nothing thrown');
    }
  });

  it('are no model, engine or member of a model cache', async () => {
    const cache = new addon.NativeModelCache(port, 'raw', 100);
    cache.add('a', 'what it is');
    expect(codeOf(() => new addon.NativeModelCache({} as Anything, 'raw', 100))).toBe('INTERNAL');
    expect(codeOf(() => new addon.NativeModelCache(port, 'raw', 99))).toBe('INVALID_ARGUMENT');
    expect(codeOf(() => cache.demand(91, 'b', DemandKind.use, 0))).toBe('INVALID_ARGUMENT');
    expect(codeOf(() => cache.demand(91, 'a', DemandKind.reserve, 1))).toBe('INTERNAL');
    expect(codeOf(() => cache.finish('a', 1, 1, numbers, '', true))).toBe('INTERNAL');
    expect(codeOf(() => cache.fail('a', 0, '', []))).toBe('INTERNAL');
    expect(codeOf(() => cache.abandon('a'))).toBe('INTERNAL');
    expect(cache.demand(91, 'a', DemandKind.use, 0)).toEqual({ outcome: DemandOutcome.elected });
    expect(codeOf(() => cache.finish('a', 1, 1, {} as Anything, '', true))).toBe('INTERNAL');
    expect(codeOf(() => cache.fail('a', 999, 'text', [5, 'b'] as Anything))).toBe('NOT_OPEN');
    expect(cache.cancel(91, 'a')).toBe(false);
    cache.close(92);
    await eventOf(port, 92);
    expect(codeOf(() => cache.demand(93, 'a', DemandKind.use, 0))).toBe('NOT_OPEN');
  });

  it('are no estimate or demand that could be taken', () => {
    expect(codeOf(() => port.takeEstimate())).toBe('INTERNAL');
    expect(port.takeDemand()).toEqual({ outcome: expect.any(Number) });
  });

  it('name no pool', () => {
    expect(codeOf(() => port.poolStats('gpu'))).toBe('INVALID_ARGUMENT');
    expect(codeOf(() => port.resetPeak('gpu'))).toBe('INVALID_ARGUMENT');
    expect(codeOf(() => port.emptyCache(90, 'gpu'))).toBe('INVALID_ARGUMENT');
  });
});

describe('plans', () => {
  it('whose load fails end their log', async () => {
    const plan = {
      ...{ module: '/nothing.so', flavour: 'tensorrt' as const, library: '', device: '', file: '/nothing', offset: 0 },
      ...{ bytes: 0, runtimeCache: '', weights: '', weightBudget: -2, log: 87, inputs: [], outputs: [] },
    };
    port.load(86, '/nothing', { ...loadOptions(), plan });
    const events = new Map<number, number>();
    while (events.size < 2) {
      const id = port.poll();
      if (id === 0) await turn();
      else events.set(id, port.frame[0] as number);
      if (id === 86) expect((port.takeError() as Anything).code).toBe('BACKEND_UNAVAILABLE');
      if (id === 87) {
        expect(port.takeLog(87)).toEqual([]);
        expect(port.frame[1]).toBe(1);
      }
    }
    expect([...events].sort()).toEqual([
      [86, 1],
      [87, 8],
    ]);
  });

  it('that nobody loads have no lines', () => {
    expect(port.takeLog(12345)).toEqual([]);
  });
});

describe('models that are only looked at', () => {
  const limits = { nodes: 1000, elements: 2 ** 20, declaredBytes: 2 ** 20, hardLinks: false };
  const options = { externalData: [], limits };

  it('are described once', async () => {
    const model = mlp({ layers: 1, width: 8 });
    const staging = new addon.NativeStaging(port, model.byteLength);
    staging.copy(model, 0, model.byteLength);
    port.describe(95, staging, options);
    expect(await eventOf(port, 95)).toBe(NativeEvent.description);
    expect(port.takeDescription()).toMatchObject({ inputs: [{ name: 'x', type: 'float32' }], precision: 'fp32' });
    expect(codeOf(() => port.takeDescription())).toBe('INTERNAL');
  });

  it('that are none are an error', async () => {
    port.describe(96, '/no/such/model.onnx', options);
    expect(await eventOf(port, 96)).toBe(NativeEvent.error);
    expect(codeOf(() => port.describe(97, 5 as Anything, options))).toBe('INTERNAL');
    expect(codeOf(() => port.describe(97, '/a', {} as Anything))).not.toBe('nothing thrown');
  });

  it('are of a kind by their bytes', () => {
    expect(addon.fileKind(Buffer.from('GGUF'), 4)).toEqual({ name: 'a GGUF model (llama.cpp)', advice: '' });
    expect(addon.fileKind(mlp({ layers: 1, width: 8 }), 1000)).toBeUndefined();
    for (const [bytes, size] of [
      ['GGUF', 4],
      [new Float32Array(4), 4],
      [new Uint8Array(4), -1],
      [new Uint8Array(4), 'x'],
    ]) {
      expect(codeOf(() => addon.fileKind(bytes as Anything, size as Anything))).toBe('INTERNAL');
    }
  });
});
