import { argumentError } from '../errors.js';
import { integerOption, knownKeys, objectOption } from '../options.js';
import type { ShapeProfile, ShapeRange } from '../plan/profile.js';
import type { InputShape } from './derive-profiles.js';

const MAX_DIM = 2 ** 31 - 1;
/** Of TensorRT. */
const MAX_RANK = 8;
const MAX_VALUES = 64;
const ends = ['min', 'opt', 'max'] as const;

type Ends = Record<(typeof ends)[number], number[]>;

/** Checks `options.profiles` by itself; whether they fit a model is another question. */
export function profilesOption(given: unknown): readonly ShapeProfile[] {
  const list = Array.isArray(given) ? given : [given];
  if (list.length === 0) throw argumentError('options.profiles', 'at least one profile', given);
  return list.map((profile, i) => {
    const name = `options.profiles[${i}]`;
    const entries = Object.entries(objectOption<Record<string, unknown>>(name, profile));
    return Object.fromEntries(entries.map(([input, range]) => [input, rangeOption(`${name}.${input}`, range)]));
  });
}

function rangeOption(name: string, given: unknown): ShapeRange {
  const { values, ...shape } = objectOption<Record<string, unknown>>(name, given);
  const range = endsOption(name, shape, (dim, item) => integerOption(dim, item, 0, MAX_DIM), MAX_RANK);
  if (values === undefined) return range;
  const { MIN_SAFE_INTEGER: least, MAX_SAFE_INTEGER: most } = Number;
  return {
    ...range,
    values: endsOption(
      `${name}.values`,
      objectOption(`${name}.values`, values),
      (item, value) => integerOption(item, value, least, most),
      MAX_VALUES,
    ),
  };
}

function endsOption(
  name: string,
  given: Record<string, unknown>,
  check: (name: string, item: unknown) => number,
  most: number,
): Ends {
  knownKeys(name, given, ends);
  const read = (end: (typeof ends)[number]) => {
    const list = given[end];
    if (!Array.isArray(list) || list.length > most) {
      throw argumentError(`${name}.${end}`, `an array of at most ${most} numbers`, list);
    }
    return list.map((item, i) => check(`${name}.${end}[${i}]`, item));
  };
  const { min, opt, max } = { min: read('min'), opt: read('opt'), max: read('max') };
  for (const [end, list] of [
    ['opt', opt],
    ['max', max],
  ] as const) {
    if (list.length !== min.length) throw argumentError(`${name}.${end}`, `${min.length} numbers, as min has`, list);
    const before = end === 'opt' ? min : opt;
    const at = list.findIndex((item, i) => item < (before[i] ?? 0));
    if (at !== -1) {
      const word = end === 'opt' ? 'min' : 'opt';
      throw argumentError(`${name}.${end}[${at}]`, `${before[at]} or more, as ${word} has`, list[at], 'OUT_OF_RANGE');
    }
  }
  return { min, opt, max };
}

/** Whether a profile fits the inputs of a model. Throws INVALID_ARGUMENT or SHAPE_MISMATCH. */
export function checkProfile(name: string, profile: ShapeProfile, inputs: readonly InputShape[]): void {
  for (const [input, range] of Object.entries(profile)) {
    const found = inputs.find((candidate) => candidate.name === input);
    if (found === undefined) {
      throw argumentError(name, `inputs of the model: ${inputs.map((item) => item.name).join(', ')}`, input);
    }
    const { dims } = found;
    if (dims === undefined) continue;
    for (const end of ends) {
      const shape = range[end];
      const fits = shape.length === dims.length && dims.every((dim, i) => typeof dim !== 'number' || dim === shape[i]);
      if (fits) continue;
      const expected = `a shape that fits ${JSON.stringify(dims.map((dim) => dim ?? '?'))}`;
      throw argumentError(`${name}.${input}.${end}`, expected, shape, 'SHAPE_MISMATCH');
    }
  }
}
