// What diagnostics channels tell of requests and batches, and that nothing is done for them while nobody listens.

import { AsyncLocalStorage } from 'node:async_hooks';
import { channel, subscribe, tracingChannel, unsubscribe } from 'node:diagnostics_channel';
import type { BatchEvent, Engine, RequestEvent, RunOptions, TensorMap } from 'node-tensorrt';
import { describe, expect, onTestFinished, test } from 'vitest';
import { getPort } from '../../dist/esm/native/port.js';
import { codes, identity, matmul16, nonZero } from '../fixtures/models.js';
import { loadBusy, loadFilling, rows } from '../support/batches.js';
import { f32, load, loadSlow, numbers, one, turn, until, untilStarted } from '../support/engines.js';
import { failure, rejection } from '../support/failure.js';

const REQUEST = 'node-tensorrt:request';
const BATCH = 'node-tensorrt:batch';
const requests = tracingChannel<string, RequestEvent>(REQUEST);

interface Heard {
  /** Name of the event and its object, in their order. */
  events: [string, RequestEvent][];
  /** The objects, each once. */
  contexts: () => RequestEvent[];
}

/** Listens to requests until the test ends. */
function listen(): Heard {
  const events: Heard['events'] = [];
  const handler = (name: string) => (context: RequestEvent) => void events.push([name, context]);
  const handlers = {
    start: handler('start'),
    end: handler('end'),
    asyncStart: handler('asyncStart'),
    asyncEnd: handler('asyncEnd'),
    error: handler('error'),
  };
  requests.subscribe(handlers);
  onTestFinished(() => void requests.unsubscribe(handlers));
  return { events, contexts: () => [...new Set(events.map(([, context]) => context))] };
}

function listenToBatches(): BatchEvent[] {
  const events: BatchEvent[] = [];
  const handler = (event: unknown) => void events.push(event as BatchEvent);
  subscribe(BATCH, handler);
  onTestFinished(() => void unsubscribe(BATCH, handler));
  return events;
}

const one4 = { x: f32([1, 2, 3, 4], [1, 4]) };
const a = { a: f32(new Float32Array(256), [16, 16]) };

/** Runs until one takes place on this thread. */
async function untilInPlace(engine: Engine, inputs: TensorMap): Promise<void> {
  while (engine.stats().requests.inPlace === 0) {
    await engine.run(inputs);
    await turn();
  }
}

