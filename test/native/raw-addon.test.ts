// The addon without the library around it, which checks everything first: what native code is given wrong all the same
// must be refused, not misread.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadAddon } from '../../dist/esm/native/load.js';
import { findOnnxRuntime } from '../../dist/esm/native/onnxruntime.js';
import { DemandKind, DemandOutcome, type NativeEngine, type NativePort } from '../../lib/native/contract.js';
import { addTwo, stringConcat } from '../fixtures/models.js';
import { turn } from '../support/engines.js';

const addon = loadAddon();
const ASYNC = 0;
const BLOCKING = 1;
const RESULT = 0;
const LOADED = 2;

function openPort(): NativePort {
  return new addon.NativePort(
    () => {},
    (code, message, details) => Object.assign(new Error(message), { code: addon.errorCodes[code], details }),
  );
}

/** The event of that id. */
async function eventOf(port: NativePort, id: number): Promise<number> {
  for (;;) {
    const got = port.poll();
    if (got === id) return port.frame[0] as number;
    await turn();
  }
}

async function load(port: NativePort, model: Uint8Array): Promise<NativeEngine> {
  const staging = new addon.NativeStaging(port, model.byteLength);
  staging.copy(model, 0, model.byteLength);
  port.load(1, staging, loadOptions());
  expect(await eventOf(port, 1)).toBe(LOADED);
  return port.takeEngine();
}

/** The code of what is thrown, or the name of an error that is none of ours. */
function codeOf(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return (error as { code?: string }).code ?? (error as Error).name;
  }
  return 'nothing thrown';
}

// biome-ignore lint/suspicious/noExplicitAny: what no type allows is what is tested
type Anything = any;

const three = Float32Array.of(1, 2, 3);
/** y of two vectors of three: time-out, priority, no step, outputs, index, no `into`, rank and dimensions per input. */
const frame = [0, 1, 0, 1, 0, 0, 1, 3, 1, 3];

let port: NativePort;
let numbers: NativeEngine;
let strings: NativeEngine;

beforeAll(async () => {
  port = openPort();
  numbers = await load(port, addTwo());
  strings = await load(port, stringConcat());
});

afterAll(async () => {
  for (const [i, engine] of [numbers, strings].entries()) {
    engine.release(900 + i);
    await eventOf(port, 900 + i);
  }
});

function submit(numbersInFrame: number[], ...args: Anything[]): unknown {
  port.frame.set(numbersInFrame);
  return (numbers.submit as Anything)(...args);
}

