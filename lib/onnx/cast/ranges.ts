/** How large a value was in samples. */
export interface ValueRange {
  /** Largest magnitude, without what is not finite. */
  readonly max: number;
  /** Smallest magnitude that is not 0; Infinity: all was 0. */
  readonly min: number;
  /** Whether NaN or an infinity occurred. */
  readonly hasNonFinite: boolean;
}

/** Ranges of values by name, as samples showed them. */
export type Ranges = ReadonlyMap<string, ValueRange>;
