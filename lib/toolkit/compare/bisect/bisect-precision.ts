import { argumentError } from '../../../errors.js';
import { Model } from '../../../onnx/graph/model.js';
import { iterableOption } from '../../../options.js';
import type { TensorMap } from '../../../tensor/types.js';
import { compareSides } from '../compare-models.js';
import { compareOptions } from '../compare-options.js';
import type { ComparisonReport } from '../report.js';
import { copySample, noSamples, type Samples } from '../sample-inputs.js';
import { Side } from '../side.js';
import { type ComparedModel, sideOption } from '../side-option.js';
import { type BisectOptions, bisectOptions, type ResolvedBisectOptions } from './bisect-options.js';
import type { BisectProgress, BisectReport, KeptNode, RankedNode, TrialSummary } from './bisect-report.js';
import { minimise, shortestPrefix } from './minimise.js';
import { NOT_FINITE, rankNodes } from './rank-nodes.js';
import { ReferenceSide } from './reference-side.js';
import { summarise, Trials } from './trials.js';

/** Makes a model of lower precision in which these nodes stay as they are. What `castModel` returns will do. */
export type CastExcept = (excludedNodeNames: string[]) => Narrowed | Promise<Narrowed>;

type Narrowed = Model | { readonly model: Model };

/**
 * Finds the fewest nodes that have to stay in the model's own precision for a narrowed model to keep to a tolerance. All
 * inner values are compared once to rank the nodes by the error that they add; then the most suspected ones are kept, in
 * growing number, until the model passes; then those that are not needed are taken out again, until none can be (delta
 * debugging). There may be another set that is smaller still; finding it for certain would take a try of every set.
 *
 * @param model the reference
 * @param cast makes the narrowed model. It must be the same model for the same names
 * @param samples tensors by input name; the first `maxSamples` are used
 * @throws NodeTensorRTError as `compareModels`, and what `cast` throws. An abort rejects with `signal.reason`.
 * @example
 * const cast = (nodes) => castModel('model.onnx', { to: 'fp16', exclude: { nodes } });
 * const { keep } = await bisectPrecision('model.onnx', cast, samples, { tolerances: { snr: 40 } });
 */
export async function bisectPrecision(
  model: ComparedModel,
  cast: CastExcept,
  samples: Samples,
  options: BisectOptions,
): Promise<BisectReport> {
  const settings = bisectOptions(options);
  if (typeof cast !== 'function') throw argumentError('cast', 'a function from names of nodes to a Model', cast);
  const kept: TensorMap[] = [];
  for await (const sample of iterableOption<TensorMap>('samples', samples)) {
    settings.signal?.throwIfAborted();
    kept.push(copySample(sample));
    if (kept.length === settings.maxSamples) break;
  }
  if (kept.length === 0) throw noSamples();
  const reference = new ReferenceSide(sideOption('a', model), settings.signal);
  try {
    return await new Bisection(reference, cast, kept, settings).run();
  } finally {
    await reference.close();
  }
}

/** Comparisons of all inner values, at most: as many overflows may hide behind one another. */
const MAX_ROUNDS = 10;

class Bisection {
  readonly #trials: Trials;
  #ranking: readonly RankedNode[];

  constructor(
    readonly reference: ReferenceSide,
    readonly cast: CastExcept,
    readonly samples: readonly TensorMap[],
    readonly settings: ResolvedBisectOptions,
  ) {
    this.#trials = new Trials(settings.resume?.tried);
    this.#ranking = settings.resume?.ranking ?? [];
  }

