import { argumentError } from '../../errors.js';
import { booleanOption, choiceOption, knownKeys, objectOption } from '../../options.js';
import type { Node } from '../graph/node.js';
import type { LowPrecision } from './forms.js';

/** Nodes by what names them. A node is chosen when one of the lists has it. */
export interface NodeChoice {
  /** Exact names. `castModel` refuses those that the model does not have. */
  nodes?: readonly string[];
  /** Operators, as 'Softmax'. `castModel` refuses those that the model does not have. */
  opTypes?: readonly string[];
  /** Regular expressions that match somewhere in a name. */
  patterns?: readonly (string | RegExp)[];
}

/** Options of casting that need no samples; `castModel` has more. */
export interface CastGraphOptions {
  /** 'fp16': more digits, but nothing beyond ±65504. 'bf16': the range of float32, with two to three digits. */
  to: LowPrecision;
  /** Inputs and outputs of the model stay float32, with casts inside. false: they become the low precision. @default true */
  keepIoTypes?: boolean;
  /** Stay float32, whatever the rules say. */
  exclude?: NodeChoice;
  /** Are cast, whatever the rules say, where ONNX has a form for it. `exclude` wins. */
  include?: NodeChoice;
  /**
   * fp16: with samples, a node whose inputs or outputs are larger than this in any of them stays float32.
   * More than 0, at most 65504. @default 8192: an eighth of what float16 holds
   */
  maxMagnitude?: number;
  /**
   * With samples: the same for exponentials, powers and sums, which without samples stay float32.
   * More than 0, at most 65504. @default 512
   */
  maxSensitiveMagnitude?: number;
  /**
   * Weights whose signal-to-noise ratio after rounding is lower than this many dB vanish too much: their node stays
   * float32. 0 to 100. @default 50 for fp16, 20 for bf16
   */
  minWeightSnr?: number;
}

/** `CastGraphOptions` with every default filled in. */
export interface ResolvedCastOptions {
  to: LowPrecision;
  keepIoTypes: boolean;
  isExcluded: (node: Node) => string | undefined;
  isIncluded: (node: Node) => string | undefined;
  maxMagnitude: number;
  maxSensitiveMagnitude: number;
  minWeightSnr: number;
}

export const castOptionNames = [
  'to', 'keepIoTypes', 'exclude', 'include', 'maxMagnitude', 'maxSensitiveMagnitude', 'minWeightSnr',
] as const; // biome-ignore format: a list

/** The largest finite float16. */
export const MAX_FLOAT16 = 65504;

/** Checks options and fills in defaults. Throws INVALID_ARGUMENT or OUT_OF_RANGE. */
export function resolveCastOptions(given: CastGraphOptions): ResolvedCastOptions {
  const options = objectOption<CastGraphOptions>('options', given);
  const to = choiceOption('options.to', options.to, ['fp16', 'bf16']);
  const number = (name: 'maxMagnitude' | 'maxSensitiveMagnitude' | 'minWeightSnr', fallback: number, max: number) => {
    const value = options[name] ?? fallback;
    if (typeof value !== 'number' || Number.isNaN(value)) throw argumentError(`options.${name}`, 'a number', value);
    if (value < 0 || value > max || (value === 0 && name !== 'minWeightSnr')) {
      const range = name === 'minWeightSnr' ? `0 to ${max}` : `more than 0 and at most ${max}`;
      throw argumentError(`options.${name}`, range, value, 'OUT_OF_RANGE');
    }
    return value;
  };
  return {
    to,
    keepIoTypes: booleanOption('options.keepIoTypes', options.keepIoTypes ?? true),
    isExcluded: choice('options.exclude', options.exclude ?? {}),
    isIncluded: choice('options.include', options.include ?? {}),
    maxMagnitude: number('maxMagnitude', 8192, MAX_FLOAT16),
    maxSensitiveMagnitude: number('maxSensitiveMagnitude', 512, MAX_FLOAT16),
    minWeightSnr: number('minWeightSnr', to === 'fp16' ? 50 : 20, 100),
  };
}

/** Says why a node is chosen, or undefined. */
function choice(name: string, given: NodeChoice): (node: Node) => string | undefined {
  const options = objectOption<NodeChoice>(name, given);
  knownKeys(name, options, ['nodes', 'opTypes', 'patterns']);
  const nodes = new Set(textList(`${name}.nodes`, options.nodes ?? []));
  const opTypes = new Set(textList(`${name}.opTypes`, options.opTypes ?? []));
  const patterns = list(`${name}.patterns`, options.patterns ?? []).map((pattern, i) =>
    regExp(`${name}.patterns[${i}]`, pattern),
  );
  return (node) => {
    if (nodes.has(node.name)) return `${name}.nodes names it`;
    if (opTypes.has(node.opType)) return `${name}.opTypes names ${node.opType}`;
    const pattern = patterns.find((candidate) => candidate.test(node.name));
    return pattern && `${name}.patterns has ${pattern}`;
  };
}

function list(name: string, value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw argumentError(name, 'an array', value);
  return value;
}

function textList(name: string, value: unknown): string[] {
  return list(name, value).map((text, i) => {
    if (typeof text !== 'string' || text === '') throw argumentError(`${name}[${i}]`, 'a non-empty string', text);
    return text;
  });
}

function regExp(name: string, pattern: unknown): RegExp {
  // Without flags that keep a place between calls.
  if (pattern instanceof RegExp) return new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, ''));
  if (typeof pattern !== 'string' || pattern === '') throw argumentError(name, 'a regular expression', pattern);
  try {
    return new RegExp(pattern);
  } catch {
    throw argumentError(name, 'a regular expression', pattern);
  }
}
