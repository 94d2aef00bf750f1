import type { ComparisonReport, OutputReport, SideReport } from './report.js';
import type { Tolerance } from './tolerances.js';
import { describeName, describeNumber } from './words.js';

/** Parts of reports in words, for the terminal and the page. */

/** "model.onnx (cpu; bfloat16 emulated in float32)" */
export function describeSide({ name, backend, precision, emulated }: SideReport): string {
  return `${describeName(name)} (${describeBackend({ backend, precision, emulated })})`;
}

export function describeBackend({ backend, precision, emulated }: Omit<SideReport, 'name'>): string {
  const parts = [
    backend ?? 'a runner of its own',
    precision ?? '',
    emulated.length > 0 ? `${emulated.join(' and ')} emulated in float32` : '',
  ];
  return parts.filter(Boolean).join('; ');
}

/** "passed", or how many reasons there are against it. */
export function describeVerdict({ passed, tolerances, reasons }: ComparisonReport): string {
  if (!passed) return `not within tolerance: ${reasons.length === 1 ? 'one reason' : `${reasons.length} reasons`}`;
  return Object.keys(tolerances).length > 0
    ? 'within tolerance'
    : 'finite where the reference is; no tolerance was given';
}

/** "float32", or "float32 / float16" where both differ. */
export function describeTypes({ aType, bType }: { aType: string; bType: string }): string {
  return aType === bType ? aType : `${aType} / ${bType}`;
}

/** "SNR at least 40, max abs at most 0.1" */
export function describeTolerance(tolerance: Tolerance): string {
  const least = new Set(['cosine', 'snr', 'argMax']);
  return Object.entries(tolerance)
    .filter(([, value]) => value !== undefined)
    .map(
      ([key, value]) =>
        `${LIMIT_NAMES[key as keyof Tolerance] ?? key} at ${least.has(key) ? 'least' : 'most'} ${describeNumber(value as number)}`,
    )
    .join(', ');
}

const LIMIT_NAMES: Partial<Record<keyof Tolerance, string>> = {
  maxAbs: 'max abs',
  meanAbs: 'mean abs',
  maxRel: 'max rel',
  snr: 'SNR',
  argMax: 'same arg-max',
};

/** The least signal to noise of all outputs; null: of strings only. What is not finite counts as none. */
export function worstSnr(outputs: readonly OutputReport[]): number | null {
  const all = outputs.flatMap(({ all: { snr, nonFinite } }) =>
    snr === null ? [] : [nonFinite > 0 ? Number.NEGATIVE_INFINITY : snr],
  );
  return all.length > 0 ? Math.min(...all) : null;
}
