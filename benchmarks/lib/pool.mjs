// @ts-check
import { Piscina } from 'piscina';

/** From here on memory is handed over instead of copied: below, copying is quicker. */
const MOVE_BYTES = 65_536;

/** What is sent to a worker. Large data is there while the worker computes, and then back. */
class PoolTensor {
  /** @param {string} type @param {any} data @param {number[]} dims */
  constructor(type, data, dims) {
    this.type = type;
    this.data = data;
    this.dims = dims;
  }
}

/**
 * What many services do today: a piscina pool, each of whose workers has a session of its own.
 *
 * @param {string} model
 * @param {{ workers: number }} options
 * @returns {Promise<import('./engines.mjs').Loaded>}
 */
export async function loadPool(model, { workers }) {
  const pool = new Piscina({
    filename: new URL('pool-worker.mjs', import.meta.url).href,
    workerData: { model },
    minThreads: workers,
    maxThreads: workers,
    // The quickest of what the pool offers: a worker has its next task already, and does not sleep in between.
    concurrentTasksPerWorker: 2,
    atomics: 'disabled',
  });
  /** @param {{ input: PoolTensor }} feeds */
  const run = async ({ input: tensor }) => {
    const { type, data, dims } = tensor;
    const isMoved = data.byteLength >= MOVE_BYTES;
    const result = await pool.run({ type, data, dims, isMoved }, { transferList: isMoved ? [data.buffer] : [] });
    if (isMoved) tensor.data = result.input;
    return { output: result };
  };
  const close = () => pool.destroy();
  // The names are not the model's: they only make the pool look like an engine.
  return { engine: { run }, Tensor: PoolTensor, input: 'input', output: 'output', close };
}