  async run(): Promise<BisectReport> {
    const before = this.#trials.get([]) ?? (await this.#rank());
    if (before.passed) return this.#report(before, [], before, true);
    const names = this.#ranking.map(({ node }) => node);
    const prefix = await shortestPrefix(names, this.#try('search'));
    if (prefix === undefined) return this.#report(before, undefined, before, false);
    const { keep = prefix, minimal } = await minimise(prefix, this.#try('minimise'));
    return this.#report(before, keep, this.#trials.get(keep) ?? before, minimal);
  }

  /**
   * Everything narrowed, with all inner values compared. What is not finite hides what comes behind it: so the nodes that
   * it comes from are kept, and all is compared again, until there are none. Returns what the first comparison found.
   */
  async #rank(): Promise<TrialSummary> {
    const sources: RankedNode[] = [];
    let before: TrialSummary | undefined;
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const keep = sources.map(({ node }) => node);
      const { report, summary } = await this.#compare(keep, true);
      before ??= summary;
      const { candidates, maxRuns } = this.settings;
      const ranked = report.intermediates
        ? await rankNodes(await this.reference.model(), report.intermediates, candidates)
        : [];
      const rest = ranked.filter(({ node }) => !keep.includes(node));
      this.#ranking = [...sources, ...rest];
      this.#trials.add(keep, summary);
      this.#progress('rank', keep, summary);
      const found = rest.filter(({ error }) => error === NOT_FINITE);
      if (summary.passed || found.length === 0 || this.#trials.runs >= maxRuns) return before;
      sources.push(...found);
    }
    return before as TrialSummary;
  }

  #try(phase: BisectProgress['phase']) {
    return async (keep: readonly string[]): Promise<boolean | undefined> => {
      const known = this.#trials.get(keep);
      if (known) return known.passed;
      if (this.#trials.runs >= this.settings.maxRuns) return undefined;
      const { summary } = await this.#compare(keep, false);
      this.#trials.add(keep, summary);
      this.#progress(phase, keep, summary);
      return summary.passed;
    };
  }

  async #compare(
    keep: readonly string[],
    intermediates: boolean,
  ): Promise<{ report: ComparisonReport; summary: TrialSummary }> {
    const { signal, tolerances, metrics, outputs, emulate, accept } = this.settings;
    signal?.throwIfAborted();
    const result = (await this.cast([...keep])) as Narrowed | undefined;
    const narrowed: unknown = result instanceof Model ? result : result?.model;
    if (!(narrowed instanceof Model)) throw argumentError('cast', 'a function that returns a Model', narrowed);
    const side = new Side(sideOption('b', { model: narrowed, name: 'narrowed' }), signal);
    const options = compareOptions({
      ...(tolerances !== undefined && { tolerances }),
      ...(metrics !== undefined && { metrics }),
      ...(outputs !== undefined && { outputs }),
      ...(signal !== undefined && { signal }),
      emulate,
      intermediates,
      perSample: 0,
    });
    const report = await compareSides(this.reference, side, this.samples, options);
    return { report, summary: summarise(report, accept) };
  }

  #progress(phase: BisectProgress['phase'], keep: readonly string[], { passed }: TrialSummary): void {
    const { runs, best } = this.#trials;
    const state = this.#trials.state(this.#ranking);
    this.settings.onProgress({ phase, runs, maxRuns: this.settings.maxRuns, kept: keep.length, passed, best, state });
  }

  #report(
    before: TrialSummary,
    keep: readonly string[] | undefined,
    after: TrialSummary,
    minimal: boolean,
  ): BisectReport {
    const rankOf = new Map(this.#ranking.map((entry, i) => [entry.node, { entry, i }]));
    const nodes = (keep ?? []).map((node): KeptNode => {
      const { opType = '', reason = '' } = rankOf.get(node)?.entry ?? {};
      const without = this.#trials.get((keep ?? []).filter((other) => other !== node));
      return { node, opType, reason, gain: gainOf(after, without) };
    });
    return {
      reached: keep !== undefined,
      minimal: keep !== undefined && minimal,
      keep: nodes.sort((x, y) => (y.gain ?? 0) - (x.gain ?? 0)),
      runs: this.#trials.runs,
      before,
      after,
      state: this.#trials.state(this.#ranking),
    };
  }
}

function gainOf(after: TrialSummary, without: TrialSummary | undefined): number | null {
  if (without === undefined || after.snr === null || without.snr === null) return null;
  return after.snr === without.snr ? 0 : after.snr - without.snr;
}
