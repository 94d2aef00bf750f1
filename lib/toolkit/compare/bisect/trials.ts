import type { ComparisonReport } from '../report.js';
import { BISECTION_FORMAT, type BisectState, type RankedNode, type TrialSummary } from './bisect-report.js';

/** What was tried, by the nodes that were kept. */
export class Trials {
  readonly #byKey = new Map<string, { keep: string[] } & TrialSummary>();

  constructor(tried: BisectState['tried'] = []) {
    for (const trial of tried) this.#byKey.set(keyOf(trial.keep), trial);
  }

  get runs(): number {
    return this.#byKey.size;
  }

  get(keep: readonly string[]): TrialSummary | undefined {
    const found = this.#byKey.get(keyOf(keep));
    if (found === undefined) return undefined;
    const { passed, snr, maxAbs, reasons } = found;
    return { passed, snr, maxAbs, reasons };
  }

  add(keep: readonly string[], summary: TrialSummary): void {
    this.#byKey.set(keyOf(keep), { keep: [...keep], ...summary });
  }

  /** Size of the smallest set that passed; null: none did. */
  get best(): number | null {
    const sizes = [...this.#byKey.values()].filter(({ passed }) => passed).map(({ keep }) => keep.length);
    return sizes.length > 0 ? Math.min(...sizes) : null;
  }

  state(ranking: readonly RankedNode[]): BisectState {
    return { format: BISECTION_FORMAT, ranking: [...ranking], tried: [...this.#byKey.values()] };
  }
}

function keyOf(keep: readonly string[]): string {
  return JSON.stringify([...keep].sort());
}

/** What counts of a comparison. */
export function summarise(report: ComparisonReport, accept: (report: ComparisonReport) => boolean): TrialSummary {
  const isAccepted = accept(report);
  const reasons = report.reasons.map(({ text }) => text);
  if (!isAccepted) reasons.push('options.accept did not accept it');
  return {
    passed: report.passed && isAccepted,
    // What is not finite is worse than any noise.
    snr: least(report.outputs.map(({ all }) => (all.nonFinite > 0 ? Number.NEGATIVE_INFINITY : all.snr))),
    maxAbs: most(report.outputs.map(({ all }) => all.maxAbs)),
    reasons,
  };
}

function least(numbers: readonly (number | null)[]): number | null {
  const found = numbers.filter((number) => number !== null);
  return found.length > 0 ? Math.min(...found) : null;
}

function most(numbers: readonly (number | null)[]): number | null {
  const found = numbers.filter((number) => number !== null);
  return found.length > 0 ? Math.max(...found) : null;
}
