import { argumentError, NodeTensorRTError } from '../errors.js';
import type { ShapeProfile } from '../plan/profile.js';
import { checkProfile } from './check-profile.js';

/** An input of the model as far as its shape is known. */
export interface InputShape {
  readonly name: string;
  /** Sizes, names of those that are open, null for those without a name. undefined: not even the rank is known. */
  readonly dims: readonly (number | string | null)[] | undefined;
}

/** What is known of the sizes that requests will have. */
export interface SizeHints {
  /** Rows of a batch: the open first dimension of inputs. */
  readonly batch: { readonly opt: number; readonly max: number };
  /** Inputs of several lengths. */
  readonly pads: readonly { readonly input: string; readonly axis: number; readonly buckets: readonly number[] }[];
  /** Sizes by the name of the dimension. */
  readonly fixed: Readonly<Record<string, number>>;
  /** Shapes that samples had, input by input. */
  readonly seen?: ReadonlyMap<string, SeenShapes>;
}

/** Of an input, over all samples. */
export interface SeenShapes {
  readonly min: readonly number[];
  readonly max: readonly number[];
  /** The most frequent one. */
  readonly common: readonly number[];
  /** Of inputs of integers with few elements, which may be shapes themselves. */
  readonly values?: {
    readonly min: readonly number[];
    readonly max: readonly number[];
    readonly common: readonly number[];
  };
}

interface Range {
  readonly min: number;
  readonly opt: number;
  readonly max: number;
}

/**
 * The profiles of a build: those given, with what they leave out put in, or one that follows from batches, pads and samples.
 * None where all sizes are fixed. Throws INVALID_ARGUMENT where the size of a dimension is open and nothing says what it is.
 */
export function buildProfiles(
  inputs: readonly InputShape[],
  given: readonly ShapeProfile[] | undefined,
  hints: SizeHints,
): readonly ShapeProfile[] {
  if (given === undefined) {
    const profile = deriveProfile(inputs, {}, hints);
    return Object.keys(profile).length === 0 ? [] : [profile];
  }
  return given.map((profile, i) => {
    const name = `options.profiles[${i}]`;
    checkProfile(name, profile, inputs);
    return { ...deriveProfile(inputs, profile, hints, name), ...profile };
  });
}

/** Of inputs that have open dimensions and are not in `given`. */
function deriveProfile(
  inputs: readonly InputShape[],
  given: ShapeProfile,
  hints: SizeHints,
  option?: string,
): ShapeProfile {
  const profile: ShapeProfile = {};
  for (const { name, dims } of inputs) {
    if (Object.hasOwn(given, name)) continue;
    const seen = hints.seen?.get(name);
    if (dims === undefined && seen === undefined) throw unknownRank(name, option);
    const shape = dims ?? (seen?.common ?? []).map(() => null);
    const values = seen?.values && { min: seen.values.min, opt: seen.values.common, max: seen.values.max };
    if (shape.every((dim) => typeof dim === 'number') && values === undefined) continue;
    const ranges = shape.map((dim, axis) => rangeOf(name, dim, axis, hints, option));
    profile[name] = {
      min: ranges.map(({ min }) => min),
      opt: ranges.map(({ opt }) => opt),
      max: ranges.map(({ max }) => max),
      ...(values && { values }),
    };
  }
  return profile;
}

function rangeOf(
  input: string,
  dim: number | string | null,
  axis: number,
  { batch, pads, fixed, seen }: SizeHints,
  option: string | undefined,
): Range {
  if (typeof dim === 'number') return { min: dim, opt: dim, max: dim };
  const size = dim === null ? undefined : fixed[dim];
  if (size !== undefined) return { min: size, opt: size, max: size };
  const shapes = seen?.get(input);
  if (axis === 0) {
    const max = Math.max(batch.max, shapes?.max[0] ?? 1);
    return { min: 1, opt: Math.min(Math.max(batch.opt, shapes?.common[0] ?? 1), max), max };
  }
  const buckets = pads.find((pad) => pad.input === input && pad.axis === axis)?.buckets;
  const [first] = buckets ?? [];
  const last = buckets?.at(-1);
  if (first !== undefined && last !== undefined) return { min: first, opt: last, max: last };
  const [min, common, max] = [shapes?.min[axis], shapes?.common[axis], shapes?.max[axis]];
  if (min !== undefined && common !== undefined && max !== undefined) return { min, opt: common, max };
  throw openDimension(input, dim, axis, option);
}

const WAYS =
  'say how large: options.profiles, options.samples or, where it is always the same, options.freeDimensionOverrides';

function openDimension(input: string, dim: string | null, axis: number, option: string | undefined): NodeTensorRTError {
  const which = dim === null ? `dimension ${axis}` : `dimension ${axis} ('${dim}')`;
  const where = option === undefined ? '' : ` and is not in ${option}`;
  const text = `input '${input}' has ${which} open${where}; ${WAYS}`;
  const details = { option: option ?? 'options.profiles', input, axis, dimension: dim, reason: 'open-dimension' };
  return new NodeTensorRTError('INVALID_ARGUMENT', text, details);
}

function unknownRank(input: string, option = 'options.profiles'): NodeTensorRTError {
  return argumentError(option, `a shape for input '${input}', whose rank the model does not say`, undefined);
}
