// @ts-check
import sharp from 'sharp';

/**
 * Letters as strokes in a box 10 wide and 14 high: pictures of text on machines without fonts.
 *
 * @type {Record<string, string>}
 */
const STROKES = {
  A: 'M0 14L5 0L10 14M2 9H8',
  E: 'M9 0H0V14H9M0 7H8',
  F: 'M9 0H0V14M0 7H8',
  H: 'M0 0V14M9 0V14M0 7H9',
  I: 'M5 0V14',
  K: 'M0 0V14M9 0L0 8M3 6L9 14',
  L: 'M0 0V14H8',
  M: 'M0 14V0L5 10L10 0V14',
  N: 'M0 14V0L9 14V0',
  O: 'M5 0C-1.5 0 -1.5 14 5 14C11.5 14 11.5 0 5 0Z',
  P: 'M0 14V0H5C10 0 10 7.5 5 7.5H0',
  R: 'M0 14V0H5C10 0 10 7 5 7H0M5 7L9.5 14',
  S: 'M9 2C8 -1 0.5 -1 0.5 3.5C0.5 8 9.5 6 9.5 10.5C9.5 15 1 15 0 11.5',
  T: 'M0 0H10M5 0V14',
  V: 'M0 0L5 14L10 0',
  W: 'M0 0L2.5 14L5 3L7.5 14L10 0',
  X: 'M0 0L10 14M10 0L0 14',
  Y: 'M0 0L5 7L10 0M5 7V14',
};
const ADVANCE = 12.5;
/** Less than a letter: words further apart are found as lines of their own. */
const SPACE = 7;
const LINE = 30;

/**
 * A picture of lines of capital letters, turned clockwise by so many degrees.
 *
 * @param {readonly string[]} lines
 * @param {number} [degrees]
 * @param {number} [scale] pixels per unit
 * @returns {Promise<Uint8Array<ArrayBuffer>>} PNG
 */
export async function strokePicture(lines, degrees = 0, scale = 2) {
  const width = Math.ceil(Math.max(...lines.map((line) => endOf(line))) + 40) * scale;
  const height = (lines.length * LINE + 40) * scale;
  const glyphs = lines.flatMap((line, row) =>
    Array.from(line, (letter, column) => {
      const place = `translate(${22 + endOf(line.slice(0, column))} ${28 + row * LINE})`;
      return letter === ' ' ? '' : `<path transform="${place}" d="${strokesOf(letter)}"/>`;
    }),
  );
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><g transform="scale(${scale})" ` +
    `fill="none" stroke="#222" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round">${glyphs.join('')}</g></svg>`;
  const upright = await sharp(Buffer.from(svg)).flatten({ background: 'white' }).png().toBuffer();
  return sharp(upright).rotate(degrees, { background: 'white' }).png().toBuffer();
}

/** @param {string} letter */
function strokesOf(letter) {
  const strokes = STROKES[letter];
  if (!strokes) throw new Error(`there are no strokes for ${letter}`);
  return strokes;
}

/** @param {string} line */
function endOf(line) {
  return Array.from(line).reduce((end, letter) => end + (letter === ' ' ? SPACE : ADVANCE), 0);
}