describe('the channel of requests', () => {
  test('has one object for all events of a run, complete with the last one', async () => {
    const engine = await load(identity(), { name: 'mine', inlineBelowUs: 0 });
    const { events } = listen();
    const running = engine.run(one4, { priority: 'high', timeoutMs: 5000 });
    expect(events.map(([name]) => name)).toEqual(['start', 'end']);
    const context = events[0]?.[1] as RequestEvent;
    expect(context).toEqual({
      engine: 'mine', priority: 'high', timeoutMs: 5000, mode: 'queued', durationsMs: {},
    }); // biome-ignore format: short
    const result = await running;
    expect(events.map(([name]) => name)).toEqual(['start', 'end', 'asyncStart', 'asyncEnd']);
    for (const [, other] of events) expect(other).toBe(context);
    expect(context).toEqual({
      engine: 'mine',
      priority: 'high',
      timeoutMs: 5000,
      mode: 'queued',
      outcome: 'completed',
      rows: 1,
      batch: { id: 1, rows: 1, requests: 1 },
      durationsMs: {
        queue: expect.any(Number),
        copyIn: expect.any(Number),
        compute: expect.any(Number),
        copyOut: expect.any(Number),
        total: expect.any(Number),
      },
      result,
    });
    const { total = 0, ...parts } = context.durationsMs;
    for (const part of Object.values(parts)) {
      expect(part).toBeGreaterThanOrEqual(0);
      expect(part).toBeLessThanOrEqual(total);
    }
  });

  test('says in which batch requests met', async () => {
    const { engine, blocker } = await loadBusy({ maxSize: 8 });
    const { contexts } = listen();
    await Promise.all([engine.run(rows([1, 2], 1)), engine.run(rows([3], 1), { priority: 'low' })]);
    await blocker;
    expect(contexts()).toMatchObject([
      { priority: 'normal', rows: 2, batch: { id: 2, rows: 3, requests: 2 } },
      { priority: 'low', rows: 1, batch: { id: 2, rows: 3, requests: 2 } },
    ]);
  });

  test('tells of runs in place, also into memory that is given, and of runSync()', async () => {
    const engine = await load(matmul16(), { inlineBelowUs: 1_000_000 });
    await untilInPlace(engine, a);
    await turn();
    const { events, contexts } = listen();
    await engine.run(a);
    expect(events.map(([name]) => name)).toEqual(['start', 'end', 'asyncStart', 'asyncEnd']);
    events.length = 0;
    engine.runSync(a);
    expect(events.map(([name]) => name)).toEqual(['start', 'end']);
    engine.runSync(a, { into: { y: f32(new Float32Array(256), [16, 16]) } });
    for (const context of contexts()) {
      expect(context).toMatchObject({
        outcome: 'completed', mode: 'inPlace', rows: 1, batch: { rows: 1, requests: 1 },
      }); // biome-ignore format: short
      expect(context.durationsMs.compute).toBeGreaterThan(0);
      expect(context.durationsMs).not.toHaveProperty('copyIn');
    }
  });

  test('tells of results whose shape is known after the run only, in place', async () => {
    const engine = await load(nonZero(), { inlineBelowUs: 1_000_000 });
    const { contexts } = listen();
    engine.runSync({ x: f32([0, 1]) });
    expect(contexts()).toMatchObject([{ outcome: 'completed', durationsMs: { copyOut: expect.any(Number) } }]);
  });

  test('tells of large inputs and results, with the time of all their slices', async () => {
    const engine = await load(identity(), { inlineBelowUs: 0 });
    const { contexts } = listen();
    const many = 300_000;
    const x = f32(new Float32Array(many * 4).fill(1), [many, 4]);
    await engine.run({ x });
    await engine.run({ x }, { into: { y: f32(new Float32Array(many * 4), [many, 4]) } });
    for (const context of contexts()) {
      expect(context).toMatchObject({ outcome: 'completed', mode: 'queued', rows: many });
      expect(context.durationsMs.copyIn).toBeGreaterThan(0);
      expect(context.durationsMs.copyOut).toBeGreaterThan(0);
    }
    expect(contexts()).toHaveLength(2);
  });

  test('keeps the store of an AsyncLocalStorage that is bound to it', async () => {
    const storage = new AsyncLocalStorage<string>();
    requests.start.bindStore(storage, ({ engine, priority }) => `${engine} ${priority}`);
    onTestFinished(() => void requests.start.unbindStore(storage));
    const seen: unknown[] = [];
    const handler = () => void seen.push(storage.getStore());
    requests.asyncEnd.subscribe(handler);
    onTestFinished(() => void requests.asyncEnd.unsubscribe(handler));
    const engine = await load(identity(), { name: 'e', inlineBelowUs: 0, batching: { preserveOrder: true } });
    await Promise.all([engine.run(one4), engine.run(one4, { priority: 'low' })]);
    expect(seen).toEqual(['e normal', 'e low']);
    expect(storage.getStore()).toBeUndefined();
  });

  test('counts the wait for those before it, with batching.preserveOrder', async () => {
    const engine = await load(identity(), { inlineBelowUs: 0, batching: { preserveOrder: true } });
    const { contexts } = listen();
    await Promise.all([engine.run(one4), engine.run(one4)]);
    expect(contexts()).toMatchObject([{ outcome: 'completed' }, { outcome: 'completed' }]);
  });
});

