import { argumentError } from '../../errors.js';
import { objectOption } from '../../options.js';
import type { TensorType } from '../../tensor/types.js';
import type { Tolerance } from './tolerances.js';

/** What `ComparisonReport.format` is. It changes when the meaning of a field does; fields may be added. */
export const COMPARISON_FORMAT = 'node-tensorrt-comparison-1';

/** How far the tensors of b are from those of a, which is the reference. */
export interface ErrorStatistics {
  /** Pairs of elements. */
  elements: number;
  /** Pairs that are not equal. NaN equals NaN. */
  differing: number;
  /** Pairs of which one or both are not finite, and not the same. What follows leaves them out. */
  nonFinite: number;
  /** Largest |a − b|. null: strings. */
  maxAbs: number | null;
  /** Mean |a − b|. null: strings. */
  meanAbs: number | null;
  /** Largest |a − b| / |a|, where a is not 0. null: strings. */
  maxRel: number | null;
  /** Cosine similarity: 1 where both are the same, 0 where one is all zeros. null: strings. */
  cosine: number | null;
  /** Signal to noise, 10·log10(Σa² / Σ(a−b)²) in dB: Infinity where both are the same. null: strings. */
  snr: number | null;
}

/** Of one sample. */
export interface SampleStatistics extends ErrorStatistics {
  /** Of the sample, from 0. */
  sample: number;
}

/** How often arg-max over the last dimension is the same. */
export interface ArgMaxReport {
  rows: number;
  same: number;
}

/** How far one output is from its reference. */
export interface OutputReport {
  name: string;
  /** Its name in b. */
  nameInB: string;
  aType: TensorType;
  bType: TensorType;
  /** 'exact': whole numbers, booleans or strings, which are to be the same. */
  kind: 'float' | 'exact';
  /** Over all samples. */
  all: ErrorStatistics;
  /** Errors |a − b| that half of all elements, 90 % and so on do not exceed, within a sixteenth. null: strings. */
  percentiles: { p50: number; p90: number; p99: number; p999: number } | null;
  /** Of floating-point outputs of up to three dimensions; null for others. */
  argMax: ArgMaxReport | null;
  /** Element with the largest error, and its sample. null: there is none. */
  worstElement: { sample: number; index: number } | null;
  /** The first samples, up to `perSample`. */
  samples: SampleStatistics[];
  /** The samples that are furthest off, worst first; at most 10. */
  worst: SampleStatistics[];
  /** Samples by their signal to noise: how many are at or above each `from` (dB) and below the next. */
  snrHistogram: { from: number; samples: number }[];
}

/** A number that a metric gave, over all samples. */
export interface MetricReport {
  mean: number;
  min: number;
  max: number;
  samples: number;
}

/** A reason why a comparison did not pass. */
export interface ComparisonReason {
  output: string;
  /** A field of Tolerance, or 'nonFinite'. */
  what: keyof Tolerance | 'nonFinite';
  limit: number;
  measured: number;
  /** In words. */
  text: string;
}

/** One of the two models. */
export interface SideReport {
  name: string;
  /** null: ran by `load`. */
  backend: string | null;
  precision: string | null;
  /** Types that were computed in float32 and rounded, since the backend has no kernels for them; see `emulate`. */
  emulated: TensorType[];
}

/** A value inside of both models. */
export interface IntermediateReport extends ErrorStatistics {
  /** Place of its node in a, in topological order. */
  index: number;
  value: string;
  valueInB: string;
  node: string;
  opType: string;
  aType: TensorType;
  bType: TensorType;
  /** The compared values that its node computes from, through nodes that were not compared. */
  inputs: string[];
  /** Whether it errs beyond `divergence`. */
  diverges: boolean;
}

/** A node whose output errs beyond the tolerance while what it computes from does not. */
export interface DivergenceReport {
  node: string;
  opType: string;
  index: number;
  value: string;
  statistics: ErrorStatistics;
  /** Values that it computes from, with their errors. */
  inputs: { value: string; statistics: ErrorStatistics }[];
}

/** The values inside of the models. */
export interface IntermediatesReport {
  /** Samples that they were compared with. */
  samples: number;
  /** Runs of loads that it took: groups of values. */
  groups: number;
  /** What counts as an error that is too large. */
  divergence: Tolerance;
  /** In topological order of a. */
  values: IntermediateReport[];
  firstDivergence: DivergenceReport | null;
  /** Others like the first, in topological order; at most 20. */
  furtherDivergences: DivergenceReport[];
  /** Values that could not be compared, at most 100, and why. */
  skipped: { value: string; reason: string }[];
  numSkipped: number;
}

/** What `compareModels` found. Plain data; `comparisonJson` writes it. */
export interface ComparisonReport {
  format: typeof COMPARISON_FORMAT;
  a: SideReport;
  b: SideReport;
  samples: number;
  /** Whether all outputs are within their tolerances, and finite where a is. */
  passed: boolean;
  reasons: ComparisonReason[];
  /** By output, or '*' for all others; empty: none was given. */
  tolerances: Record<string, Tolerance>;
  outputs: OutputReport[];
  /** Outputs that b does not have, and so were not compared. */
  onlyInA: string[];
  /** Outputs that a does not have. */
  onlyInB: string[];
  metrics: Record<string, MetricReport>;
  /** null: not asked for. */
  intermediates: IntermediatesReport | null;
}

const SPECIAL: Record<string, number> = { Infinity: Number.POSITIVE_INFINITY, '-Infinity': Number.NEGATIVE_INFINITY };

/** A report as JSON. What JSON has no number for is written as "Infinity", "-Infinity" or "NaN". */
export function comparisonJson(report: ComparisonReport, space?: number): string {
  return JSON.stringify(
    report,
    (_, value) => (typeof value === 'number' && !Number.isFinite(value) ? String(value) : value),
    space,
  );
}

/**
 * A report of what `comparisonJson` wrote.
 * @throws NodeTensorRTError INVALID_ARGUMENT (no JSON, or of another format)
 */
export function parseComparison(json: string): ComparisonReport {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json, function (this: unknown, key, value) {
      return typeof value === 'string' && NUMBERS.has(key)
        ? (SPECIAL[value] ?? (value === 'NaN' ? Number.NaN : value))
        : value;
    });
  } catch (error) {
    throw argumentError('json', 'the JSON of a comparison', (error as Error).message);
  }
  const report = objectOption<ComparisonReport>('json', parsed);
  if (report.format !== COMPARISON_FORMAT) throw argumentError('json.format', `'${COMPARISON_FORMAT}'`, report.format);
  return report;
}

/** Fields that are numbers, so that a node called "Infinity" stays one. */
const NUMBERS = new Set([
  'maxAbs', 'meanAbs', 'maxRel', 'cosine', 'snr', 'p50', 'p90', 'p99', 'p999', 'limit', 'measured', 'mean', 'min', 'max',
  'from',
]); // biome-ignore format: a list
