// @ts-check
import { bucketOf, LINE_HEIGHT } from './buckets.mjs';
import { upsideDownAmong } from './classify.mjs';
import { plainText } from './plain-text.mjs';
import { recogniseLines } from './recognise.mjs';
import { upsideDownBox } from './strip.mjs';
import { cutOut, upsideDown } from './warp.mjs';

/** @import { Clock } from './clock.mjs' */
/** @import { Network } from './network.mjs' */
/** @import { Box, Line, Raster, Reading } from './types.mjs' */

/** Below this confidence it is asked whether the line stands on its head. */
const DOUBTFUL = 0.9;
/** Below this one it was no text. */
const ACCEPTED = 0.5;
/** Of a line that was not read. */
const NOTHING = { text: '', confidence: 0 };

/**
 * @typedef {object} Parts
 * @property {Network} recognition
 * @property {() => Promise<Network>} direction loaded for the first doubtful line: most pictures have none
 * @property {readonly string[]} dictionary
 * @property {Clock} clock
 * @property {AbortSignal | undefined} [signal]
 */

/**
 * Reads what the boxes hold; a box without text gives no line.
 *
 * @param {Raster} raster
 * @param {readonly Box[]} boxes in pixels of the raster
 * @param {Parts} parts
 * @returns {Promise<Line[]>} in pixels of the raster, in the order of the boxes
 */
export async function readLines(raster, boxes, parts) {
  const cuts = parts.clock.time('crop', () =>
    boxes.map((box) => ({ box, crop: cutOut(raster, box.strip, bucketOf(box.strip), LINE_HEIGHT) })),
  );
  const crops = cuts.map(({ crop }) => crop);
  const upright = await recogniseLines(crops, parts);
  const turned = await readTurned(upright, parts);
  return cuts
    .map(({ box, crop }) => {
      const reading = upright.get(crop) ?? NOTHING;
      const other = turned.get(crop) ?? NOTHING;
      return isSurer(other, reading) ? { ...other, ...upsideDownBox(box) } : { ...reading, ...box };
    })
    .map((line) => ({ ...line, text: plainText(line.text) }))
    .filter(({ text, confidence }) => text !== '' && confidence >= ACCEPTED);
}

/**
 * Readings the other way up, where they may be the right ones: of doubtful lines that the classifier takes for upside
 * down, and if most of the page turns out to be so, of all others. A short `NOON` or `1961` alone is sure both ways.
 *
 * @param {Map<Raster, Reading>} upright
 * @param {Parts} parts
 * @returns {Promise<Map<Raster, Reading>>} by the crop as it was cut out
 */
async function readTurned(upright, parts) {
  const crops = [...upright.keys()];
  const doubtful = crops.filter((crop) => (upright.get(crop) ?? NOTHING).confidence < DOUBTFUL);
  if (doubtful.length === 0) return new Map();
  const suspects = await parts.clock.time('classify', async () =>
    upsideDownAmong(doubtful, await parts.direction(), parts.signal),
  );
  const turned = await readUpsideDown(suspects, parts);
  const others = crops.filter((crop) => !isSurer(turned.get(crop) ?? NOTHING, upright.get(crop) ?? NOTHING));
  const pageIsTurned = totalWidth(others) < totalWidth(crops) / 2;
  return pageIsTurned ? new Map([...turned, ...(await readUpsideDown(others, parts))]) : turned;
}

/**
 * @param {readonly Raster[]} crops
 * @param {Parts} parts
 * @returns {Promise<Map<Raster, Reading>>} by the crop as it was cut out
 */
async function readUpsideDown(crops, parts) {
  const turned = new Map(crops.map((crop) => [upsideDown(crop), crop]));
  const readings = await recogniseLines([...turned.keys()], parts);
  return new Map([...readings].map(([crop, reading]) => [turned.get(crop) ?? crop, reading]));
}

/**
 * @param {Reading} a
 * @param {Reading} b
 */
function isSurer(a, b) {
  return a.confidence > b.confidence;
}

/** @param {readonly Raster[]} crops */
function totalWidth(crops) {
  return crops.reduce((sum, { width }) => sum + width, 0);
}