describe('the outcome of a request', () => {
  const told = (heard: Heard) => heard.contexts().map(({ outcome, mode }) => [outcome, mode]);

  test('is rejected when it is refused, whatever for', async () => {
    const engine = await loadSlow({ batching: { maxQueue: 1 } });
    const running = engine.run(one());
    await untilStarted(engine, 1);
    const queued = engine.run(one());
    const heard = listen();
    const hostile = {
      get timeoutMs(): number {
        throw new Error('mine');
      },
    };
    const errors = [
      await rejection(engine.run(one())),
      await rejection(engine.run({})),
      await rejection(engine.run(one(), { priority: 'urgent' as 'high' })),
      await rejection(engine.run(one(), 5 as RunOptions)),
      await rejection(engine.run(one(), null as unknown as RunOptions)),
      await rejection(engine.run(one(), hostile)),
    ];
    expect(() => engine.runSync({})).toThrow(failure('INVALID_ARGUMENT') as Error);
    await Promise.all([running, queued]);
    await engine.close();
    errors.push(await rejection(engine.run(one())));
    expect(told(heard)).toEqual(new Array(8).fill(['rejected', undefined]));
    const told8 = heard.contexts().map(({ error }) => error);
    for (const error of errors) expect(told8).toContain(error);
    expect(heard.events.slice(0, 5).map(([name]) => name)).toEqual(['start', 'end', 'error', 'asyncStart', 'asyncEnd']);
  });

  test('is aborted, by a signal before, while it waits and while it runs, and by destroy()', async () => {
    const engine = await loadSlow();
    const controllers = [new AbortController(), new AbortController()];
    const [inRun, inQueue] = controllers.map(({ signal }) => signal) as [AbortSignal, AbortSignal];
    const heard = listen();
    const all = [engine.run(one(), { signal: inRun })];
    await untilStarted(engine, 1);
    all.push(
      engine.run(one(), { signal: inQueue }),
      engine.run(one()),
      engine.run(one(), { signal: AbortSignal.abort() }),
    );
    for (const controller of controllers) controller.abort();
    engine.destroy();
    await Promise.allSettled(all);
    await engine.close();
    expect(told(heard)).toEqual([
      ['aborted', 'queued'],
      ['aborted', 'queued'],
      ['aborted', 'queued'],
      ['aborted', undefined],
    ]);
    expect(heard.contexts()[0]).not.toHaveProperty('batch');
  });

  test('is timedOut for an accepted request, and rejected for one that is refused', async () => {
    const engine = await loadSlow();
    const heard = listen();
    await rejection(engine.run(one(), { timeoutMs: 1 }));
    await engine.run(one());
    const running = engine.run(one());
    await untilStarted(engine, 3);
    await rejection(engine.run(one(), { timeoutMs: 0.01 }));
    await running;
    expect(told(heard)).toEqual([
      ['timedOut', 'queued'],
      ['completed', 'queued'],
      ['completed', 'queued'],
      ['rejected', undefined],
    ]);
  });

  test('is that of the staging of large inputs, too', async () => {
    const engine = await load(identity());
    const x = f32(new Float32Array(2_000_000), [500_000, 4]);
    const controller = new AbortController();
    const heard = listen();
    const aborted = rejection(engine.run({ x }, { signal: controller.signal }));
    const late = rejection(engine.run({ x }, { timeoutMs: 0.001 }));
    controller.abort();
    await Promise.all([aborted, late]);
    expect(told(heard)).toEqual([
      ['aborted', undefined],
      ['timedOut', undefined],
    ]);
  });

  test('is failed when the model fails, queued and in place', async () => {
    const engine = await load(codes(), { batching: false, inlineBelowUs: 0 });
    const wrong = { code: { type: 'int64' as const, data: BigInt64Array.of(5n), dims: [1] } };
    const heard = listen();
    await rejection(engine.run(wrong));
    expect(() => engine.runSync(wrong)).toThrow(failure('BACKEND_ERROR') as Error);
    expect(() => engine.runSync({ code: f32([1]) })).toThrow();
    expect(told(heard)).toEqual([
      ['failed', 'queued'],
      ['failed', 'inPlace'],
      ['rejected', undefined],
    ]);
  });
});

