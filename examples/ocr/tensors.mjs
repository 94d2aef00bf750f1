/** @import { Raster } from './types.mjs' */

/** The detector halves its input five times. */
const MULTIPLE = 32;
/** What the detector was trained with, for blue, green, red in this order, of 255. */
const MEANS = [0.485 * 255, 0.456 * 255, 0.406 * 255];
const DEVIATIONS = [0.229 * 255, 0.224 * 255, 0.225 * 255];

/**
 * Normalised planes in the order blue, green, red, with the mean colour to the right and below up to a multiple of 32.
 *
 * @param {Raster} raster
 */
export function toDetectorPlanes({ data, width, height }) {
  const paddedWidth = Math.ceil(width / MULTIPLE) * MULTIPLE;
  const paddedHeight = Math.ceil(height / MULTIPLE) * MULTIPLE;
  const area = paddedWidth * paddedHeight;
  const planes = new Float32Array(area * 3);
  for (let channel = 0; channel < 3; channel++) {
    const factor = 1 / DEVIATIONS[channel];
    const offset = -MEANS[channel] * factor;
    for (let y = 0; y < height; y++) {
      let from = y * width * 3 + 2 - channel;
      let to = channel * area + y * paddedWidth;
      for (const end = to + width; to < end; to++, from += 3) planes[to] = data[from] * factor + offset;
    }
  }
  return { data: planes, width: paddedWidth, height: paddedHeight };
}

/**
 * Rasters as the planes blue, green, red of -1 to 1, one raster after the other. What a raster has beyond `width` is cut
 * off, and what it lacks is 0.
 *
 * @param {readonly Raster[]} rasters
 * @param {number} height of every raster
 * @param {number} width
 */
export function toSignedPlanes(rasters, height, width) {
  const planes = new Float32Array(rasters.length * 3 * height * width);
  let to = 0;
  for (const raster of rasters) {
    const columns = Math.min(width, raster.width);
    for (let channel = 2; channel >= 0; channel--) {
      for (let y = 0; y < height; y++, to += width) {
        let from = y * raster.width * 3 + channel;
        for (let x = 0; x < columns; x++, from += 3) planes[to + x] = raster.data[from] / 127.5 - 1;
      }
    }
  }
  return planes;
}
