import { argumentError } from '../../errors.js';
import {
  booleanOption,
  choiceOption,
  integerOption,
  knownKeys,
  objectOption,
  signalOption,
  stringOption,
} from '../../options.js';
import { type Metric, MetricRecords } from './metrics.js';
import type { Emulate } from './side.js';
import { type Tolerance, type Tolerances, toleranceOption, tolerancesOption } from './tolerances.js';

/** Options of `compareModels`. Unknown ones are refused. */
export interface CompareOptions {
  /** Names in b of outputs that have another name there, by their names in a. Others are matched by name. */
  outputs?: Record<string, string>;
  /** How far outputs may be off; for all, or by name. @default only what is not finite in one of both fails */
  tolerances?: Tolerances;
  /** Measures of the task, by a name of your choice: see `topK` and `textEquality`. */
  metrics?: Record<string, Metric>;
  /**
   * Compares values inside of the models too: all that both have, those of these names, or every so manieth. Both models
   * are then run again, without optimisations. @default false
   */
  intermediates?: boolean | readonly string[] | number;
  /** Names in b of inner values that have another name there, by their names in a. */
  names?: Record<string, string>;
  /** How many of the samples inner values are compared with; copies of them are kept. 1 to 1000. @default 4 */
  intermediateSamples?: number;
  /**
   * Inner values are fetched in groups whose estimated size, in both models together, is at most this. One value may be
   * larger. From 1 MiB on. @default 256 MiB
   */
  maxBytesPerRun?: number;
  /** From when on an inner value diverges. @default snr and cosine of the tolerance for all outputs, else { snr: 30 } */
  divergence?: Tolerance;
  /**
   * What happens where a backend has no kernels for low precision. 'auto': a model with bfloat16 that is refused is
   * computed in float32 with every bfloat16 result rounded. 'always': also where it is not refused, and for float16.
   * 'never': the refusal is thrown. The report says what was emulated. @default 'auto'
   */
  emulate?: Emulate;
  /** Whether backends may optimise the graphs when outputs are compared. @default true */
  optimize?: boolean;
  /** Samples with statistics of their own in the report: the first so many. 0 to 1,000,000. @default 1000 */
  perSample?: number;
  /** Ends the comparison: it rejects with `signal.reason` after the run in progress. */
  signal?: AbortSignal;
  /** Called after each sample, and after each group of inner values. */
  onProgress?: (progress: CompareProgress) => void;
}

/** How far a comparison is. */
export interface CompareProgress {
  phase: 'outputs' | 'intermediates';
  /** Samples, or inner values, that are done. */
  done: number;
  /** How many there are; null: not known before the samples end. */
  total: number | null;
}

/** CompareOptions with every default filled in. */
export interface ResolvedCompareOptions {
  readonly outputs: ReadonlyMap<string, string>;
  readonly names: ReadonlyMap<string, string>;
  readonly tolerances: Record<string, Tolerance>;
  readonly metrics: MetricRecords;
  readonly intermediates: readonly string[] | number | undefined;
  readonly intermediateSamples: number;
  readonly maxBytesPerRun: number;
  readonly divergence: Tolerance;
  readonly emulate: Emulate;
  readonly optimize: boolean;
  readonly perSample: number;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: (progress: CompareProgress) => void;
}

const KNOWN = [
  'outputs', 'tolerances', 'metrics', 'intermediates', 'names', 'intermediateSamples', 'maxBytesPerRun', 'divergence',
  'emulate', 'optimize', 'perSample', 'signal', 'onProgress',
] as const; // biome-ignore format: a list

/** Throws INVALID_ARGUMENT or OUT_OF_RANGE. */
export function compareOptions(given: CompareOptions): ResolvedCompareOptions {
  const options = objectOption<CompareOptions>('options', given);
  knownKeys('options', options, KNOWN);
  const tolerances = tolerancesOption('options.tolerances', options.tolerances ?? {});
  return {
    outputs: nameMap('options.outputs', options.outputs ?? {}),
    names: nameMap('options.names', options.names ?? {}),
    tolerances,
    metrics: new MetricRecords(options.metrics),
    intermediates: intermediatesOption(options.intermediates ?? false),
    intermediateSamples: integerOption('options.intermediateSamples', options.intermediateSamples ?? 4, 1, 1000),
    maxBytesPerRun: integerOption('options.maxBytesPerRun', options.maxBytesPerRun ?? 2 ** 28, 2 ** 20, 2 ** 44),
    divergence:
      options.divergence === undefined
        ? defaultDivergence(tolerances['*'])
        : toleranceOption('options.divergence', options.divergence),
    emulate: choiceOption('options.emulate', options.emulate ?? 'auto', ['auto', 'always', 'never']),
    optimize: booleanOption('options.optimize', options.optimize ?? true),
    perSample: integerOption('options.perSample', options.perSample ?? 1000, 0, 1_000_000),
    signal: options.signal === undefined ? undefined : signalOption('options.signal', options.signal),
    onProgress: functionOption('options.onProgress', options.onProgress ?? (() => undefined)),
  };
}

/** Absolute errors say nothing about values of another size: only what is relative holds for inner values. */
function defaultDivergence(tolerance: Tolerance = {}): Tolerance {
  const { snr, cosine } = tolerance;
  if (snr === undefined && cosine === undefined) return { snr: 30 };
  return { ...(snr !== undefined && { snr }), ...(cosine !== undefined && { cosine }) };
}

function intermediatesOption(given: unknown): readonly string[] | number | undefined {
  const name = 'options.intermediates';
  if (given === false) return undefined;
  if (given === true) return 1;
  if (typeof given === 'number') return integerOption(name, given, 1, 1_000_000);
  if (!Array.isArray(given)) throw argumentError(name, 'true, names of values, or a number: every so manieth', given);
  return given.map((value, i) => stringOption(`${name}[${i}]`, value));
}

function nameMap(name: string, given: unknown): ReadonlyMap<string, string> {
  const map = objectOption<Record<string, string>>(name, given);
  return new Map(Object.entries(map).map(([key, value]) => [key, stringOption(`${name}.${key}`, value)]));
}

export function functionOption<F>(name: string, given: F): F {
  if (typeof given !== 'function') throw argumentError(name, 'a function', given);
  return given;
}
