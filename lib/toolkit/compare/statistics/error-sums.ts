import { decibels } from '../../../onnx/numeric/ratios.js';

/** How far values are from a reference: sums over pairs of elements, in double precision, that can be added up. */
export class ErrorSums {
  elements = 0;
  /** Pairs that are not equal; NaN equals NaN. */
  differing = 0;
  /** Pairs of which one or both are not finite, and not the same. All below is of the finite pairs. */
  nonFinite = 0;
  finite = 0;
  /** Pairs with |a − b| > atol + rtol·|a|. */
  beyond = 0;
  maxAbs = 0;
  /** The first pair that has it; −1: all are equal. */
  maxAbsIndex = -1;
  /** Of |a − b| / |a|, over pairs with a ≠ 0. */
  maxRel = 0;
  absErrors = 0;
  errorSquares = 0;
  aSquares = 0;
  bSquares = 0;
  products = 0;

  /** Adds the first `count` pairs. `first` is the index of the first of them. */
  add(a: Float64Array, b: Float64Array, count: number, first: number, rtol = 0, atol = 0): void {
    let { finite, differing, nonFinite, beyond, maxAbs, maxAbsIndex, maxRel } = this;
    let { absErrors, errorSquares, aSquares, bSquares, products } = this;
    for (let i = 0; i < count; i++) {
      const x = a[i] as number;
      const y = b[i] as number;
      const signed = x - y;
      const error = Math.abs(signed);
      if (error < Number.POSITIVE_INFINITY) {
        finite++;
        aSquares += x * x;
        bSquares += y * y;
        products += x * y;
        if (error === 0) continue;
        differing++;
        absErrors += error;
        errorSquares += signed * signed;
        if (error > maxAbs) {
          maxAbs = error;
          maxAbsIndex = first + i;
        }
        const size = Math.abs(x);
        if (error > maxRel * size && size > 0) maxRel = error / size;
        if (error > atol + rtol * size) beyond++;
      } else if (x !== y && !(Number.isNaN(x) && Number.isNaN(y))) {
        differing++;
        nonFinite++;
        beyond++;
      }
    }
    Object.assign(this, { finite, differing, nonFinite, beyond, maxAbs, maxAbsIndex, maxRel });
    Object.assign(this, { absErrors, errorSquares, aSquares, bSquares, products });
    this.elements += count;
  }

  /** Adds what another collected. Indices stay those of the one with the larger error. */
  merge(other: ErrorSums): void {
    if (other.maxAbs > this.maxAbs) {
      this.maxAbs = other.maxAbs;
      this.maxAbsIndex = other.maxAbsIndex;
    }
    this.maxRel = Math.max(this.maxRel, other.maxRel);
    for (const key of ADDED) this[key] += other[key];
  }

  get meanAbs(): number {
    return this.finite > 0 ? this.absErrors / this.finite : 0;
  }

  /** 1 for two vectors of zeros, 0 where one is. */
  get cosine(): number {
    const { aSquares, bSquares, products, errorSquares } = this;
    if (errorSquares === 0) return 1;
    if (aSquares === 0 || bSquares === 0) return 0;
    return Math.max(-1, Math.min(1, products / (Math.sqrt(aSquares) * Math.sqrt(bSquares))));
  }

  /** Signal to noise in dB: 10·log10(Σa² / Σ(a−b)²). Infinity without errors, −Infinity without a signal. */
  get snr(): number {
    return decibels(this.aSquares, this.errorSquares);
  }
}

const ADDED = [
  'elements', 'differing', 'nonFinite', 'finite', 'beyond', 'absErrors', 'errorSquares', 'aSquares', 'bSquares', 'products',
] as const; // biome-ignore format: a list
