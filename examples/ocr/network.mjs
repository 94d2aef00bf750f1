// @ts-check

/** @import { StageContext } from 'node-tensorrt' */
/** @import { EngineInstance, Floats, TensorClass } from './types.mjs' */

/** An engine with one float input and one float output, as a stage of a pipeline takes it. Closing it closes the engine. */
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
   * @param {Floats} input
   * @param {Partial<StageContext>} [options]
   * @returns {Promise<Floats>}
   */
  async run({ data, dims }, options = {}) {
    const inputs = { [this.#input]: new this.#Tensor('float32', data, dims) };
    const outputs = await this.#engine.run(inputs, options);
    return /** @type {Floats} */ (outputs[this.#output]);
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
