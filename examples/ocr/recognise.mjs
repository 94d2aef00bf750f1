// @ts-check
import { LINE_HEIGHT } from './buckets.mjs';
import { decodeCtc } from './ctc.mjs';
import { toSignedPlanes } from './tensors.mjs';

/** @import { EngineStageOptions } from 'node-tensorrt' */
/** @import { Clock } from './clock.mjs' */
/** @import { Floats, Raster, Reading } from './types.mjs' */

/**
 * @typedef {object} Line A line that was cut out at the line height and at a width of a bucket.
 * @property {Raster} crop
 * @property {Round} round
 */

/** The lines of a page that are recognised together: from when the first is submitted until the last is there. */
export class Round {
  #start = Number.POSITIVE_INFINITY;
  #end = 0;

  /** @param {Clock} clock */
  constructor(clock) {
    this.clock = clock;
  }

  submitted() {
    this.#start = Math.min(this.#start, performance.now());
  }

  received() {
    this.#end = performance.now();
  }

  /** Adds the time to the clock, if there were any lines. */
  isOver() {
    if (this.#end > 0) this.clock.add('recognise: inference', this.#end - this.#start);
  }
}

/**
 * How lines go through the recogniser. Each is a request of its own; those that are equally wide meet in the engine, if
 * it makes batches.
 *
 * @template {Line} T
 * @param {readonly string[]} dictionary
 * @returns {EngineStageOptions<T, Floats, Floats, T & { reading: Reading }> & { inputs: (line: T) => Floats }}
 */
export function recognition(dictionary) {
  return {
    // So many may wait in the engine for one of their width.
    concurrency: 64,
    inputs: ({ crop, round }) => {
      const { width } = crop;
      const data = round.clock.time('recognise: preprocess', () => toSignedPlanes([crop], LINE_HEIGHT, width));
      round.submitted();
      return { data, dims: [1, 3, LINE_HEIGHT, width] };
    },
    result: ({ data, dims }, line) => {
      line.round.received();
      const [, steps = 0, classes = 0] = dims;
      const decode = () => decodeCtc(data, { steps, classes, dictionary });
      return { ...line, reading: line.round.clock.time('recognise: decode', decode) };
    },
  };
}
