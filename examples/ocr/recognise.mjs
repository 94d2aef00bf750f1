// @ts-check
import { groupByWidth, LINE_HEIGHT } from './buckets.mjs';
import { decodeCtc } from './ctc.mjs';
import { toSignedPlanes } from './tensors.mjs';

/** @import { Clock } from './clock.mjs' */
/** @import { Network } from './network.mjs' */
/** @import { Raster, Reading } from './types.mjs' */

/**
 * Lines in one run. A GPU likes many; on a CPU a run takes as long as its lines one by one, and with small runs the lines
 * of one are decoded here while the next is computed.
 */
const MAX_LINES = 4;

/**
 * Reads lines that were cut out at the line height and at a width of a bucket.
 *
 * @param {readonly Raster[]} crops
 * @param {{ recognition: Network, dictionary: readonly string[], clock: Clock, signal?: AbortSignal | undefined }} parts
 * @returns {Promise<Map<Raster, Reading>>} a reading of every crop
 */
export async function recogniseLines(crops, { recognition, dictionary, clock, signal }) {
  /** @type {Map<Raster, Reading>} */
  const readings = new Map();
  let inferenceEnd = 0;

  /** @param {{ width: number, members: Raster[] }} group */
  const readGroup = async ({ width, members }) => {
    const planes = clock.time('recognise: preprocess', () => toSignedPlanes(members, LINE_HEIGHT, width));
    const { data, dims } = await recognition.run(planes, [members.length, 3, LINE_HEIGHT, width], signal);
    inferenceEnd = performance.now();
    clock.time('recognise: decode', () => {
      const [, steps = 0, classes = 0] = dims;
      for (const [row, crop] of members.entries()) {
        const offset = row * steps * classes;
        readings.set(crop, decodeCtc(data, { offset, steps, classes, dictionary }));
      }
    });
  };

  const start = performance.now();
  await Promise.all(groupByWidth(crops, MAX_LINES).map(readGroup));
  if (crops.length > 0) clock.add('recognise: inference', inferenceEnd - start);
  return readings;
}