describe('submit()', () => {
  it('runs what is right', () => {
    expect(submit(frame, 0, BLOCKING, three, three)).toBe(1);
    const y = new Float32Array(3);
    port.take(y);
    expect([...y]).toEqual([2, 4, 6]);
  });

  it.each<[string, number[], Anything[], string]>([
    ['a rank that is none', [0, 1, 0, 1, 0, 0, 99], [three, three], 'INTERNAL'],
    ['a state where there is none', [0, 1, 0, 1, 0, 0, -1, 1, 3], [three, three], 'INTERNAL'],
    ['a state of a step where there is none', [0, 1, 1, 1, 0, 0, -1, 1, 3], [three, three, 'id'], 'INTERNAL'],
    ['a step without an id', [0, 1, 1, 1, 0, 0, 1, 3, 1, 3], [three, three], 'NOT_OPEN'],
    ['more outputs than there are', [0, 1, 0, 9], [three, three], 'INTERNAL'],
    ['an output that is none', [0, 1, 0, 1, 7, 0], [three, three], 'INTERNAL'],
    ['no array to write to', [0, 1, 0, 1, 0, 1, 1, 3, 1, 3, 1, 3], [three, three, 5], 'INVALID_ARGUMENT'],
    [
      'the wrong array to write to',
      [0, 1, 0, 1, 0, 1, 1, 3, 1, 3, 1, 3],
      [three, three, new Int8Array(3)],
      'INVALID_ARGUMENT',
    ],
    [
      'too small an array to write to',
      [0, 1, 0, 1, 0, 1, 1, 3, 1, 3, 1, 3],
      [three, three, new Float32Array(2)],
      'INVALID_ARGUMENT',
    ],
    ['the wrong array to read from', frame, [three, new Float64Array(3)], 'INVALID_ARGUMENT'],
    ['too small an array to read from', frame, [three, three.subarray(1)], 'INVALID_ARGUMENT'],
    ['nothing to read from', frame, [three], 'INVALID_ARGUMENT'],
    ['what is no array', frame, [three, { length: 3 }], 'INVALID_ARGUMENT'],
    ['strings', frame, [three, ['a', 'b', 'c']], 'INVALID_ARGUMENT'],
  ])('refuses %s', (_, given, arrays, code) => {
    expect(codeOf(() => submit(given, 5, ASYNC, ...arrays))).toBe(code);
    expect(codeOf(() => submit(given, 0, BLOCKING, ...arrays))).toBe(code);
  });

  it('refuses a step of an engine without states, and one that is to run here and now', () => {
    const step = [0, 1, 1, 1, 0, 0, 1, 3, 1, 3];
    expect(codeOf(() => submit(step, 5, ASYNC, three, three, 'id'))).toBe('INVALID_ARGUMENT');
    expect(codeOf(() => submit(step, 0, BLOCKING, three, three, 'id'))).toBe('INTERNAL');
  });

  it('refuses staged data of another size', () => {
    expect(codeOf(() => submit(frame, 5, ASYNC, three, new addon.NativeStaging(port, 8)))).toBe('INVALID_ARGUMENT');
  });

  it.each<[string, Anything]>([
    ['no array', 5],
    ['numbers', [1]],
    ['too many', ['a', 'b']],
  ])('refuses strings that are %s', (_, given) => {
    port.frame.set([0, 1, 0, 1, 0, 0, 1, 1, 1, 1]);
    expect(codeOf(() => strings.submit(5, ASYNC, ['a'], given))).toBe('INVALID_ARGUMENT');
  });

  it('refuses all of it once the engine is released', async () => {
    const engine = await load(port, addTwo());
    engine.release(50);
    await eventOf(port, 50);
    port.frame.set(frame);
    for (const use of [
      () => engine.submit(51, ASYNC, three, three),
      () => engine.release(51),
      () => engine.stats(false),
      () => engine.describe(),
      () => engine.checkRoom(1, 0, 0),
    ]) {
      expect(codeOf(use)).toBe('NOT_OPEN');
    }
  });
});

describe('results', () => {
  it('are refused to whoever comes without an array that fits, and are gone then', async () => {
    for (const wrong of [undefined, 5, new Float32Array(2), new Float32Array(4)]) {
      for (const taken of [
        (id: number, array: Anything) => port.copyOut(id, array),
        (_: number, array: Anything) => port.take(array),
      ]) {
        expect(submit(frame, 10, ASYNC, three, three)).toBe(0);
        expect(await eventOf(port, 10)).toBe(RESULT);
        expect(codeOf(() => taken(10, wrong))).toBe('INVALID_ARGUMENT');
        expect(codeOf(() => port.take(new Float32Array(3)))).toBe('INTERNAL');
      }
    }
  });

  it('that are none cannot be taken', () => {
    expect(port.poll()).toBe(0);
    expect(codeOf(() => port.take(three))).toBe('INTERNAL');
    expect(codeOf(() => port.copyOut(60, three))).toBe('INTERNAL');
    expect(codeOf(() => port.copySlice(60, 0, three, 0, 1))).toBe('INTERNAL');
    expect(port.takeError()).toMatchObject({ code: 'INTERNAL' });
    port.drop(60);
  });

  it('that are kept are copied up to their end, and no further', async () => {
    submit(frame, 11, ASYNC, three, three);
    await eventOf(port, 11);
    port.keep(11);
    const y = new Float32Array(3);
    expect(port.copySlice(11, 0, y, 0, 8)).toBe(8);
    expect(port.copySlice(11, 0, y, 8, 100)).toBe(12);
    expect(port.copySlice(11, 0, y, 99, 100)).toBe(12);
    expect(codeOf(() => port.copySlice(11, 7, y, 0, 100))).toBe('INTERNAL');
    expect(codeOf(() => port.copySlice(11, 0, new Float32Array(2), 0, 100))).toBe('INVALID_ARGUMENT');
    expect([...y]).toEqual([2, 4, 6]);
    port.drop(11);
  });
});

