import type { DivergenceReport, ErrorStatistics, IntermediateReport } from '../report.js';

/** How many are listed: the first, and 20 more. */
const MAX_DIVERGENCES = 21;

/** Values that diverge while none of what their nodes compute from does, in their order. */
export function divergences(values: readonly IntermediateReport[]): DivergenceReport[] {
  const byName = new Map(values.map((value) => [value.value, value]));
  const found: DivergenceReport[] = [];
  for (const value of values) {
    if (!value.diverges) continue;
    const inputs = value.inputs.flatMap((name) => byName.get(name) ?? []);
    if (inputs.some((input) => input.diverges)) continue;
    const { node, opType, index } = value;
    found.push({
      node,
      opType,
      index,
      value: value.value,
      statistics: onlyStatistics(value),
      inputs: inputs.map((input) => ({ value: input.value, statistics: onlyStatistics(input) })),
    });
    if (found.length === MAX_DIVERGENCES) break;
  }
  return found;
}

function onlyStatistics(value: IntermediateReport): ErrorStatistics {
  const { elements, differing, nonFinite, maxAbs, meanAbs, maxRel, cosine, snr } = value;
  return { elements, differing, nonFinite, maxAbs, meanAbs, maxRel, cosine, snr };
}
