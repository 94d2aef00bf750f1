import { argumentError } from '../errors.js';
import type { NativeSequenceOptions } from '../native/contract.js';
import { booleanOption, integerOption, knownKeys, objectOption, stringOption, timeoutOption } from '../options.js';
import type { TensorLike, TensorMap } from '../tensor/types.js';
import { checkedTensor } from './checked-tensor.js';

/** How a model that has states is run step by step: what comes out of a step goes into the next one of its sequence. */
export interface SequenceOptions {
  /** The states: by input, the output that becomes it in the next step. At least one. */
  states: Readonly<Record<string, string>>;
  /** By input, its value in the first step: one row. @default zeros, with 1 for dimensions that the model leaves open */
  initial?: Readonly<Record<string, TensorLike>>;
  /** A sequence without a step for so many milliseconds is dropped. More than 0, to 2147483647. @default 60000 */
  idleTimeoutMs?: number;
  /**
   * Sequences at the same time; one more is refused with QUEUE_FULL (`details.unit` is 'sequences'). 1 to 1,000,000.
   * @default 1024
   */
  maxSequences?: number;
}

/** Which sequence a run is a step of, and what it does to it. */
export interface SequenceStep {
  /** Of this engine, for all its handles and threads. */
  id: string;
  /**
   * true: the sequence begins anew; what was submitted to the one of that name still finishes. false: there must be one,
   * else the run rejects with NOT_OPEN (`details.reason` 'sequence-unknown'). @default it goes on, or begins
   */
  start?: boolean;
  /** Forgets the state after this step. @default false */
  end?: boolean;
}

/** LoadOptions.sequence with every default filled in. No states: the engine has no sequences. */
export type ResolvedSequence = Omit<NativeSequenceOptions, 'initial'> & { initial: TensorMap };

const MAX_SEQUENCES = 1_000_000;

/** Checks `options.sequence` of a load. Throws INVALID_ARGUMENT, OUT_OF_RANGE or SHAPE_MISMATCH. */
export function resolveSequence(given: unknown): ResolvedSequence {
  const name = 'options.sequence';
  const options = given === undefined ? { states: {} } : objectOption<SequenceOptions>(name, given);
  knownKeys(name, options, ['states', 'initial', 'idleTimeoutMs', 'maxSequences']);
  const states = Object.entries(objectOption<Record<string, unknown>>(`${name}.states`, options.states));
  if (given !== undefined && states.length === 0) {
    throw argumentError(`${name}.states`, 'at least one input with its output', options.states);
  }
  const initial = Object.entries(objectOption<TensorMap>(`${name}.initial`, options.initial ?? {}));
  return {
    states: Object.fromEntries(
      states.map(([input, output]) => [input, stringOption(`${name}.states.${input}`, output)]),
    ),
    initial: Object.fromEntries(
      initial.map(([input, tensor]) => [input, checkedTensor(`${name}.initial.${input}`, tensor)]),
    ),
    idleTimeoutMs: timeoutOption(`${name}.idleTimeoutMs`, options.idleTimeoutMs ?? 60_000),
    maxSequences: integerOption(`${name}.maxSequences`, options.maxSequences ?? 1024, 1, MAX_SEQUENCES),
  };
}

/** A step as it crosses to native code. */
export interface EncodedStep {
  readonly id: string;
  /** `SequenceStart` of `native/runtime/sequence/sequence_table.h`, and ENDS. */
  readonly flags: number;
}

const IF_NONE = 1;
const ANEW = 2;
const MUST_EXIST = 3;
/** `kEndsSequence` of `native/binding/native_engine.cc`. */
const ENDS = 4;

/** Two of these would be one and the same id in native code, where text is UTF-8. */
const LONE_SURROGATE = /\p{Surrogate}/u;

/** Checks `options.sequence` of a run. Throws INVALID_ARGUMENT. */
export function stepOption(given: unknown): EncodedStep {
  const name = 'options.sequence';
  if (typeof given === 'string') return { id: idOption(name, given), flags: IF_NONE };
  const step = objectOption<SequenceStep>(name, given);
  knownKeys(name, step, ['id', 'start', 'end']);
  const { id, start, end } = step;
  let flags = IF_NONE;
  if (start !== undefined) flags = booleanOption(`${name}.start`, start) ? ANEW : MUST_EXIST;
  if (end !== undefined && booleanOption(`${name}.end`, end)) flags += ENDS;
  return { id: idOption(`${name}.id`, id), flags };
}

function idOption(name: string, value: unknown): string {
  const id = stringOption(name, value);
  if (LONE_SURROGATE.test(id)) throw argumentError(name, 'a string without half characters (lone surrogates)', id);
  return id;
}
