/** How large a value was in samples. */
export interface ValueRange {
  /** Largest magnitude, without what is not finite. */
  readonly max: number;
  /** Whether NaN or an infinity occurred. */
  readonly hasNonFinite: boolean;
}

/** Ranges of values by name, as samples showed them. */
export type Ranges = ReadonlyMap<string, ValueRange>;
