import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { SetupError } from './errors.mjs';
import { root } from './paths.mjs';

const LIST = 'native/sources.txt';

/**
 * The addon's source files, from the list that binding.gyp and CMakeLists.txt share.
 * @returns {string[]} paths relative to the checkout
 */
export function nativeSources() {
  const file = path.join(root, LIST);
  if (!existsSync(file)) throw new SetupError(`${LIST} is missing: it lists the addon's source files`);
  return parseSourceList(readFileSync(file, 'utf8'));
}

/** @param {string} text one path a line; # starts a comment */
export function parseSourceList(text) {
  const lines = text.split(/\r?\n/).map((line) => line.replace(/#.*/, '').trim());
  return lines.filter((line) => line !== '');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.stdout.write(nativeSources().join('\n'));
