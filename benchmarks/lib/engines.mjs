// @ts-check

/**
 * The libraries that run in a Node process. Both have `run({ name: tensor })`, so that the measured loops call them
 * as a user does, without a layer in between; the pool of workers takes the same, and sends it to one of them. Each is imported only in the process that measures it.
 *
 * @typedef {object} Loaded
 * @property {any} engine an `Engine` or an `InferenceSession`
 * @property {any} Tensor
 * @property {string} input name of the first input
 * @property {string} output name of the first output
 * @property {() => Promise<void>} close
 */

/**
 * @param {'ours' | 'peer'} library
 * @returns {Promise<any>}
 */
export async function importLibrary(library) {
  return library === 'ours' ? await import('node-tensorrt') : await import('onnxruntime-node');
}

/**
 * @param {'ours' | 'peer' | 'pool'} library
 * @param {string | Uint8Array} model
 * @param {object} [options] more options of `Engine.load`, or of `loadPool`
 * @returns {Promise<Loaded>}
 */
export async function load(library, model, options = {}) {
  if (library === 'ours') {
    const { Engine, Tensor } = await import('node-tensorrt');
    const engine = await Engine.load(model, { threads: 1, ...options });
    const [input, output] = firstNames([engine.inputs[0]?.name, engine.outputs[0]?.name]);
    return { engine, Tensor, input, output, close: () => engine.close() };
  }
  if (library === 'pool') {
    const { loadPool } = await import('./pool.mjs');
    return loadPool(String(model), /** @type {any} */ (options));
  }
  const { InferenceSession, Tensor } = await import('onnxruntime-node');
  const session = await InferenceSession.create(/** @type {any} */ (model), { intraOpNumThreads: 1 });
  const [input, output] = firstNames([session.inputNames[0], session.outputNames[0]]);
  return { engine: session, Tensor, input, output, close: () => session.release() };
}

/** @param {(string | undefined)[]} names @returns {[string, string]} */
function firstNames([input, output]) {
  if (input === undefined || output === undefined) throw new Error('the model has no input or no output');
  return [input, output];
}
