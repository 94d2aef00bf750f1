/** What somebody who mistyped a name may have meant. */

/** Of longer names no more characters may differ, so that looking through many takes no time. */
const MAX_DISTANCE = 5;

/**
 * The names that are nearest to one, nearest first: those that differ in a few characters, and those that are it but for
 * upper and lower case, a path before it or a number behind it. Of names as near as each other those that come first.
 */
export function nearNames(name: string, candidates: Iterable<string>, most = 3): string[] {
  const limit = Math.min(MAX_DISTANCE, Math.max(1, Math.floor(name.length / 3)));
  const wanted = name.toLowerCase();
  const found: { candidate: string; distance: number }[] = [];
  for (const candidate of new Set(candidates)) {
    if (candidate === '') continue;
    const distance = distanceOf(wanted, candidate.toLowerCase(), limit);
    if (distance > limit) continue;
    const at = found.findIndex((other) => other.distance > distance);
    found.splice(at < 0 ? found.length : at, 0, { candidate, distance });
    found.length = Math.min(found.length, most);
  }
  return found.map(({ candidate }) => candidate);
}

/** "; did you mean 'a' or 'b'?", or nothing. */
export function didYouMean(near: readonly string[]): string {
  if (near.length === 0) return '';
  const quoted = near.map((name) => `'${name}'`);
  const last = quoted.pop();
  return `; did you mean ${quoted.length > 0 ? `${quoted.join(', ')} or ${last}` : last}?`;
}

function distanceOf(a: string, b: string, limit: number): number {
  if (isPart(a, b) || isPart(b, a)) return Math.min(limit, 1);
  return editDistance(a, b, limit);
}

/** 'matmul_1' of '/encoder/matmul_1', 'relu' of 'relu_2'. */
function isPart(short: string, long: string): boolean {
  if (short.length < 3 || short.length >= long.length) return false;
  if (long.endsWith(short)) return /[\W_]/.test(long.charAt(long.length - short.length - 1));
  return long.startsWith(short) && /^[\W_]?\d+$/.test(long.slice(short.length));
}

/**
 * Characters that are to be put in, taken out, replaced or exchanged with their neighbour to make one text of the other;
 * more than `limit` where it is more than that.
 */
export function editDistance(a: string, b: string, limit = Number.POSITIVE_INFINITY): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let twoBefore: number[] = [];
  let before = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    let least = i;
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1];
      let cost = Math.min(at(before, j) + 1, at(row, j - 1) + 1, at(before, j - 1) + (isSame ? 0 : 1));
      const isExchange = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (isExchange) cost = Math.min(cost, at(twoBefore, j - 2) + 1);
      row.push(cost);
      least = Math.min(least, cost);
    }
    // An exchange reaches two rows back, and costs one there: it cannot make less of what is beyond by more than one.
    if (least > limit + 1) return limit + 1;
    twoBefore = before;
    before = row;
  }
  return at(before, b.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}
