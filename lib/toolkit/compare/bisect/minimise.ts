/** Tries a set of nodes to keep. undefined: no runs are left. */
export type Try = (keep: readonly string[]) => Promise<boolean | undefined>;

/** What came of a search. */
export interface Minimised {
  /** undefined: nothing passed. */
  readonly keep: readonly string[] | undefined;
  /** Whether nothing can be left out of it. */
  readonly minimal: boolean;
}

/**
 * The shortest beginning of a ranked list that passes: 1, 2, 4 … of it, then halving between the last two. If more never
 * made it worse it is the shortest; what it has too much, `minimise` takes away.
 */
export async function shortestPrefix(ranked: readonly string[], test: Try): Promise<readonly string[] | undefined> {
  let failing = 0;
  let passing: number | undefined;
  for (let size = 1; passing === undefined && failing < ranked.length; size *= 2) {
    const tried = Math.min(size, ranked.length);
    const passed = await test(ranked.slice(0, tried));
    if (passed === undefined) return undefined;
    if (passed) passing = tried;
    else failing = tried;
  }
  while (passing !== undefined && passing - failing > 1) {
    const middle = (passing + failing) >> 1;
    const passed = await test(ranked.slice(0, middle));
    if (passed === undefined) break;
    if (passed) passing = middle;
    else failing = middle;
  }
  return passing === undefined ? undefined : ranked.slice(0, passing);
}

/**
 * Takes nodes out of a set that passes as long as it passes: halves first, then quarters and so on, at last single ones
 * (delta debugging). In the end no single node can be left out.
 */
export async function minimise(start: readonly string[], test: Try): Promise<Minimised> {
  let keep = start;
  let parts = 2;
  while (keep.length > 0) {
    const numParts = Math.min(parts, keep.length);
    const smaller = await smallerSet(keep, numParts, test);
    if (smaller === undefined) return { keep, minimal: false };
    if (smaller) {
      keep = smaller.keep;
      parts = smaller.isPart ? 2 : Math.max(2, numParts - 1);
    } else if (numParts === keep.length) break;
    else parts = numParts * 2;
  }
  return { keep, minimal: true };
}

/** A part that suffices, or all but one; false: none does; undefined: no runs are left. */
async function smallerSet(
  keep: readonly string[],
  numParts: number,
  test: Try,
): Promise<{ keep: readonly string[]; isPart: boolean } | false | undefined> {
  const bounds = Array.from({ length: numParts + 1 }, (_, i) => Math.floor((i * keep.length) / numParts));
  const ranges = bounds.slice(1).map((end, i) => [bounds[i] as number, end] as const);
  // Of two parts, one is all but the other.
  for (const [start, end] of numParts > 2 ? ranges : []) {
    const part = keep.slice(start, end);
    const passed = await test(part);
    if (passed === undefined) return undefined;
    if (passed) return { keep: part, isPart: true };
  }
  // The least suspected are at the end.
  for (const [start, end] of [...ranges].reverse()) {
    const rest = [...keep.slice(0, start), ...keep.slice(end)];
    const passed = await test(rest);
    if (passed === undefined) return undefined;
    if (passed) return { keep: rest, isPart: numParts === 2 };
  }
  return false;
}
