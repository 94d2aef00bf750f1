// @ts-check
// A worker thread with some of the clients of an engine that the main thread has shared.
import { parentPort, workerData } from 'node:worker_threads';
import { Engine, Tensor } from 'node-tensorrt';
import { makeInputs } from './inputs.mjs';
import { timeClients } from './loops.mjs';

const { token, dims, concurrency, ...times } = workerData;
const engine = Engine.open(token);
const input = String(engine.inputs[0]?.name);
const feeds = makeInputs(Tensor, dims, concurrency).map((tensor) => ({ [input]: tensor }));
const rate = await timeClients((_, client) => engine.run(/** @type {any} */ (feeds[client])), {
  concurrency,
  ...times,
});
await engine.close();
parentPort?.postMessage(rate);