describe('ids that are none', () => {
  it('are no error to whoever turns away', () => {
    expect([port.cancel(70, false), port.cancel(70, true), port.dequeue(70)]).toEqual([false, false, false]);
    port.cancelLoad(70);
  });

  it('are so while a load has them, too', async () => {
    port.load(71, '/no/such/model.onnx', { ...({} as Anything), ...loadOptions() });
    expect([port.cancel(71, false), port.dequeue(71)]).toEqual([false, false]);
    port.cancelLoad(71);
    await eventOf(port, 71);
    expect(['MODEL_INVALID', 'NOT_OPEN']).toContain((port.takeError() as Anything).code);
  });
});

function loadOptions() {
  return {
    name: 'raw',
    libraryPath: findOnnxRuntime(),
    threads: 1,
    instances: 1,
    queue: {
      maxSize: 32,
      maxDelayMs: 0,
      preferredSizes: [],
      split: false,
      targetP99Ms: 0,
      maxQueue: 8,
      maxQueueBytes: 2 ** 20,
    },
    proof: {
      enabled: false,
      verify: 1 as const,
      rtol: 0,
      atol: 0,
      maxSeconds: 0,
      pad: { buckets: [], inputs: [] },
      samples: [],
    },
    sequence: { states: {}, initial: [], idleTimeoutMs: 1000, maxSequences: 1 },
    inlineBelowUs: 0,
    memoryLimitBytes: 0,
    numa: { mode: 'off' as const, node: 0, mayFallBack: false, sysfs: '/sys' },
    graphOptimizationLevel: 'all',
    freeDimensionOverrides: {},
    sessionConfig: {},
    externalData: [],
    limits: { nodes: 1000, elements: 2 ** 20, declaredBytes: 2 ** 20, hardLinks: false },
    customOperators: [],
  };
}

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

describe('pooled memory', () => {
  const three32 = () => new Float32Array(port.allocate('host', 12, true) as ArrayBuffer);

  it('has at least a byte, and comes of a result', () => {
    expect(codeOf(() => port.allocate('host', 0, false))).toBe('INTERNAL');
    expect(codeOf(() => port.allocate('gpu', 8, false))).toBe('INVALID_ARGUMENT');
    expect(codeOf(() => openPort().takePooled(0))).toBe('INTERNAL');
  });

  it('is released once, and nothing else is', () => {
    const { buffer } = three32();
    expect(port.isPooled(new Uint8Array(buffer))).toBe(true);
    port.releasePooled(buffer);
    expect(buffer.byteLength).toBe(0);
    for (const other of [buffer, new ArrayBuffer(8), 'text', undefined]) port.releasePooled(other as Anything);
    expect(port.isPooled(new Uint8Array(8))).toBe(false);
    expect(port.isPooled('text' as Anything)).toBe(false);
  });

  it('can be said to have moved, and other memory cannot', () => {
    const [one, two] = [three32(), three32()];
    for (const other of [new ArrayBuffer(8), 'text', undefined]) port.noteMoved(other as Anything);
    structuredClone(one.buffer, { transfer: [one.buffer] });
    port.noteMoved(one.buffer);
    expect(port.isPooled(two)).toBe(true);
    port.releasePooled(two.buffer);
  });

  it('is staged as what it is only', () => {
    const Staging = addon.NativeStaging as Anything;
    expect(codeOf(() => new Staging(port, three, 'inputs', 'b'))).toBe('INVALID_ARGUMENT');
    expect(codeOf(() => new Staging(port, 'text', 'inputs', 'b'))).toBe('INVALID_ARGUMENT');
    const pooled = three32();
    const staged = (array: Anything) => new Staging(port, array, 'inputs', 'b');
    expect(codeOf(() => submit(frame, 0, BLOCKING, three, staged(new Int32Array(pooled.buffer))))).toBe(
      'INVALID_ARGUMENT',
    );
    expect(codeOf(() => submit(frame, 0, BLOCKING, three, staged(pooled.subarray(1))))).toBe('INVALID_ARGUMENT');
    expect(submit(frame, 0, BLOCKING, three, staged(pooled))).toBe(1);
    const y = new Float32Array(3);
    port.take(y);
    expect([...y]).toEqual([1, 2, 3]);
    const wrong = new Staging(port, new Float64Array(port.allocate('host', 24, true) as ArrayBuffer), 'into', 'y');
    const into = [0, 1, 0, 1, 0, 1, 1, 3, 1, 3, 1, 3];
    expect(codeOf(() => submit(into, 0, BLOCKING, three, three, wrong))).toBe('INVALID_ARGUMENT');
    port.releasePooled(pooled.buffer);
  });
});
