// Random requests of random lengths, compared with the same ones run alone; and from several threads.

import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { type BatchingOptions, Engine, memory, type PadOptions, type TensorMap } from 'node-tensorrt';
import { expect, test } from 'vitest';
import { attention, convolution, lengthIdentity, tokens } from '../fixtures/length-models.js';
import { pseudoRandom } from '../fixtures/models.js';
import { load, numbers, turn, until } from '../support/engines.js';
import { randomNumbers } from '../support/random.js';

const ROUNDS = 60;
const SEED = Number(process.env['TEST_SEED'] ?? 20261125);

type Random = (below: number) => number;

interface Case {
  model: Uint8Array;
  pad: (buckets: number[]) => Record<string, PadOptions>;
  inputs: (rows: number, length: number, random: Random) => TensorMap;
}

function integers(rows: number, length: number, value: () => number) {
  const data = BigInt64Array.from({ length: rows * length }, () => BigInt(value()));
  return { type: 'int64' as const, data, dims: [rows, length] };
}

function floats(dims: number[], random: Random) {
  const data = Float32Array.from({ length: dims.reduce((a, b) => a * b) }, () => random(2001) / 1000 - 1);
  return { type: 'float32' as const, data, dims };
}

const along = (axis: number) => (buckets: number[]) => ({ x: { axis, buckets } });
const conv = (model: Uint8Array): Case => ({
  model,
  pad: along(2),
  inputs: (rows, length, random) => ({ x: floats([rows, 2, length], random) }),
});
const cases: Case[] = [
  {
    model: lengthIdentity('float32'),
    pad: along(1),
    inputs: (rows, length, random) => ({ x: floats([rows, length], random) }),
  },
  {
    model: tokens(),
    pad: (buckets) => ({ ids: { axis: 1, buckets, value: 3 } }),
    inputs: (rows, length, random) => ({ ids: integers(rows, length, () => random(16)) }),
  },
  {
    model: attention(),
    pad: (buckets) => ({ ids: { axis: 1, buckets }, mask: { axis: 1, buckets } }),
    inputs: (rows, length, random) => ({
      ids: integers(rows, length, () => random(16)),
      mask: integers(rows, length, () => 1),
    }),
  },
  conv(convolution()),
  conv(convolution({ stride: 2 })),
  conv(convolution({ kernel: 4, stride: 3, border: 0 })),
];

function sameResults(results: TensorMap, expected: TensorMap): void {
  for (const [name, own] of Object.entries(expected)) {
    expect(results[name]?.dims).toEqual(own.dims);
    const values = numbers(results, name);
    for (const [i, value] of numbers(expected, name).entries()) expect(values[i]).toBeCloseTo(value, 4);
  }
}

/** One pair of engines and up to 40 requests; returns how many runs were saved. */
async function round(random: Random): Promise<number> {
  const { model, pad, inputs: make } = cases[random(cases.length)] as Case;
  const buckets = [4 + random(4), 9 + random(8), 18 + random(20)].slice(0, 1 + random(3));
  const common = { threads: 1, instances: 1 + random(2), inlineBelowUs: random(3) === 0 ? 50 : 0 };
  const batching: BatchingOptions = { pad: pad(buckets) };
  if (random(2) === 0) batching.maxSize = 1 + random(8);
  const plain = await Engine.load(model, { ...common, batching: false });
  const engine = await Engine.load(model, { ...common, batching });
  expect(engine.placement.batching.padding?.reason).toBe('proved with generated rows');
  const runs: Promise<void>[] = [];
  for (let count = random(40); count > 0; count--) {
    const inputs = make(1 + random(4), 4 + random(40), random);
    const expected = plain.run(inputs);
    runs.push(engine.run(inputs).then(async (results) => sameResults(results, await expected)));
    if (random(8) === 0) await turn();
  }
  await Promise.all(runs);
  const { items, batches } = engine.stats();
  await engine.close();
  await plain.close();
  return items - batches.count;
}

test(`${ROUNDS} random rounds with padding give what they give without (seed ${SEED})`, async () => {
  const random = randomNumbers(SEED);
  await (await Engine.load(tokens(), { threads: 1 })).close();
  const base = memory.stats().allocatedBytes.current;
  let saved = 0;
  for (let i = 0; i < ROUNDS; i++) saved += await round(random);
  expect(saved).toBeGreaterThan(ROUNDS);
  await until(() => memory.stats().allocatedBytes.current <= base);
}, 60_000);

test('worker threads that share an engine get their own lengths', async () => {
  const pad = { ids: { axis: 1, buckets: [4, 8] } };
  const engine = await load(tokens(), { threads: 1, inlineBelowUs: 0, batching: { pad } });
  const table = pseudoRandom(64, 7);
  const url = new URL('../fixtures/padding-worker.mjs', import.meta.url);
  const workers = [0, 1, 2].map(
    (i) => new Worker(url, { workerData: { token: engine.share(), first: i * 1000, count: 300, table } }),
  );
  const wrong = await Promise.all(workers.map((worker) => once(worker, 'message')));
  expect(wrong).toEqual([[0], [0], [0]]);
  const { requests, batches } = engine.stats();
  expect(requests.completed).toBe(900);
  expect(batches.count).toBeLessThan(900);
});
