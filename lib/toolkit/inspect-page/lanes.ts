/** Where lines of a graph run that is drawn with one row for each layer. */
export interface Lanes {
  /** By row: the lane of its dot, and of the line from it down to the last row that reads what it makes. */
  readonly lane: readonly number[];
  /** How many lanes there are side by side. */
  readonly count: number;
}

/**
 * Gives each row a lane, so that no two lines run in one lane at the same time. `inputs`: by row, the rows above it that it
 * reads. A row goes on in the lane of one that ends in it, or takes the leftmost that is free.
 */
export function assignLanes(inputs: readonly (readonly number[])[]): Lanes {
  const last = lastReaders(inputs);
  const lane: number[] = [];
  // By lane, the row in which its line ends; -1: free.
  const ends: number[] = [];
  for (const [row, from] of inputs.entries()) {
    const ending = from.filter((above) => last[above] === row).map((above) => lane[above] as number);
    for (const index of ending) ends[index] = -1;
    let own = ending.length > 0 ? ending.reduce((least, index) => Math.min(least, index)) : ends.indexOf(-1);
    if (own < 0) own = ends.length;
    lane.push(own);
    ends[own] = (last[row] as number) > row ? (last[row] as number) : -1;
  }
  return { lane, count: ends.length };
}

/** By row, the last one that reads it, or itself. */
function lastReaders(inputs: readonly (readonly number[])[]): number[] {
  const last = inputs.map((_, row) => row);
  for (const [row, from] of inputs.entries()) for (const above of from) last[above] = row;
  return last;
}
