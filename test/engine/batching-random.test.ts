import { Engine, memory, type RunOptions, type TensorMap } from 'node-tensorrt';
import { expect, test } from 'vitest';
import { addTwo, identity } from '../fixtures/models.js';
import { f32, numbers, turn, until } from '../support/engines.js';
import { randomNumbers } from '../support/random.js';

const SEQUENCES = 300;
const SEED = Number(process.env['TEST_SEED'] ?? 20261122);

type Random = (below: number) => number;
type Outcome = { settled: number; error?: unknown };

/** What a model is given, and what it must return. */
interface Case {
  model: Uint8Array;
  inputs: (rows: number, first: number, random: Random) => { inputs: TensorMap; expected: Record<string, number[]> };
}

const upTo = (count: number, first: number) => Array.from({ length: count }, (_, i) => first + i);

const cases: Case[] = [
  {
    model: identity('float32', ['N', 'M']),
    inputs: (rows, first, random) => {
      const width = 1 + random(3);
      const values = upTo(rows * width, first);
      return { inputs: { x: f32(values, [rows, width]) }, expected: { y: values } };
    },
  },
  {
    model: addTwo(),
    inputs: (rows, first) => {
      const [a, b] = [upTo(rows, first), upTo(rows, 7)];
      const expected = {
        sum: a.map((x, i) => x + (b[i] as number)),
        difference: a.map((x, i) => x - (b[i] as number)),
      };
      return { inputs: { a: f32(a), b: f32(b) }, expected };
    },
  },
];

function limits(random: Random) {
  const maxSize = [undefined, 1, 3, 8][random(4)];
  return {
    ...(maxSize === undefined ? {} : { maxSize }),
    maxDelayMs: [0, 0, 1, 60_000][random(4)] as number,
    preferredSizes: [1, 3].filter((size) => random(3) === 0 && size <= (maxSize ?? 1)),
    targetP99Ms: random(5) === 0 ? 20 : 0,
    maxQueue: 1 + random(40),
  };
}

/** One engine and up to 60 random steps; every result must be its caller's own. */
async function sequence(random: Random): Promise<Outcome[]> {
  const { model, inputs: make } = cases[random(cases.length)] as Case;
  const engine = await Engine.load(model, {
    threads: 1,
    instances: 1 + random(3),
    inlineBelowUs: [0, 50][random(2)] as number,
    batching: limits(random),
  });
  const controllers = [new AbortController(), new AbortController()];
  const reason = new Error('aborted');
  const outcomes: Outcome[] = [];
  const run = async (options: RunOptions) => {
    const { inputs, expected } = make(1 + random(10), random(1000), random);
    const result = await engine.run(inputs, options);
    for (const name of Object.keys(result)) expect(numbers(result, name)).toEqual(expected[name]);
  };
  const watch = (promise: Promise<void>) => {
    const outcome: Outcome = { settled: 0 };
    outcomes.push(outcome);
    promise.then(
      () => Object.assign(outcome, { settled: outcome.settled + 1 }),
      (error) => Object.assign(outcome, { settled: outcome.settled + 1, error }),
    );
  };
  for (let step = random(60); step > 0; step--) {
    const signal = (controllers[random(2)] as AbortController).signal;
    const priority = (['high', 'normal', 'low'] as const)[random(3)] as 'high';
    const action = random(16);
    if (action < 8) watch(run({ priority }));
    else if (action < 10) watch(run({ priority, signal }));
    else if (action === 10) watch(run({ timeoutMs: 1 + random(5) }));
    else if (action === 11) watch(run({ outputs: [engine.outputs[0]?.name as string] }));
    else if (action === 12 && random(4) === 0) controllers[random(2)]?.abort(reason);
    else if (action === 13 && random(3) === 0) engine.configure({ batching: limits(random) });
    else if (action === 14 && random(3) === 0) engine.runSync(make(2, 5, random).inputs);
    else await turn();
  }
  if (random(8) === 0) engine.destroy(reason);
  await engine.close();
  await turn();
  const { requests, queue } = engine.stats();
  expect(requests.completed + requests.failed + requests.aborted + requests.timedOut).toBe(requests.accepted);
  expect(requests.failed).toBe(0);
  expect(queue.depth).toBe(0);
  for (const { settled, error } of outcomes) {
    expect(settled).toBe(1);
    if (error === undefined || error === reason) continue;
    expect(error).toMatchObject({ code: expect.stringMatching(/^(QUEUE_FULL|TIMEOUT)$/) });
  }
  return outcomes;
}

test(`${SEQUENCES} random sequences of batches give each caller its own rows (seed ${SEED})`, async () => {
  const random = randomNumbers(SEED);
  await (await Engine.load(identity(), { threads: 1 })).close();
  const base = memory.stats().allocatedBytes.current;
  const outcomes: Outcome[] = [];
  for (let i = 0; i < SEQUENCES; i++) outcomes.push(...(await sequence(random)));
  expect(outcomes.filter(({ error }) => error === undefined).length).toBeGreaterThan(SEQUENCES);
  await until(() => memory.stats().allocatedBytes.current <= base);
}, 60_000);
