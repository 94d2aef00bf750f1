// batching.preserveOrder: promises of one handle settle in the order of its calls, for each priority.

import { Engine, type RunOptions, type TensorMap } from 'node-tensorrt';
import { describe, expect, test } from 'vitest';
import { OrderedDelivery } from '../../lib/engine/ordered-delivery.js';
import type { RunPlan } from '../../lib/engine/run-options.js';
import { identity, slowRows } from '../fixtures/models.js';
import { rows } from '../support/batches.js';
import { f32, load, numbers, turn, until } from '../support/engines.js';
import { failure, rejection } from '../support/failure.js';
import { randomNumbers } from '../support/random.js';

const SEED = Number(process.env['TEST_SEED'] ?? 20261123);
const plan = (priority: number) => ({ priority }) as RunPlan;

interface Settled {
  priority: number;
  call: number;
  ok: boolean;
}

/** Each result that came before one of an earlier call with the same priority. */
function outOfOrder(settled: readonly Settled[]): string[] {
  const last = new Map<number, number>();
  return settled.flatMap(({ priority, call, ok }) => {
    if (!ok) return [];
    const before = last.get(priority) ?? -1;
    last.set(priority, Math.max(before, call));
    return call > before ? [] : [`${call} of priority ${priority} after ${before}`];
  });
}

type Run = <T>(plan: RunPlan, start: (plan: RunPlan) => Promise<T>) => Promise<T>;

/** Random runs of three priorities, ended in random order, some of them by an error. What settled, in its order. */
async function randomRuns(run: Run, random: (below: number) => number): Promise<{ settled: Settled[]; late: number }> {
  const settled: Settled[] = [];
  const open: (() => void)[] = [];
  let late = 0;
  let call = 0;
  for (let step = 0; step < 60 || open.length > 0; step++) {
    if (step < 60 && random(2) === 0) {
      const mine = { priority: random(3), call: call++ };
      const { promise, resolve, reject } = withResolvers();
      const fails = random(4) === 0;
      run(plan(mine.priority), () => promise).then(
        () => settled.push({ ...mine, ok: true }),
        () => settled.push({ ...mine, ok: false }),
      );
      open.push(() => {
        if (!fails) return resolve();
        reject(new Error('failed'));
        const before = settled.length;
        // A failure holds for nobody and waits for nobody.
        setImmediate(() => (late += settled.slice(before).some((one) => one.call === mine.call) ? 0 : 1));
      });
    } else if (open.length > 0) {
      open.splice(random(open.length), 1)[0]?.();
    }
    await turn();
    await turn();
  }
  expect(settled).toHaveLength(call);
  return { settled, late };
}

