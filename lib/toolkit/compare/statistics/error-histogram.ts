/** Of a float32's bits, those that number the bin: its exponent, and the first four of its fraction. */
const SHIFT = 19;
const BINS = 1 << (31 - SHIFT);

/** Counts errors in bins of which each is a sixteenth of a power of two wide, so that memory does not grow. */
export class ErrorHistogram {
  readonly #counts = new Float64Array(BINS);
  readonly #number = new Float32Array(1);
  readonly #bits = new Uint32Array(this.#number.buffer);
  #total = 0;

  /** Adds |a − b| of the first `count` pairs; those that are not finite are left out. */
  add(a: Float64Array, b: Float64Array, count: number): void {
    const counts = this.#counts;
    const number = this.#number;
    const bits = this.#bits;
    let total = this.#total;
    for (let i = 0; i < count; i++) {
      const error = Math.abs((a[i] as number) - (b[i] as number));
      if (!(error < Number.POSITIVE_INFINITY)) continue;
      number[0] = Math.min(error, 3.4e38);
      const bin = (bits[0] as number) >>> SHIFT;
      counts[bin] = (counts[bin] as number) + 1;
      total++;
    }
    this.#total = total;
  }

  /** The error that this share (0 to 1) of all pairs does not exceed, within a sixteenth of it. null without pairs. */
  percentile(share: number): number | null {
    if (this.#total === 0) return null;
    const wanted = share * this.#total;
    let seen = 0;
    for (let bin = 0; bin < BINS; bin++) {
      const count = this.#counts[bin] as number;
      if (count === 0 || seen + count < wanted) {
        seen += count;
        continue;
      }
      if (bin === 0) return 0;
      const low = this.#edge(bin);
      return low + (this.#edge(bin + 1) - low) * Math.max(0, (wanted - seen) / count);
    }
    return this.#edge(BINS);
  }

  #edge(bin: number): number {
    this.#bits[0] = bin << SHIFT;
    const edge = this.#number[0] as number;
    return Number.isFinite(edge) ? edge : 3.4e38;
  }
}
