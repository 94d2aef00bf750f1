import type { IntermediateReport } from './report.js';

/** A value that is worse than what its node takes. */
export interface Loss {
  readonly value: IntermediateReport;
  /** Signal to noise of the worst that its node takes. */
  readonly before: number;
  /** Relative error that its node adds. */
  readonly added: number;
}

/** Values whose signal to noise is below that of all that their nodes take, the largest added error first. */
export function losses(values: readonly IntermediateReport[]): Loss[] {
  const snrBefore = snrOfInputs(values);
  const noise = (snr: number) => 10 ** (-snr / 20);
  return values
    .flatMap((value): Loss[] => {
      if (value.snr === null) return [];
      const before = snrBefore(value);
      const after = value.nonFinite > 0 ? Number.NEGATIVE_INFINITY : value.snr;
      return after < before ? [{ value, before, added: noise(after) - noise(before) }] : [];
    })
    .sort((x, y) => (x.added === y.added ? x.value.index - y.value.index : y.added - x.added));
}

/** The least signal to noise of what the node of a value takes; Infinity: that is the same in both models. */
export function snrOfInputs(values: readonly IntermediateReport[]): (value: IntermediateReport) => number {
  const byName = new Map(
    values.map(({ value, snr, nonFinite }) => [value, nonFinite > 0 ? Number.NEGATIVE_INFINITY : snr]),
  );
  return ({ inputs }) =>
    inputs.reduce(
      (least, name) => Math.min(least, byName.get(name) ?? Number.POSITIVE_INFINITY),
      Number.POSITIVE_INFINITY,
    );
}
