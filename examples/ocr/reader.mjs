// @ts-check
import { availableParallelism } from 'node:os';
import { Pipeline } from 'node-tensorrt';
import { Clock } from './clock.mjs';
import { addDetection } from './detect.mjs';
import { packagedModels, readDictionary } from './models.mjs';
import { Network } from './network.mjs';
import { decodePicture } from './picture.mjs';
import { addReading } from './read-lines.mjs';
import { sortForReading } from './reading-order.mjs';
import { scaledBox } from './strip.mjs';

/** @import { PipelineBuilder, PipelineStats } from 'node-tensorrt' */
/** @import { Page } from './detect.mjs' */
/** @import { ModelPaths } from './models.mjs' */
/** @import { FloatEngine, Line, Picture, Runtime } from './types.mjs' */

/** The order of the report. */
const STAGES = [
  'load',
  'decode',
  'detect: preprocess',
  'detect: inference',
  'detect: postprocess',
  'crop',
  'recognise: preprocess',
  'recognise: inference',
  'recognise: decode',
  'classify',
];

/**
 * Lines in a batch at most. Measured on two cores: two lines in a run take 1 to 19 % less than one by one, the narrower
 * the more. Four take up to 28 % less if they are words, but from 976 pixels on, as in lines of a page, more: they
 * no longer fit the cache. See README.md.
 */
const MAX_LINES = 2;
/** Pages that are read at the same time; others wait. Those have their lines in batches together. */
const MAX_PAGES = 4;
const MAX_WAITING = 10_000;

/**
 * @typedef {object} ReaderOptions
 * @property {Runtime['Engine']} [Engine] default: that of node-tensorrt
 * @property {Runtime['Tensor']} [Tensor]
 * @property {ModelPaths} [models] default: those of packagedModels()
 * @property {number} [threads] of each engine; default: the machine's, at most 8
 * @property {boolean} [batching] default true: lines of the same width are recognised together
 * @property {Record<string, unknown>} [engineOptions] more options for `Engine.load`
 */

/**
 * @typedef {object} Result
 * @property {Picture} picture
 * @property {Line[]} lines in reading order, in pixels of the file
 * @property {Record<string, number>} timesMs by stage
 */

/**
 * @typedef {object} RecognitionCounts
 * @property {number} lines recognised, those that were read upside down as well twice
 * @property {number} runs of the model that it took
 * @property {number} linesPerRun 0 before the first
 */

/**
 * Detection, crops, recognition, lines.
 *
 * @param {import('./read-lines.mjs').Parts & { detection: FloatEngine }} parts
 */
export function createPipeline({ detection, ...parts }) {
  /** @type {PipelineBuilder<Page>} */
  const start = Pipeline.create({ name: 'ocr', maxInFlight: MAX_PAGES, maxQueue: MAX_WAITING });
  return addReading(addDetection(start, detection), parts).build();
}

/** Reads text from pictures. Owns its engines until `close()`; may read several pictures at once. */
export class Reader {
  /** @type {ReaderOptions & { models: ModelPaths, threads: number }} */
  #options;
  #runtime;
  #detection;
  #recognition;
  #pipeline;
  /** @type {Promise<Network> | undefined} */
  #direction;

  /** @param {ReaderOptions} options */
  constructor(options) {
    this.#options = { models: packagedModels(), threads: Math.min(8, availableParallelism()), ...options };
    const { models } = this.#options;
    this.#runtime = this.#loadRuntime();
    this.#detection = this.#load('detection', models.detection);
    const batching = (options.batching ?? true) && { maxSize: MAX_LINES };
    this.#recognition = this.#load('recognition', models.recognition, batching);
    this.#pipeline = this.#connect(readDictionary(models.dictionary));
    for (const part of [this.#runtime, this.#detection, this.#recognition, this.#pipeline]) part.catch(() => {});
  }

  /** Resolves when the models are loaded, or rejects with what went wrong. */
  async ready() {
    await this.#pipeline;
    return this;
  }

  /**
   * The models may still be loading while the picture is decoded.
   *
   * @param {string | Uint8Array} source a path, or the bytes of a file
   * @param {{ signal?: AbortSignal, clock?: Clock }} [options]
   * @returns {Promise<Result>}
   */
  async read(source, { signal, clock = new Clock(STAGES) } = {}) {
    const loading = clock.time('load', () => this.ready());
    loading.catch(() => {});
    const picture = await clock.time('decode', () => decodePicture(source));
    await loading;
    const { raster, scale } = picture;
    const pipeline = await this.#pipeline;
    const lines = await pipeline.run({ raster, clock }, signal ? { signal } : {});
    const placed = lines.map((line) => ({ ...line, ...scaledBox(line, 1 / scale) }));
    return { picture, lines: sortForReading(placed), timesMs: clock.times() };
  }

  /**
   * How the lines of all pictures so far met in runs; undefined with an engine that does not count.
   *
   * @returns {Promise<RecognitionCounts | undefined>}
   */
  async counts() {
    const counts = (await this.#recognition).counts();
    return counts && { lines: counts.rows, runs: counts.runs, linesPerRun: counts.rows / (counts.runs || 1) };
  }

  /** What the stages have done so far. @returns {Promise<PipelineStats>} */
  async stats() {
    return (await this.#pipeline).stats();
  }

  /** Closes what was loaded, when what is being read was read. */
  async close() {
    await this.#pipeline.then((pipeline) => pipeline.close()).catch(() => {});
    const networks = await Promise.allSettled([this.#detection, this.#recognition, this.#direction]);
    await Promise.all(networks.map((network) => network.status === 'fulfilled' && network.value?.close()));
  }

  async #loadRuntime() {
    const { Engine, Tensor } = this.#options;
    return Engine && Tensor ? { Engine, Tensor } : await import('node-tensorrt');
  }

  /**
   * @param {string} name
   * @param {string} path
   * @param {import('node-tensorrt').BatchingOptions | false} [batching] off where a picture gives one run
   */
  async #load(name, path, batching = false) {
    const { threads, engineOptions } = this.#options;
    const { Engine, Tensor } = await this.#runtime;
    const engine = await Engine.load(path, { name, threads, batching, ...engineOptions });
    return new Network(engine, Tensor);
  }

  /** @param {Promise<string[]>} dictionary */
  async #connect(dictionary) {
    const [detection, recognition] = await Promise.all([this.#detection, this.#recognition]);
    return createPipeline({ detection, recognition, direction: this.#lazyDirection(), dictionary: await dictionary });
  }

  /** Loaded for the first doubtful line: most pictures have none. @returns {FloatEngine} */
  #lazyDirection() {
    return {
      run: async (input, options) => {
        this.#direction ??= this.#load('direction', this.#options.models.direction);
        return (await this.#direction).run(input, options);
      },
    };
  }
}

/**
 * Starts loading the models; `ready()` tells when they are there, but `read()` may be called at once.
 *
 * @param {ReaderOptions} [options]
 */
export function createReader(options = {}) {
  return new Reader(options);
}
