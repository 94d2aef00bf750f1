// @ts-check

/** The strokes of a digit, in a box 1 wide and 2 high: seven segments, and the one in the middle. */
const SEGMENTS = {
  top: 'M0 0H1',
  middle: 'M0 1H1',
  bottom: 'M0 2H1',
  upperLeft: 'M0 0V1',
  upperRight: 'M1 0V1',
  lowerLeft: 'M0 1V2',
  lowerRight: 'M1 1V2',
  one: 'M0.15 0.4L0.55 0V2',
};

/** @type {(keyof typeof SEGMENTS)[][]} */
const LIT = [
  ['top', 'upperRight', 'lowerRight', 'bottom', 'lowerLeft', 'upperLeft'],
  ['one'],
  ['top', 'upperRight', 'middle', 'lowerLeft', 'bottom'],
  ['top', 'upperRight', 'middle', 'lowerRight', 'bottom'],
  ['upperLeft', 'middle', 'upperRight', 'lowerRight'],
  ['top', 'upperLeft', 'middle', 'lowerRight', 'bottom'],
  ['top', 'upperLeft', 'lowerLeft', 'bottom', 'lowerRight', 'middle'],
  ['top', 'upperRight', 'lowerRight'],
  ['top', 'upperRight', 'lowerRight', 'bottom', 'lowerLeft', 'upperLeft', 'middle'],
  ['middle', 'upperLeft', 'top', 'upperRight', 'lowerRight', 'bottom'],
];

/** From one digit to the next, in widths of a digit. */
const ADVANCE = 1.75;

/**
 * How wide a number is, in widths of a digit.
 *
 * @param {number} number
 */
export function numberWidth(number) {
  return (String(number).length - 1) * ADVANCE + 1;
}

/**
 * A whole number as SVG paths, so that no font is needed. Its box is `numberWidth` wide and 2 high.
 *
 * @param {number} number
 */
export function numberPaths(number) {
  return [...String(number)]
    .map((digit, i) => {
      const strokes = (LIT[Number(digit)] ?? []).map((name) => SEGMENTS[name]).join('');
      return `<path transform="translate(${i * ADVANCE} 0)" d="${strokes}"/>`;
    })
    .join('');
}
