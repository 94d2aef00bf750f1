import { createHash } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, readSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/**
 * All files under a folder, sorted, as paths relative to it with '/'. A folder that is missing has none.
 * @param {string} dir
 * @param {(file: string) => boolean} [accept]
 * @returns {string[]}
 */
export function listFiles(dir, accept = () => true) {
  let entries;
  try {
    entries = readdirSync(dir, { withFileTypes: true, recursive: true });
  } catch (error) {
    if (error.code === 'ENOENT') return [];
    throw error;
  }
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(dir, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
    .filter(accept)
    .sort();
}

/**
 * Hash of names and contents of files. A missing file counts as such, so that its appearance changes the hash.
 * @param {string} base
 * @param {string[]} files relative to base
 * @param {unknown} [extra] anything else the result depends on
 */
export function hashFiles(base, files, extra = null) {
  const hash = createHash('sha256').update(JSON.stringify(extra));
  for (const file of files) {
    const content = readIfPresent(path.join(base, file));
    hash.update(`\0${file}\0${content === null ? 'missing' : content.length}\0`).update(content ?? '');
  }
  return hash.digest('hex');
}

/** Hash of everything in a folder. @param {string} dir */
export function hashTree(dir) {
  return hashFiles(dir, listFiles(dir));
}

/** Hash of a file, which may be larger than memory. @param {string} file */
export function sha256(file) {
  const hash = createHash('sha256');
  const chunk = Buffer.allocUnsafe(1 << 20);
  const opened = openSync(file, 'r');
  try {
    for (let count = readSync(opened, chunk); count > 0; count = readSync(opened, chunk)) {
      hash.update(chunk.subarray(0, count));
    }
  } finally {
    closeSync(opened);
  }
  return hash.digest('hex');
}

/** Whether the step whose stamp this is was last completed with these inputs. @param {string} file @param {string} hash */
export function isStamped(file, hash) {
  return readIfPresent(file)?.toString() === hash;
}

/** @param {string} file @param {string} hash */
export function writeStamp(file, hash) {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, hash);
}

/** @param {string} file */
function readIfPresent(file) {
  try {
    return readFileSync(file);
  } catch (error) {
    if (error.code === 'ENOENT') return null;
    throw error;
  }
}
