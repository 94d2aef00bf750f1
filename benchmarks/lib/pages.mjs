// @ts-check
import { uniform } from './arrivals.mjs';
import { strokePicture } from './stroke-text.mjs';

const WORDS = [
  'THE',
  'FOX',
  'WALKS',
  'IN',
  'PARK',
  'THEN',
  'IT',
  'RESTS',
  'HALF',
  'PAST',
  'NINE',
  'TAKE',
  'HAT',
  'VIA',
];

/**
 * Pages of text as PNG, the same for the same seed; each is another. Lines have one to three words, as those of a receipt.
 *
 * @param {number} count
 * @param {number} lines on a page
 */
export function makePages(count, lines, seed = 1) {
  const random = uniform(seed);
  const below = (/** @type {number} */ limit) => Math.floor(random() * limit);
  const line = () => Array.from({ length: 1 + below(3) }, () => WORDS[below(WORDS.length)]).join(' ');
  const page = () => Array.from({ length: lines }, line);
  return Promise.all(Array.from({ length: count }, () => strokePicture(page(), 0, 0.85)));
}
