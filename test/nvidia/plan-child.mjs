// A process with an engine of a plan: node plan-child.mjs MODULE FLAVOUR PLAN SCENE. The addon is asked by way of the
// port, so that nothing but native code decides what a plan is.

import { statSync } from 'node:fs';
import { isMainThread, Worker } from 'node:worker_threads';
import { Engine, Tensor } from 'node-tensorrt';
import { getPort } from '../../dist/esm/native/port.js';

const [module, flavour, file, scene] = process.argv.slice(2);

const rows = (/** @type {number} */ count) => {
  const data = Float32Array.from({ length: count * 4 }, (_, i) => i);
  return { x: new Tensor('float32', data, [count, 4]) };
};

/** An engine of the plan, and what native code knows of it. */
async function load({ probed = true } = {}) {
  const { native } = getPort();
  const known = { dims: ['rows', 4], usual: [2, 4] };
  const names = { inputs: [{ name: 'x', ...known }], outputs: [{ name: 'y', ...known }] };
  const place = { file, offset: 0, bytes: statSync(file).size };
  const more = { runtimeCache: '', weights: '', weightBudget: -2, log: 0 };
  const plan = { module, flavour, library: '', device: '', ...place, ...more, ...names };
  const { load: loadModel, takeEngine } = native;
  let facts;
  Object.defineProperty(native, 'load', {
    configurable: true,
    value: (/** @type {number} */ id, /** @type {string} */ model, /** @type {object} */ options) =>
      loadModel.call(native, id, model, { ...options, plan }),
  });
  Object.defineProperty(native, 'takeEngine', {
    configurable: true,
    value: () => {
      const engine = takeEngine.call(native);
      facts = JSON.parse(engine.facts());
      return engine;
    },
  });
  const engine = await Engine.load(file, { backend: 'cpu', ...(!probed && { batching: false }) });
  return { engine, facts };
}

const report = (/** @type {object} */ value) => process.stdout.write(`${JSON.stringify(value)}\n`);

const scenes = {
  async run() {
    const { engine, facts } = await load();
    const { y } = await engine.run(rows(3));
    const refused = await engine.run(rows(9)).catch((error) => ({ code: error.code, details: error.details }));
    report({ facts, inputs: engine.inputs, y: { dims: y.dims, data: [...y.data] }, refused });
    await engine.close();
  },
  async error() {
    await load().catch(({ code, message, details }) => report({ code, message, details }));
  },
  async idle() {
    await load();
    process.exit(7);
  },
  async running() {
    const { engine } = await load({ probed: false });
    for (let i = 0; i < 4; i++) engine.run(rows(1)).catch(() => {});
    setTimeout(() => process.exit(7), 50);
  },
  async loading() {
    load().catch(() => {});
    setTimeout(() => process.exit(7), Number(process.env.EXIT_AFTER_MS));
  },
  async worker() {
    if (!isMainThread) {
      const { engine } = await load();
      await engine.run(rows(2));
      process.exit(7); // of the worker, with the engine open
    }
    for (let i = 0; i < 3; i++) {
      const worker = new Worker(new URL(import.meta.url), { argv: process.argv.slice(2) });
      const code = await new Promise((resolve) => worker.on('exit', resolve));
      if (code !== 7) throw new Error(`the worker ended with ${code}`);
    }
    const { engine } = await load();
    report({ y: [...(await engine.run(rows(1))).y.data] });
    await engine.close();
  },
};

await scenes[/** @type {keyof typeof scenes} */ (scene)]();
