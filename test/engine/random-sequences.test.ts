import { Engine, memory } from 'node-tensorrt';
import { expect, test } from 'vitest';
import { identity, matmul16 } from '../fixtures/models.js';
import { turn, until } from '../support/engines.js';
import { randomNumbers } from '../support/random.js';

const SEQUENCES = 500;
const SEED = Number(process.env['TEST_SEED'] ?? 20261121);

/** What became of one run. */
type Outcome = { settled: number; value?: unknown; error?: unknown };

function watch(promise: Promise<unknown>, outcomes: Outcome[]): void {
  const outcome: Outcome = { settled: 0 };
  outcomes.push(outcome);
  promise.then(
    (value) => Object.assign(outcome, { settled: outcome.settled + 1, value }),
    (error) => Object.assign(outcome, { settled: outcome.settled + 1, error }),
  );
}

/** One engine and up to 40 random steps; returns what became of every run. */
async function sequence(random: (below: number) => number, model: Uint8Array, dims: number[]): Promise<Outcome[]> {
  const engine = await Engine.load(model, {
    threads: 1,
    instances: 1 + random(2),
    inlineBelowUs: [0, 50, 1_000_000][random(3)] as number,
    batching: { maxQueue: 1 + random(12) },
  });
  const name = engine.inputs[0]?.name as string;
  const data = new Float32Array(dims.reduce((product, dim) => product * dim, 1)).fill(2);
  const inputs = { [name]: { type: 'float32' as const, data, dims } };
  const controllers = [new AbortController(), new AbortController(), new AbortController()];
  const reason = new Error('aborted');
  const outcomes: Outcome[] = [];
  const closing: Promise<void>[] = [];
  for (let step = random(40); step > 0; step--) {
    const controller = controllers[random(controllers.length)] as AbortController;
    const action = random(16);
    if (action < 6) watch(engine.run(inputs), outcomes);
    else if (action < 9) watch(engine.run(inputs, { signal: controller.signal }), outcomes);
    else if (action === 9) watch(engine.run(inputs, { timeoutMs: 1 + random(3) }), outcomes);
    else if (action === 10)
      watch(
        Promise.resolve().then(() => engine.runSync(inputs)),
        outcomes,
      );
    else if (action === 11) controller.abort(reason);
    else if (action === 12 && random(4) === 0) closing.push(engine.close());
    else if (action === 13 && random(6) === 0) engine.destroy(reason);
    else await turn();
  }
  await Promise.all([...closing, engine.close()]);
  // What close() waited for has settled; callbacks of promises run before the next turn.
  await turn();
  const { accepted, completed, failed, aborted, timedOut, rejectedBy } = engine.stats().requests;
  expect(completed + failed + aborted + timedOut).toBe(accepted);
  expect(engine.stats().queue.depth).toBe(0);
  const codes = outcomes.map(({ error }) => (error as { code?: string } | undefined)?.code);
  expect(codes.filter((code) => code === 'QUEUE_FULL')).toHaveLength(rejectedBy.maxQueue);
  expect(outcomes.filter(({ value }) => value !== undefined).length).toBeLessThanOrEqual(completed);
  for (const { settled, error } of outcomes) {
    expect(settled).toBe(1);
    const { code } = (error ?? {}) as { code?: string };
    if (error !== undefined && error !== reason) expect(['NOT_OPEN', 'QUEUE_FULL', 'TIMEOUT']).toContain(code);
  }
  return outcomes;
}

test(`${SEQUENCES} random sequences of run, abort, close and destroy settle every promise once (seed ${SEED})`, async () => {
  const random = randomNumbers(SEED);
  const models: [Uint8Array, number[]][] = [
    [matmul16(), [16, 16]],
    [identity(), [300, 4]],
  ];
  await (await Engine.load(matmul16(), { threads: 1 })).close();
  const base = memory.stats().allocatedBytes.current;
  let total = 0;
  for (let i = 0; i < SEQUENCES; i++) {
    const [model, dims] = models[random(models.length)] as [Uint8Array, number[]];
    total += (await sequence(random, model, dims)).length;
  }
  expect(total).toBeGreaterThan(SEQUENCES);
  await until(() => memory.stats().allocatedBytes.current <= base);
}, 60_000);
