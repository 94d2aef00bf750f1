import type { TensorType } from '../../tensor/types.js';
import type { ErrorStatistics, OutputReport, SampleStatistics } from './report.js';
import type { TensorComparison } from './statistics/compare-tensors.js';
import { ErrorHistogram } from './statistics/error-histogram.js';
import { ErrorSums } from './statistics/error-sums.js';

const NUM_WORST = 10;
/** Width of a bin of the histogram of samples, in dB; what is below 0 and from 150 on goes into the outer ones. */
const BIN_DB = 5;
const LAST_BIN_DB = 150;

/** An output of both models, and how errors and reports name it. */
export interface OutputPair {
  readonly name: string;
  readonly nameInB: string;
  readonly aType: TensorType;
  readonly bType: TensorType;
}

/** Collects how far an output is from its reference. Its size does not depend on the number of samples. */
export class OutputRecord {
  readonly histogram = new ErrorHistogram();
  readonly #sums = new ErrorSums();
  readonly #samples: SampleStatistics[] = [];
  readonly #worst: SampleStatistics[] = [];
  readonly #bySnr = new Map<number, number>();
  #isFloat = false;
  #isText = false;
  #argMax: { rows: number; same: number } | undefined;
  #worstElement: { sample: number; index: number } | null = null;

  constructor(
    readonly pair: OutputPair,
    readonly perSample: number,
  ) {}

  add(sample: number, { sums, isFloat, isText, argMax }: TensorComparison): void {
    if (sums.maxAbsIndex >= 0 && sums.maxAbs > this.#sums.maxAbs) {
      this.#worstElement = { sample, index: sums.maxAbsIndex };
    }
    this.#sums.merge(sums);
    this.#isFloat ||= isFloat;
    this.#isText ||= isText;
    if (argMax) {
      this.#argMax ??= { rows: 0, same: 0 };
      this.#argMax.rows += argMax.rows;
      this.#argMax.same += argMax.same;
    }
    const statistics: SampleStatistics = { sample, ...statisticsOf(sums, isText) };
    if (this.#samples.length < this.perSample) this.#samples.push(statistics);
    this.#addToWorst(statistics);
    if (isText) return;
    const bin = binOf(sums.snr);
    this.#bySnr.set(bin, (this.#bySnr.get(bin) ?? 0) + 1);
  }

  /** Elements beyond `atol` and `rtol`. */
  get beyond(): number {
    return this.#sums.beyond;
  }

  report(): OutputReport {
    const at = (share: number) => this.histogram.percentile(share);
    const p50 = at(0.5);
    return {
      ...this.pair,
      kind: this.#isFloat ? 'float' : 'exact',
      all: statisticsOf(this.#sums, this.#isText),
      percentiles:
        p50 === null
          ? null
          : { p50, p90: this.#capped(at(0.9)), p99: this.#capped(at(0.99)), p999: this.#capped(at(0.999)) },
      argMax: this.#argMax ? { ...this.#argMax } : null,
      worstElement: this.#worstElement,
      samples: this.#samples,
      worst: this.#worst,
      snrHistogram: [...this.#bySnr].sort(([x], [y]) => x - y).map(([from, samples]) => ({ from, samples })),
    };
  }

  /** No percentile is above the largest error. */
  #capped(value: number | null): number {
    return Math.min(value ?? 0, this.#sums.maxAbs);
  }

  #addToWorst(statistics: SampleStatistics): void {
    if (statistics.differing === 0) return;
    const at = this.#worst.findIndex((other) => isWorse(statistics, other));
    this.#worst.splice(at < 0 ? this.#worst.length : at, 0, statistics);
    if (this.#worst.length > NUM_WORST) this.#worst.pop();
  }
}

/** What a report says of sums. */
export function statisticsOf(sums: ErrorSums, isText: boolean): ErrorStatistics {
  const { elements, differing, nonFinite, maxAbs, meanAbs, maxRel, cosine, snr } = sums;
  if (isText)
    return { elements, differing, nonFinite, maxAbs: null, meanAbs: null, maxRel: null, cosine: null, snr: null };
  return { elements, differing, nonFinite, maxAbs, meanAbs, maxRel, cosine, snr };
}

function isWorse(x: SampleStatistics, y: SampleStatistics): boolean {
  if (x.nonFinite !== y.nonFinite) return x.nonFinite > y.nonFinite;
  if (x.snr !== null && y.snr !== null && x.snr !== y.snr) return x.snr < y.snr;
  return x.differing > y.differing;
}

function binOf(snr: number): number {
  if (snr === Number.POSITIVE_INFINITY) return snr;
  if (snr < 0) return Number.NEGATIVE_INFINITY;
  return Math.min(LAST_BIN_DB, Math.floor(snr / BIN_DB) * BIN_DB);
}
