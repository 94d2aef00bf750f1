// @ts-check
import { stat } from 'node:fs/promises';
import sharp from 'sharp';

/** @import { Picture, Raster } from './types.mjs' */

/** A scan this small has letters of a few pixels: the detector sees them better enlarged. */
const SMALL_SIDE = 768;
const MAX_ENLARGEMENT = 3;
/** Bounds the memory of a huge picture: 4096 × 4096 × 3 bytes are 48 MiB. */
const MAX_SIDE = 4096;

/** A fault of the file that was given, to be told without a stack. */
export class PictureError extends Error {}

/**
 * Raster pixels per pixel of the file.
 *
 * @param {number} width
 * @param {number} height
 */
export function workingScale(width, height) {
  const side = Math.max(width, height);
  if (side > MAX_SIDE) return MAX_SIDE / side;
  return Math.min(MAX_ENLARGEMENT, Math.max(1, SMALL_SIDE / side));
}

/**
 * Decodes a picture to upright RGB on white.
 *
 * @param {string | Uint8Array} source a path, or the bytes of a file
 * @returns {Promise<Picture>}
 */
export async function decodePicture(source) {
  if (typeof source === 'string') await checkFile(source);
  try {
    const { autoOrient } = await sharp(source).metadata();
    const { width, height } = autoOrient;
    const scale = workingScale(width, height);
    const decoded = sharp(source).autoOrient().flatten({ background: 'white' }).toColourspace('srgb');
    if (scale !== 1) decoded.resize(side(width * scale), side(height * scale), { fit: 'fill', kernel: 'cubic' });
    const { data, info } = await decoded.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
    return { raster: { data, width: info.width, height: info.height }, width, height, scale };
  } catch (error) {
    const name = typeof source === 'string' ? source : 'the data';
    throw new PictureError(`${name} cannot be read as a picture: ${message(error)}`, { cause: error });
  }
}

/**
 * A smaller copy; the same one if it fits.
 *
 * @param {Raster} raster
 * @param {number} maxSide
 * @returns {Promise<Raster>}
 */
export async function shrinkToFit(raster, maxSide) {
  if (Math.max(raster.width, raster.height) <= maxSide) return raster;
  const { data, info } = await fromRaster(raster)
    .resize(maxSide, maxSide, { fit: 'inside', kernel: 'lanczos3' })
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}

/** @param {Raster} raster */
export function fromRaster({ data, width, height }) {
  return sharp(data, { raw: { width, height, channels: 3 } });
}

/** @param {string} path */
async function checkFile(path) {
  const found = await stat(path).catch((error) => {
    const reason = error.code === 'ENOENT' ? 'there is no such file' : message(error);
    throw new PictureError(`${path}: ${reason}`, { cause: error });
  });
  if (!found.isFile()) throw new PictureError(`${path} is not a file`);
}

/** @param {number} length */
function side(length) {
  return Math.max(1, Math.round(length));
}

/** @param {unknown} error */
function message(error) {
  return error instanceof Error ? error.message.replace(/\n.*/s, '').trim() : String(error);
}
