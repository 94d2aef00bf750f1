// @ts-check
import { LINE_HEIGHT } from './buckets.mjs';
import { decodeCtc } from './ctc.mjs';
import { toSignedPlanes } from './tensors.mjs';

/** @import { Clock } from './clock.mjs' */
/** @import { Network } from './network.mjs' */
/** @import { Raster, Reading } from './types.mjs' */

/**
 * Reads lines that were cut out at the line height and at a width of a bucket. Every line is a request of its own; those
 * that are equally wide meet in the engine, if it makes batches.
 *
 * @param {readonly Raster[]} crops
 * @param {{ recognition: Network, dictionary: readonly string[], clock: Clock, signal?: AbortSignal | undefined }} parts
 * @returns {Promise<Map<Raster, Reading>>} a reading of every crop
 */
export async function recogniseLines(crops, { recognition, dictionary, clock, signal }) {
  // All before the first is submitted: an engine that is idle waits for what comes at once, not for what is yet to be made.
  const lines = clock.time('recognise: preprocess', () =>
    crops.map((crop) => ({ crop, planes: toSignedPlanes([crop], LINE_HEIGHT, crop.width) })),
  );
  let inferenceEnd = 0;

  /** @param {Float32Array<ArrayBuffer>} data @param {number} width @returns {Promise<Reading>} */
  const readLine = async (data, width) => {
    const output = await recognition.run(data, [1, 3, LINE_HEIGHT, width], signal);
    inferenceEnd = performance.now();
    const [, steps = 0, classes = 0] = output.dims;
    return clock.time('recognise: decode', () => decodeCtc(output.data, { steps, classes, dictionary }));
  };

  const start = performance.now();
  const readings = await Promise.all(
    lines.map(async ({ crop, planes }) => /** @type {const} */ ([crop, await readLine(planes, crop.width)])),
  );
  if (crops.length > 0) clock.add('recognise: inference', inferenceEnd - start);
  return new Map(readings);
}
