// @ts-check

/** @import { EngineInstance, TensorClass } from './types.mjs' */

/** An engine with one float input and one float output. Closing it closes the engine. */
export class Network {
  #engine;
  #Tensor;
  #input;
  #output;

  /**
   * @param {EngineInstance} engine
   * @param {TensorClass} Tensor
   */
  constructor(engine, Tensor) {
    const [input] = engine.inputs;
    const [output] = engine.outputs;
    if (!input || !output) throw new TypeError(`the model of ${engine.name} has no input or no output`);
    this.#engine = engine;
    this.#Tensor = Tensor;
    this.#input = input.name;
    this.#output = output.name;
  }

  /**
   * @param {Float32Array<ArrayBuffer>} data
   * @param {number[]} dims
   * @param {AbortSignal | undefined} signal
   * @returns {Promise<{ data: Float32Array, dims: readonly number[] }>}
   */
  async run(data, dims, signal) {
    const inputs = { [this.#input]: new this.#Tensor('float32', data, dims) };
    const outputs = await this.#engine.run(inputs, signal ? { signal } : {});
    return /** @type {{ data: Float32Array, dims: readonly number[] }} */ (outputs[this.#output]);
  }

  /**
   * What the engine has run since it was loaded; undefined when it does not count.
   *
   * @returns {{ rows: number, runs: number } | undefined}
   */
  counts() {
    // Of another runtime than node-tensorrt it may be without `stats`.
    const stats = this.#engine.stats?.();
    return stats && { rows: stats.items, runs: stats.batches.count };
  }

  close() {
    return this.#engine.close();
  }
}
