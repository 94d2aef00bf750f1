import { argumentError } from '../../../errors.js';
import { choiceOption, integerOption, knownKeys, objectOption, signalOption, stringOption } from '../../../options.js';
import { functionOption } from '../compare-options.js';
import type { Metric } from '../metrics.js';
import type { ComparisonReport } from '../report.js';
import type { Emulate } from '../side.js';
import type { Tolerances } from '../tolerances.js';
import { BISECTION_FORMAT, type BisectProgress, type BisectState } from './bisect-report.js';

/** Options of `bisectPrecision`. Unknown ones are refused. */
export interface BisectOptions {
  /** What the narrowed model has to keep to; see `CompareOptions.tolerances`. */
  tolerances?: Tolerances;
  /** Measures of the task, for `accept`. */
  metrics?: Record<string, Metric>;
  /** What a comparison has to satisfy beside the tolerances. @default nothing */
  accept?: (report: ComparisonReport) => boolean;
  /** Names in the narrowed model of outputs that have another name there. */
  outputs?: Record<string, string>;
  /** Nodes that may stay as they are. @default all that have a name and whose results the cast changes */
  candidates?: readonly string[];
  /** How many of the samples are used; copies of them are kept, with the reference's outputs. 1 to 10,000. @default 16 */
  maxSamples?: number;
  /** Narrowed models that are tried, at most. Beyond it the best so far is returned. 2 to 100,000. @default 100 */
  maxRuns?: number;
  /** See `CompareOptions.emulate`. @default 'auto' */
  emulate?: Emulate;
  /** The `state` of an earlier search over the same model and samples: what it tried is not tried again. */
  resume?: BisectState;
  /** Called after each try. `progress.state` may be stored, and given as `resume`. */
  onProgress?: (progress: BisectProgress) => void;
  /** Ends the search: it rejects with `signal.reason` after the run in progress. */
  signal?: AbortSignal;
}

/** BisectOptions with every default filled in. */
export interface ResolvedBisectOptions extends Pick<BisectOptions, 'tolerances' | 'metrics' | 'outputs'> {
  readonly accept: (report: ComparisonReport) => boolean;
  readonly candidates: ReadonlySet<string> | undefined;
  readonly maxSamples: number;
  readonly maxRuns: number;
  readonly emulate: Emulate;
  readonly resume: BisectState | undefined;
  readonly onProgress: (progress: BisectProgress) => void;
  readonly signal: AbortSignal | undefined;
}

const KNOWN = [
  'tolerances', 'metrics', 'accept', 'outputs', 'candidates', 'maxSamples', 'maxRuns', 'emulate', 'resume', 'onProgress',
  'signal',
] as const; // biome-ignore format: a list

/** Throws INVALID_ARGUMENT or OUT_OF_RANGE. */
export function bisectOptions(given: BisectOptions): ResolvedBisectOptions {
  const options = objectOption<BisectOptions>('options', given);
  knownKeys('options', options, KNOWN);
  const { tolerances, accept, candidates, resume, signal } = options;
  if (tolerances === undefined && accept === undefined) {
    throw argumentError(
      'options.tolerances',
      'tolerances, or options.accept, that say what is good enough',
      tolerances,
    );
  }
  return {
    ...(tolerances !== undefined && { tolerances }),
    ...(options.metrics !== undefined && { metrics: options.metrics }),
    ...(options.outputs !== undefined && { outputs: options.outputs }),
    accept: functionOption('options.accept', accept ?? (() => true)),
    candidates: candidates === undefined ? undefined : new Set(namesOption('options.candidates', candidates)),
    maxSamples: integerOption('options.maxSamples', options.maxSamples ?? 16, 1, 10_000),
    maxRuns: integerOption('options.maxRuns', options.maxRuns ?? 100, 2, 100_000),
    emulate: choiceOption('options.emulate', options.emulate ?? 'auto', ['auto', 'always', 'never']),
    resume: resume === undefined ? undefined : stateOption(resume),
    onProgress: functionOption('options.onProgress', options.onProgress ?? (() => undefined)),
    signal: signal === undefined ? undefined : signalOption('options.signal', signal),
  };
}

function namesOption(name: string, given: unknown): string[] {
  if (!Array.isArray(given)) throw argumentError(name, 'an array of names of nodes', given);
  return given.map((value, i) => stringOption(`${name}[${i}]`, value));
}

function stateOption(given: unknown): BisectState {
  const name = 'options.resume';
  const state = objectOption<BisectState>(name, given);
  if (state.format !== BISECTION_FORMAT) throw argumentError(`${name}.format`, `'${BISECTION_FORMAT}'`, state.format);
  for (const key of ['tried', 'ranking'] as const) {
    if (!Array.isArray(state[key])) throw argumentError(`${name}.${key}`, 'an array', state[key]);
  }
  state.tried.forEach(({ keep, passed, snr }, i) => {
    namesOption(`${name}.tried[${i}].keep`, keep);
    if (typeof passed !== 'boolean') throw argumentError(`${name}.tried[${i}].passed`, 'true or false', passed);
    if (snr !== null && typeof snr !== 'number')
      throw argumentError(`${name}.tried[${i}].snr`, 'a number or null', snr);
  });
  state.ranking.forEach(({ node }, i) => {
    stringOption(`${name}.ranking[${i}].node`, node);
  });
  return state;
}
