/** Signal over noise in dB, from sums of squares. Infinity without noise, also if there is no signal either. */
export function decibels(signalSquares: number, noiseSquares: number): number {
  return noiseSquares === 0 ? Number.POSITIVE_INFINITY : 10 * Math.log10(signalSquares / noiseSquares);
}
