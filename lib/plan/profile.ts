/** The smallest, the most usual and the largest shape of each input of a profile, by its name. */
export type ShapeProfile = Record<string, ShapeRange>;

/** Shapes of one input that a plan takes. */
export interface ShapeRange {
  /** The smallest sizes. Of a scalar: []. */
  min: readonly number[];
  /** The sizes that the plan is made fastest for. */
  opt: readonly number[];
  /** The largest sizes. */
  max: readonly number[];
  /**
   * Of an input whose values are shapes: its smallest, usual and largest values; `min`, `opt` and `max` are its own shape
   * then. @default not such an input
   */
  values?: { min: readonly number[]; opt: readonly number[]; max: readonly number[] };
}
