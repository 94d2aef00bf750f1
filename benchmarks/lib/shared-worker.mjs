// @ts-check
// A worker thread with some of the clients of an engine that the main thread has shared. Says when it is ready, waits for
// the others, measures.
import { once } from 'node:events';
import { parentPort, workerData } from 'node:worker_threads';
import { Engine, Tensor } from 'node-tensorrt';
import { makeInputs } from './inputs.mjs';
import { timeClients } from './loops.mjs';

const port = /** @type {import('node:worker_threads').MessagePort} */ (parentPort);
const { token, dims, concurrency, ...times } = workerData;
const engine = Engine.open(token);
const input = String(engine.inputs[0]?.name);
const feeds = makeInputs(/** @type {any} */ (Tensor), dims, concurrency).map((tensor) => ({ [input]: tensor }));
port.postMessage('ready');
await once(port, 'message');
const rate = await timeClients((_, client) => engine.run(/** @type {any} */ (feeds[client])), {
  concurrency,
  ...times,
});
await engine.close();
port.postMessage(rate);
port.close();
