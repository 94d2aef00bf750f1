/** Sizes, where known. */
export type KnownDims = readonly (number | null)[];

/** What is known of a tensor's size in one profile. */
export interface KnownShape {
  readonly dims: KnownDims;
  /** Number of elements; may be known where the sizes are not. */
  readonly count: number | null;
}

/** Of sizes that are all known, and of those that are not. */
export function shapeOf(dims: KnownDims): KnownShape {
  const count = dims.reduce<number | null>((all, dim) => (all === null || dim === null ? null : all * dim), 1);
  return { dims, count };
}
