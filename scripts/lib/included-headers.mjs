import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/**
 * Tells which headers a C++ source includes with quotes, directly and through others: looked for beside the file, then
 * in `base`. Those of packages are not among them, nor does it matter which a condition leaves out.
 * @param {string} base
 * @returns {(file: string) => string[]} paths relative to `base`, sorted
 */
export function includedHeaders(base) {
  /** @type {Map<string, string[]>} */
  const direct = new Map();
  const includesOf = (/** @type {string} */ file) => {
    const known = direct.get(file);
    if (known) return known;
    const text = readFileSync(path.join(base, file), 'utf8');
    const found = [...text.matchAll(/^[ \t]*#[ \t]*include[ \t]+"([^"]+)"/gm)].flatMap(([, name]) =>
      [path.posix.join(path.posix.dirname(file), name), name]
        .filter((one) => existsSync(path.join(base, one)))
        .slice(0, 1),
    );
    direct.set(file, found);
    return found;
  };
  return (file) => {
    /** @type {Set<string>} */
    const seen = new Set();
    const queue = includesOf(file).slice();
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      if (seen.has(next)) continue;
      seen.add(next);
      queue.push(...includesOf(next));
    }
    return [...seen].sort();
  };
}
