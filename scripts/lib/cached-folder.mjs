import { mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';

/**
 * A folder in the cache that is either complete or absent: filled elsewhere and moved into place, so that two
 * processes may do it at once. One that does not pass `isValid` is thrown away and made again.
 * @param {string} dir
 * @param {object} how
 * @param {() => boolean} how.isValid whether `dir` has what it should; false when it does not exist
 * @param {(temporary: string) => Promise<string>} how.fill puts the content somewhere in the temporary folder; returns where
 * @returns {Promise<boolean>} true when there was nothing to do
 */
export async function ensureCachedFolder(dir, { isValid, fill }) {
  if (isValid()) return true;
  mkdirSync(path.dirname(dir), { recursive: true });
  // On the same file system as `dir`, or the rename would fail.
  const temporary = mkdtempSync(`${dir}.tmp-`);
  try {
    const filled = await fill(temporary);
    for (let attempt = 1; !isValid(); attempt++) {
      moveAway(dir, path.join(temporary, `replaced-${attempt}`));
      try {
        renameSync(filled, dir);
        break;
      } catch (error) {
        // Another process put its own there in between; it is judged in the next round.
        if (attempt === 3 || !['ENOTEMPTY', 'EEXIST', 'EPERM'].includes(error.code)) throw error;
      }
    }
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
  return false;
}

/** @param {string} from @param {string} to */
function moveAway(from, to) {
  try {
    renameSync(from, to);
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
}
