// @ts-check
import { mkdir } from 'node:fs/promises';
import { dirname, extname } from 'node:path';
import { numberPaths, numberWidth } from './digits.mjs';
import { fromRaster, PictureError } from './picture.mjs';

/** @import { Line, Picture, Point, Strip } from './types.mjs' */

/** A small picture is enlarged to this side, a large one reduced to that, to be good to look at. */
const MIN_SIDE = 1280;
const MAX_SIDE = 2400;
/** Around the picture, for the numbers of lines that begin at its edge. */
const FRAME = 48;
const FRAME_COLOUR = '#dee2e6';
/** @type {Point} */
const ORIGIN = [0, 0];
const FORMATS = ['.png', '.jpg', '.jpeg', '.webp', '.avif', '.tif', '.tiff'];

/**
 * Fails early if a picture cannot be written to such a name.
 *
 * @param {string} path
 */
export function checkOutput(path) {
  if (FORMATS.includes(extname(path).toLowerCase())) return;
  throw new PictureError(`${path}: the annotated picture's name must end in one of ${FORMATS.join(', ')}`);
}

/**
 * Writes a copy of the picture with the outline and the number of every line.
 *
 * @param {string} path folders are created
 * @param {Picture} picture
 * @param {readonly Line[]} lines
 */
export async function writeAnnotated(path, { raster, scale }, lines) {
  const side = Math.max(raster.width, raster.height);
  const factor = Math.min(Math.max(1, MIN_SIDE / side), MAX_SIDE / side);
  const width = Math.max(1, Math.round(raster.width * factor));
  const height = Math.max(1, Math.round(raster.height * factor));
  const overlay = overlaySvg(lines, { scale: scale * factor, width: width + 2 * FRAME, height: height + 2 * FRAME });
  // A pipeline draws before it extends, whatever the order of the calls: so the frame is laid first, by a second one.
  const framed = await fromRaster(raster)
    .resize(width, height, { fit: 'fill', kernel: 'lanczos3' })
    .extend({ top: FRAME, bottom: FRAME, left: FRAME, right: FRAME, background: FRAME_COLOUR })
    .raw()
    .toBuffer({ resolveWithObject: true });
  await mkdir(dirname(path), { recursive: true });
  await fromRaster({ ...framed.info, data: framed.data })
    .composite([{ input: Buffer.from(overlay) }])
    .png({ compressionLevel: 4 })
    .toFormat(/** @type {'png'} */ (formatOf(path)))
    .toFile(path);
}

/**
 * @param {readonly Line[]} lines
 * @param {{ scale: number, width: number, height: number }} options
 */
export function overlaySvg(lines, { scale, width, height }) {
  /** @param {Point} point @returns {Point} */
  const place = ([x, y]) => [x * scale + FRAME, y * scale + FRAME];
  const marks = lines.map(({ strip, confidence }, index) => {
    const placed = { top: strip.top.map(place), bottom: strip.bottom.map(place) };
    return outline(placed, colourOf(confidence)) + label(index + 1, placed, colourOf(confidence), width, height);
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${marks.join('')}</svg>`;
}

/**
 * @param {Strip} strip
 * @param {string} colour
 */
function outline({ top, bottom }, colour) {
  const points = [...top, ...bottom.toReversed()].map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' ');
  return (
    `<polygon points="${points}" fill="${colour}" fill-opacity="0.1" stroke="${colour}" stroke-width="2" ` +
    'stroke-linejoin="round"/>'
  );
}

/**
 * The number on a tag in front of the line, kept inside the picture.
 *
 * @param {number} number
 * @param {Strip} strip
 * @param {string} colour
 * @param {number} width
 * @param {number} height
 */
function label(number, { top, bottom }, colour, width, height) {
  const [[ax, ay] = ORIGIN] = top;
  const [[dx, dy] = ORIGIN] = bottom;
  const lineHeight = Math.hypot(dx - ax, dy - ay);
  const unit = Math.min(8, Math.max(5.5, lineHeight / 7));
  const tagWidth = (numberWidth(number) + 2.2) * unit;
  const tagHeight = 3.6 * unit;
  // Backwards from the middle of the front edge; the front edge turned by 90°.
  const backX = (ay - dy) / lineHeight;
  const backY = (dx - ax) / lineHeight;
  const reach = 4 + (Math.abs(backX) * tagWidth + Math.abs(backY) * tagHeight) / 2;
  const x = clamp((ax + dx) / 2 + backX * reach - tagWidth / 2, width - tagWidth);
  const y = clamp((ay + dy) / 2 + backY * reach - tagHeight / 2, height - tagHeight);
  const digitsX = (tagWidth - numberWidth(number) * unit) / 2;
  return (
    `<g transform="translate(${x.toFixed(1)} ${y.toFixed(1)})">` +
    `<rect width="${tagWidth.toFixed(1)}" height="${tagHeight.toFixed(1)}" rx="${unit.toFixed(1)}" fill="${colour}"/>` +
    `<g transform="translate(${digitsX.toFixed(1)} ${(0.8 * unit).toFixed(1)}) scale(${unit.toFixed(2)})" fill="none" ` +
    `stroke="white" stroke-width="0.34" stroke-linecap="round">${numberPaths(number)}</g></g>`
  );
}

/** @param {number} confidence */
function colourOf(confidence) {
  if (confidence >= 0.9) return '#12883a';
  return confidence >= 0.75 ? '#b86e00' : '#c92a2a';
}

/** @param {string} path */
function formatOf(path) {
  return extname(path).slice(1).toLowerCase();
}

/**
 * @param {number} value
 * @param {number} limit
 */
function clamp(value, limit) {
  return Math.max(0, Math.min(limit, value));
}
