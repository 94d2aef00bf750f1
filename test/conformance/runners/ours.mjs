// Runs the cases through this library: on a lane, in place, several at once, output by output, synchronously, and into
// given memory. The first result is written; where another one differs from it, a note says so. Further arguments, as
// JSON: the options of Engine.load, how many cases at the same time, whether the model is given as bytes instead of its
// path, and whether the engines are left open, which the check at the end must find.

import { readFileSync } from 'node:fs';
import { Engine, memory, Tensor } from 'node-tensorrt';
import { differenceInBits } from '../compare.mjs';
import { fromJs, toArguments, toBlankArguments } from '../js-tensor.mjs';
import { inStage, serve } from './serve.mjs';

const [options, width, fromBytes, leaveOpen] = process.argv.slice(3).map((arg) => JSON.parse(arg));

/** @type {Engine[]} */
const open = [];

await serve(async (model, given, note) => {
  const engine = await inStage('load', () => Engine.load(fromBytes ? readFileSync(model) : model, options));
  try {
    return given === null ? [] : await inStage('run', () => runInAllWays(engine, given, note));
  } finally {
    if (leaveOpen) open.push(engine);
    else await engine.close();
  }
}, width);
const { current } = memory.stats().allocatedBytes;
if (current !== 0)
  throw new Error(`${current} bytes of native memory are still allocated after all engines were closed`);

/**
 * @param {Engine} engine
 * @param {import('../onnx-file.mjs').Tensor[]} given
 * @param {(text: string) => void} note
 */
async function runInAllWays(engine, given, note) {
  const inputs = Object.fromEntries(given.map((tensor) => [tensor.name, new Tensor(...toArguments(tensor))]));
  const pack = (/** @type {import('node-tensorrt').TensorMap} */ results) =>
    engine.outputs.map(({ name }) => fromJs(name, results[name]));
  const expected = pack(await engine.run(inputs));
  const into = () =>
    Object.fromEntries(expected.map((tensor) => [tensor.name, new Tensor(...toBlankArguments(tensor))]));
  const ways = {
    'a second run': () => [engine.run(inputs)],
    'three runs at once': () => [1, 2, 3].map(() => engine.run(inputs)),
    'outputs one by one': () => [runOutputs(engine, inputs)],
    runSync: () => [engine.runSync(inputs)],
    'run into': () => [engine.run(inputs, { into: into() })],
    'runSync into': () => [engine.runSync(inputs, { into: into() })],
  };
  for (const [way, run] of Object.entries(ways)) {
    for (const results of await Promise.all(run())) {
      const found = differenceInBits(expected, pack(results));
      if (found !== null) note(`${way}: differs from the first run, ${found}`);
    }
  }
  return expected;
}

/** Every output by a run of its own. @param {Engine} engine @param {import('node-tensorrt').TensorMap} inputs */
async function runOutputs(engine, inputs) {
  const alone = await Promise.all(engine.outputs.map(({ name }) => engine.run(inputs, { outputs: [name] })));
  return Object.assign({}, ...alone);
}
