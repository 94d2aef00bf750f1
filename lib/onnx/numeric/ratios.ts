/** Signal over noise in dB, from sums of squares. Infinity without noise, also if there is no signal either. */
export function decibels(signalSquares: number, noiseSquares: number): number {
  return noiseSquares === 0 ? Number.POSITIVE_INFINITY : 10 * Math.log10(signalSquares / noiseSquares);
}

/** Cosine of the angle between two vectors, from sums of products; null when one of them is all zeros. */
export function cosine(products: number, aSquares: number, bSquares: number): number | null {
  const lengths = Math.sqrt(aSquares) * Math.sqrt(bSquares);
  return lengths === 0 ? null : products / lengths;
}
