/** The part of the raw addon that works on numbers in bulk (`native/binding/numeric.h`). Not exported, as contract.ts. */

/** `FloatStatistics` of `native/core/numeric/float_statistics.h`, field by field. */
export enum StatisticsField {
  count = 0,
  finite = 1,
  min = 2,
  max = 3,
  smallestMagnitude = 4,
  largestMagnitude = 5,
  overflows = 6,
  vanishing = 7,
  subnormal = 8,
  squares = 9,
  errorSquares = 10,
}

export interface NativeNumeric {
  /**
   * These two work at once, on this thread, on elements that need not be aligned; `native/binding/numeric.h` says why.
   * Types are indices into `dtypes`. `sums` has a number per field of the enum above; all zeros are nothing yet.
   */
  convertFloats(source: Uint8Array, from: number, target: Uint8Array, to: number): void;
  addStatistics(data: Uint8Array, type: number, target: number, sums: Float64Array): void;
}
