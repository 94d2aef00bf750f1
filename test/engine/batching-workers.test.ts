import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { identity } from '../fixtures/models.js';
import { loadFilling, rows, sizes } from '../support/batches.js';
import { turn } from '../support/engines.js';

function startWorker(model: Uint8Array, offset: number, count: number): Worker {
  const url = new URL('../fixtures/batching-worker.mjs', import.meta.url);
  return new Worker(url, { workerData: { model, offset, count } });
}

test('worker threads with an engine each get their own rows, beside the engine of the main thread', async () => {
  const engine = await loadFilling(identity(), 4);
  const first = [1, 2].map((value) => engine.run(rows([value])));
  const workers = [1, 2, 3].map((i) => startWorker(identity(), i * 10_000, 400));
  const reports = await Promise.all(workers.map((worker) => once(worker, 'message')));
  for (const [report] of reports) expect(report).toEqual({ wrong: 0, sizes: { 8: 50 }, completed: 400 });
  expect(engine.stats()).toMatchObject({ queue: { depth: 2 }, batches: { count: 0 } });
  const results = await Promise.all([...first, ...[3, 4].map((value) => engine.run(rows([value])))]);
  expect(results.map(({ y }) => y?.data[0])).toEqual([1, 2, 3, 4]);
  expect(sizes(engine)).toEqual({ 4: 1 });
});

test('a worker that is terminated with batches in flight takes nobody along', async () => {
  const engine = await loadFilling(identity(), 2);
  const first = engine.run(rows([1]));
  for (let i = 0; i < 5; i++) {
    const worker = startWorker(identity(), 0, 801); // the last one waits for company
    await once(worker, 'online');
    for (let turns = 0; turns < 200 * i; turns++) await turn();
    await worker.terminate();
  }
  const results = await Promise.all([first, engine.run(rows([2]))]);
  expect(results.map(({ y }) => y?.data[0])).toEqual([1, 2]);
});