function withResolvers(): { promise: Promise<void>; resolve: () => void; reject: (error: Error) => void } {
  let resolve = () => {};
  let reject: (error: Error) => void = () => {};
  const promise = new Promise<void>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

describe('OrderedDelivery', () => {
  test(`settles random runs in their order, and failures at once (seed ${SEED})`, async () => {
    const random = randomNumbers(SEED);
    for (let round = 0; round < 20; round++) {
      const order = new OrderedDelivery();
      const { settled, late } = await randomRuns((given, start) => order.run(given, start), random);
      expect(outOfOrder(settled)).toEqual([]);
      expect(late).toBe(0);
    }
  });

  test('the check finds runs that settle as they come, and one order for all failures', async () => {
    const asTheyCome = await randomRuns((given, start) => start(given), randomNumbers(SEED));
    expect(outOfOrder(asTheyCome.settled)).not.toEqual([]);
    const order = new OrderedDelivery();
    const failuresWait: Run = async (given, start) => {
      const outcome = await order.run(given, (own) => start(own).then((value) => ({ value }), (error) => ({ error }))); // biome-ignore format: short
      if ('error' in outcome) throw outcome.error;
      return outcome.value;
    };
    expect((await randomRuns(failuresWait, randomNumbers(SEED))).late).toBeGreaterThan(0);
  });

  test('rejects what is aborted or out of time while its result waits, and holds nobody up for it', async () => {
    const order = new OrderedDelivery();
    const { promise, resolve } = withResolvers();
    const [now, later] = [new AbortController(), new AbortController()];
    const released: string[] = [];
    const waiting = (name: string, given: Partial<RunPlan>) =>
      order.run({ ...plan(1), timeoutMs: 0, ...given }, (own) => {
        own.place?.afterDelivery(() => released.push(name));
        return Promise.resolve(name);
      });
    const first = order.run(plan(1), () => promise);
    const aborted = rejection(waiting('at once', { signal: now.signal }));
    now.abort('at once'); // its result is there, but has not come here yet
    const abortedLater = rejection(waiting('later', { signal: later.signal, timeoutMs: 60_000 }));
    const last = waiting('last', { signal: new AbortController().signal, timeoutMs: 60_000 });
    const late = await rejection(waiting('late', { timeoutMs: 1, signal: new AbortController().signal }));
    expect(late).toEqual(failure('TIMEOUT', { timeoutMs: 1 }));
    later.abort('later');
    expect([await aborted, await abortedLater]).toEqual(['at once', 'later']);
    expect(released).toEqual(['at once', 'late', 'later']);
    resolve();
    await first;
    expect(await last).toBe('last');
    expect(released).toEqual(['at once', 'late', 'later', 'last']);
  });

  test('keeps a run that could not be started out of the order', async () => {
    const order = new OrderedDelivery();
    const start = () => {
      throw new Error('refused');
    };
    expect(() => order.run(plan(1), start)).toThrow('refused');
    expect(await order.run(plan(1), () => Promise.resolve(5))).toBe(5);
  });
});

const slow = slowRows({ size: 256, iterations: 60 });

/** Rows whose run takes long, and those whose run is quick: too many to meet others, and another number of them. */
const LONG = 400;
const many = (value: number) => rows(new Array<number>(LONG).fill(value), 1);

function record(order: string[], name: string, run: Promise<TensorMap>): Promise<unknown> {
  return run.then(
    () => order.push(name),
    () => order.push(`${name} failed`),
  );
}

/** An engine of two instances, and a run that takes long on one of them. */
async function loadTwo(): Promise<Engine> {
  return load(slow, { threads: 1, instances: 2, inlineBelowUs: 0, batching: { preserveOrder: true } });
}

describe('run() with batching.preserveOrder', () => {
  test('holds a result that is ready early until those before it have settled', async () => {
    const engine = await loadTwo();
    const order: string[] = [];
    const first = record(order, 'long', engine.run(many(1)));
    const second = record(order, 'short', engine.run(rows([2], 1)));
    await until(() => engine.stats().latencyMs.total.count === 1 || order.length > 0);
    await Promise.all([first, second]);
    expect(order).toEqual(['long', 'short']);
  });

  test('holds nothing of another priority, nor of another handle', async () => {
    const engine = await loadTwo();
    const other = Engine.open(engine.share());
    const order: string[] = [];
    const all = [
      record(order, 'long', engine.run(many(1))),
      record(order, 'high', engine.run(rows([2], 1), { priority: 'high' })),
      record(order, 'other', other.run(rows([3], 1))),
    ];
    await Promise.all(all);
    expect(order.at(-1)).toBe('long');
    await other.close();
  });

  test('is in force for each handle that is opened by a token', async () => {
    const engine = await loadTwo();
    const other = Engine.open(engine.share());
    const third = Engine.open(other.share());
    for (const handle of [other, third]) {
      const order: string[] = [];
      await Promise.all([record(order, 'long', handle.run(many(1))), record(order, 'short', handle.run(rows([2], 1)))]);
      expect(order).toEqual(['long', 'short']);
      await handle.close();
    }
  });

  test('rejects at once what fails, and holds nobody up for it', async () => {
    const engine = await loadTwo();
    const order: string[] = [];
    const controller = new AbortController();
    const all = [
      record(order, 'long', engine.run(many(1))),
      record(order, 'aborted', engine.run(many(2), { signal: controller.signal })),
      record(order, 'short', engine.run(rows([3], 1))),
    ];
    controller.abort();
    await Promise.all(all);
    expect(order).toEqual(['aborted failed', 'long', 'short']);
  });

  test('counts large inputs from the call, though they are queued later', async () => {
    const engine = await load(identity(), { inlineBelowUs: 0, batching: { preserveOrder: true } });
    const order: string[] = [];
    const large = { x: f32(new Float32Array(1_200_000).fill(7), [300_000, 4]) };
    await Promise.all([
      record(order, 'large', engine.run(large)),
      record(order, 'small', engine.run(rows([1]))),
      record(order, 'large again', engine.run(large)),
      record(order, 'small again', engine.run(rows([1]))),
    ]);
    expect(order).toEqual(['large', 'small', 'large again', 'small again']);
  });

  test('keeps the order when the last run takes place at once, while a result waits to be delivered', async () => {
    const options = { inlineBelowUs: 1_000_000, batching: { preserveOrder: true } } as const;
    const pause = new Int32Array(new SharedArrayBuffer(4));
    let inPlace = 0;
    // The first run of a shape is queued; the second one may be in place, as soon as the lane is idle again: on a busy
    // machine that may take another try.
    for (let attempt = 0; attempt < 20 && inPlace === 0; attempt++) {
      const engine = await load(identity(), options);
      const order: string[] = [];
      const all = [record(order, 'queued', engine.run(rows([1])))];
      while (engine.stats().requests.completed === 0); // its result is there, and this thread has not looked
      Atomics.wait(pause, 0, 0, 5 * attempt);
      all.push(record(order, 'in place', engine.run(rows([2]))));
      inPlace = engine.stats().requests.inPlace;
      await Promise.all(all);
      expect(order).toEqual(['queued', 'in place']);
    }
    expect(inPlace).toBe(1);
  });

  test('keeps memory of `into` until its result is delivered', async () => {
    const engine = await loadTwo();
    const y = f32(new Float32Array(1), [1, 1]);
    const long = engine.run(many(1));
    const short = engine.run(rows([2], 1), { into: { y } });
    await until(() => engine.stats().latencyMs.total.count === 1);
    await expect(engine.run(rows([3], 1), { into: { y } })).rejects.toEqual(failure('BUSY'));
    await long;
    expect(numbers(await short, 'y')).toEqual([2]);
    expect(numbers(await engine.run(rows([4], 1), { into: { y } }), 'y')).toEqual([4]);
  });

  test('gives memory of `into` back when the run fails', async () => {
    const engine = await loadTwo();
    const y = f32(new Float32Array(1), [1, 1]);
    await rejection(engine.run(many(1), { into: { y } }));
    const controller = new AbortController();
    const aborted = rejection(engine.run(rows([1], 1), { into: { y }, signal: controller.signal }));
    controller.abort();
    await aborted;
    await engine.close();
    const other = await loadTwo();
    expect(numbers(await other.run(rows([5], 1), { into: { y } }), 'y')).toEqual([5]);
  });

  test('lets close() wait for what is held', async () => {
    const engine = await Engine.load(slow, { threads: 1, instances: 2, batching: { preserveOrder: true } });
    const order: string[] = [];
    void record(order, 'long', engine.run(many(1)));
    void record(order, 'short', engine.run(rows([2], 1)));
    await engine.close();
    expect(order).toEqual(['long', 'short']);
  });

  test(`orders random runs with aborts and time-outs on three instances (seed ${SEED})`, async () => {
    const random = randomNumbers(SEED);
    const batching = { preserveOrder: true, maxQueue: 64, maxSize: 8 };
    const options = { threads: 1, instances: 3, inlineBelowUs: 1_000_000, batching };
    const engine = await load(slowRows({ size: 64, iterations: 40 }), options);
    const priorities = ['high', 'normal', 'low'] as const;
    const settled: Settled[] = [];
    const all: Promise<unknown>[] = [];
    for (let call = 0; call < 1500; call++) {
      const priority = random(3);
      const controller = new AbortController();
      const run: RunOptions = { priority: priorities[priority] as 'high', signal: controller.signal };
      if (random(8) === 0) run.timeoutMs = 1 + random(20);
      const value = call % 1000;
      const count = [1, 1, 2, 30, 200][random(5)] as number;
      const promise = engine.run(rows(new Array<number>(count).fill(value), 1), run);
      all.push(
        promise.then(
          (result) => {
            expect(new Set(numbers(result, 'y'))).toEqual(new Set([value]));
            settled.push({ priority, call, ok: true });
          },
          () => settled.push({ priority, call, ok: false }),
        ),
      );
      if (random(6) === 0) setImmediate(() => controller.abort());
      if (random(3) === 0) await turn();
    }
    await Promise.all(all);
    expect(settled).toHaveLength(1500);
    expect(settled.filter(({ ok }) => ok).length).toBeGreaterThan(100);
    expect(settled.filter(({ ok }) => !ok).length).toBeGreaterThan(100);
    expect(outOfOrder(settled)).toEqual([]);
  });
});

describe('batching.preserveOrder', () => {
  test.each([1, 'yes', {}])('is refused when it is %j', async (preserveOrder) => {
    const error = failure('INVALID_ARGUMENT', { option: 'options.batching.preserveOrder' });
    await expect(Engine.load(identity(), { batching: { preserveOrder: preserveOrder as never } })).rejects.toEqual(
      error,
    );
  });

  test('cannot be changed while the engine runs', async () => {
    const engine = await load(identity());
    const error = failure('UNSUPPORTED', { option: 'options.batching.preserveOrder' });
    expect(() => engine.configure({ batching: { preserveOrder: true } })).toThrow(error as Error);
  });
});
