import { readFileSync, writeFileSync } from 'node:fs';
import { SetupError } from './errors.mjs';

/**
 * Replaces what a page has between two marks.
 * @param {string} page path
 * @param {readonly [string, string]} marks
 * @param {string} text
 */
export function writePagePart(page, [first, last], text) {
  const old = readFileSync(page, 'utf8');
  const start = old.indexOf(first);
  const end = old.indexOf(last);
  if (start === -1 || end < start) throw new SetupError(`${page} has no marks for what is written into it`);
  writeFileSync(page, `${old.slice(0, start + first.length)}\n${text}\n${old.slice(end)}`);
}
