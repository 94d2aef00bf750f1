import { argumentError } from '../../errors.js';
import { knownKeys, objectOption } from '../../options.js';
import type { ComparisonReason, ErrorStatistics, OutputReport } from './report.js';
import { describeNumber } from './words.js';

/** How far an output of b may be from that of a. What is not named is not limited. */
export interface Tolerance {
  /** Largest |a − b|. */
  maxAbs?: number;
  /** Largest mean |a − b|. */
  meanAbs?: number;
  /** Largest |a − b| / |a|, where a is not 0. */
  maxRel?: number;
  /** Least cosine similarity, up to 1. */
  cosine?: number;
  /** Least signal to noise, in dB. */
  snr?: number;
  /** With `atol`: every element must satisfy |a − b| ≤ atol + rtol·|a|. @default 0 */
  rtol?: number;
  /** See `rtol`. @default 0 */
  atol?: number;
  /** Least share of rows with the same arg-max, 0 to 1. Outputs that have none pass. */
  argMax?: number;
  /**
   * Largest share of elements that may differ, 0 to 1. Whole numbers, booleans and strings may not differ at all where
   * neither this nor another limit that fits them is given for the output by name.
   */
  differing?: number;
}

/** One for all outputs, or one per output by name; '*' is for those that are not named. */
export type Tolerances = Tolerance | Record<string, Tolerance>;

const LIMITS = ['maxAbs', 'meanAbs', 'maxRel', 'cosine', 'snr', 'rtol', 'atol', 'argMax', 'differing'] as const;

/** Checks `options.tolerances`; the result is by output, '*' for all others. */
export function tolerancesOption(name: string, given: unknown): Record<string, Tolerance> {
  const tolerances = objectOption<Record<string, unknown>>(name, given);
  const isOne = Object.entries(tolerances).every(([key, value]) => isLimit(key) && typeof value !== 'object');
  if (isOne) return Object.keys(tolerances).length > 0 ? { '*': toleranceOption(name, tolerances) } : {};
  return Object.fromEntries(
    Object.entries(tolerances).map(([output, value]) => [output, toleranceOption(`${name}.${output}`, value)]),
  );
}

/** Checks one tolerance. */
export function toleranceOption(name: string, given: unknown): Tolerance {
  const tolerance = objectOption<Record<string, unknown>>(name, given);
  knownKeys(name, tolerance, LIMITS);
  for (const key of LIMITS) {
    const value = tolerance[key];
    if (value === undefined) continue;
    if (typeof value !== 'number' || Number.isNaN(value)) throw argumentError(`${name}.${key}`, 'a number', value);
    const [least, most] = RANGES[key] ?? [0, Number.POSITIVE_INFINITY];
    if (value < least || value > most) {
      throw argumentError(`${name}.${key}`, `${least} to ${most}`, value, 'OUT_OF_RANGE');
    }
  }
  return { ...tolerance };
}

const RANGES: Partial<Record<keyof Tolerance, [number, number]>> = {
  cosine: [-1, 1],
  snr: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
  argMax: [0, 1],
  differing: [0, 1],
};

function isLimit(key: string): key is keyof Tolerance {
  return (LIMITS as readonly string[]).includes(key);
}

/** The tolerance of an output. */
export function toleranceOf(tolerances: Record<string, Tolerance>, output: string): Tolerance | undefined {
  return Object.hasOwn(tolerances, output) ? tolerances[output] : tolerances['*'];
}

/** Statistics, with what only outputs have. */
export type Judged = ErrorStatistics & { beyond: number; argMaxShare: number | null; isExact: boolean };

/** Why statistics are not within a tolerance; none: they are. */
export function breaches(
  judged: Judged,
  tolerance: Tolerance | undefined,
  isNamed: boolean,
): Omit<ComparisonReason, 'output'>[] {
  const found: Omit<ComparisonReason, 'output'>[] = [];
  const check = (what: ComparisonReason['what'], value: number | null, limit: number | undefined, isLeast: boolean) => {
    if (value === null || limit === undefined || (isLeast ? value >= limit : value <= limit)) return;
    const side = isLeast ? 'at least' : 'at most';
    found.push({
      what,
      limit,
      measured: value,
      text: `${WORDS[what]} is ${describeNumber(value)}, expected ${side} ${describeNumber(limit)}`,
    });
  };
  const share = judged.elements > 0 ? judged.differing / judged.elements : 0;
  check('nonFinite', judged.nonFinite, 0, false);
  if (tolerance === undefined) return found;
  const fitsExact = isNamed && LIMITS.some((key) => tolerance[key] !== undefined && key !== 'argMax');
  if (judged.isExact && !fitsExact) {
    check('differing', share, tolerance.differing ?? 0, false);
    return found;
  }
  check('maxAbs', judged.maxAbs, tolerance.maxAbs, false);
  check('meanAbs', judged.meanAbs, tolerance.meanAbs, false);
  check('maxRel', judged.maxRel, tolerance.maxRel, false);
  check('cosine', judged.cosine, tolerance.cosine, true);
  check('snr', judged.snr, tolerance.snr, true);
  check('argMax', judged.argMaxShare, tolerance.argMax, true);
  check('differing', share, tolerance.differing, false);
  if (judged.beyond > 0 && hasElementwise(tolerance)) {
    const { rtol = 0, atol = 0 } = tolerance;
    const text = `${judged.beyond} of ${judged.elements} elements are further off than ${describeNumber(atol)} + ${describeNumber(rtol)}·|a|`;
    found.push({ what: tolerance.rtol === undefined ? 'atol' : 'rtol', limit: 0, measured: judged.beyond, text });
  }
  return found;
}

export function hasElementwise(tolerance: Tolerance | undefined): boolean {
  return tolerance?.rtol !== undefined || tolerance?.atol !== undefined;
}

/** Why outputs do not pass. */
export function judge(
  outputs: readonly { report: OutputReport; beyond: number }[],
  tolerances: Record<string, Tolerance>,
): ComparisonReason[] {
  return outputs.flatMap(({ report, beyond }) => {
    const { all, argMax, kind, name } = report;
    const argMaxShare = argMax && argMax.rows > 0 ? argMax.same / argMax.rows : null;
    const judged = { ...all, beyond, argMaxShare, isExact: kind === 'exact' };
    return breaches(judged, toleranceOf(tolerances, name), Object.hasOwn(tolerances, name)).map((reason) => ({
      output: name,
      ...reason,
      text: `output '${name}': ${reason.text}`,
    }));
  });
}

const WORDS: Record<ComparisonReason['what'], string> = {
  maxAbs: 'the largest absolute error',
  meanAbs: 'the mean absolute error',
  maxRel: 'the largest relative error',
  cosine: 'the cosine similarity',
  snr: 'the signal to noise in dB',
  rtol: 'the number of elements beyond the tolerance',
  atol: 'the number of elements beyond the tolerance',
  argMax: 'the share of rows with the same arg-max',
  differing: 'the share of elements that differ',
  nonFinite: 'the number of elements that are not finite in one of both',
};