describe('the channel of batches', () => {
  test('tells once of each batch, with numbers that go on', async () => {
    const engine = await loadFilling(identity(), 4, { name: 'mine' });
    const events = listenToBatches();
    await Promise.all(Array.from({ length: 12 }, (_, i) => engine.run(rows([i]))));
    expect(events).toHaveLength(3);
    for (const [i, event] of events.entries()) {
      expect(event).toEqual({
        engine: 'mine',
        id: i + 1,
        rows: 4,
        requests: 4,
        gatheredRows: expect.any(Number),
        computeMs: expect.any(Number),
        queueMs: expect.any(Number),
      });
      expect(event.computeMs).toBeGreaterThan(0);
    }
  });

  test('tells of runs in place and of runSync()', async () => {
    const engine = await load(matmul16(), { inlineBelowUs: 1_000_000 });
    await untilInPlace(engine, a);
    await turn();
    const before = engine.stats().batches.count;
    const events = listenToBatches();
    await engine.run(a);
    engine.runSync(a);
    expect(events).toMatchObject([
      { id: before + 1, rows: 1, requests: 1 },
      { id: before + 2, rows: 1, requests: 1 },
    ]);
  });

  test('tells of a batch whose requests have all turned away', async () => {
    const engine = await loadSlow();
    const events = listenToBatches();
    const controller = new AbortController();
    const run = rejection(engine.run(one(), { signal: controller.signal }));
    await untilStarted(engine, 1);
    controller.abort();
    await run;
    await engine.close();
    expect(events).toMatchObject([{ id: 1, rows: 1 }]);
  });
});

describe('a subscriber that throws', () => {
  test('loses no result: Node reports it as an uncaught exception', async () => {
    const thrown = new Error('of the subscriber');
    const caught: unknown[] = [];
    process.setUncaughtExceptionCaptureCallback((error) => void caught.push(error));
    onTestFinished(() => process.setUncaughtExceptionCaptureCallback(null));
    const handler = () => {
      throw thrown;
    };
    const handlers = { start: handler, end: handler, asyncStart: handler, asyncEnd: handler, error: handler };
    requests.subscribe(handlers);
    channel(BATCH).subscribe(handler);
    onTestFinished(() => {
      requests.unsubscribe(handlers);
      channel(BATCH).unsubscribe(handler);
    });
    const engine = await load(matmul16(), { inlineBelowUs: 0 });
    const results = await Promise.all([
      engine.run(a),
      engine.run(a),
      engine.run(a, { into: { y: f32(new Float32Array(256), [16, 16]) } }),
    ]);
    results.push(engine.runSync(a));
    await rejection(engine.run({}));
    for (const result of results) expect(numbers(result, 'y')).toHaveLength(256);
    // Four events of each run, two of runSync(), five of the refusal; four batches.
    await until(() => caught.length === 23);
    for (const error of caught) expect(error).toBe(thrown);
  });

  test('or that runs the engine itself, loses none either', async () => {
    const engine = await load(identity(), { inlineBelowUs: 0 });
    let inner = 0;
    const handler = () => {
      if (inner++ < 5) engine.runSync({ x: f32([9, 9, 9, 9], [1, 4]) });
    };
    channel(BATCH).subscribe(handler);
    onTestFinished(() => void channel(BATCH).unsubscribe(handler));
    const all = await Promise.all([1, 2, 3].map((value) => engine.run(rows([value]))));
    expect(all.map((result) => result['y']?.data[0])).toEqual([1, 2, 3]);
    expect(inner).toBeGreaterThan(5);
  });
});

describe('while nobody listens', () => {
  /** Counts how often native code is asked about single runs. */
  function countFacts(): () => number {
    const { native } = getPort();
    const { runFacts } = native;
    let count = 0;
    const value = () => {
      count++;
      runFacts.call(native);
    };
    Object.defineProperty(native, 'runFacts', { value, configurable: true });
    onTestFinished(() => void Reflect.deleteProperty(native, 'runFacts'));
    return () => count;
  }

  async function everyWay(engine: Engine): Promise<void> {
    await Promise.all([engine.run(a), engine.run(a)]);
    engine.runSync(a);
    await rejection(engine.run({}));
  }

  test('native code is not asked, and once per run while somebody does', async () => {
    const engine = await load(matmul16(), { inlineBelowUs: 0 });
    const asked = countFacts();
    await everyWay(engine);
    expect(asked()).toBe(0);
    const events = listenToBatches();
    await everyWay(engine);
    expect(asked()).toBe(3);
    expect(events).toHaveLength(3);
  });
});
