import { argumentError, NodeTensorRTError } from '../errors.js';
import { choiceOption, knownKeys, objectOption, signalOption, timeoutOption } from '../options.js';
import type { TensorLike, TensorMap } from '../tensor/types.js';
import type { RunTrace } from './diagnostics.js';
import type { Place } from './ordered-delivery.js';
import { type EncodedStep, type SequenceStep, stepOption } from './sequence-options.js';
import { type CompiledSpec, findSpec, setTensor } from './signature.js';

/** Options of `Engine.run`. Unknown ones are refused. */
export interface RunOptions {
  /** Rejects with `signal.reason`: at once when queued; a run in progress is finished and its result dropped. */
  signal?: AbortSignal;
  /**
   * Rejects with TIMEOUT when the result is not there after so many milliseconds, or at once when the queue is so long
   * that it cannot be (`details.reason` is then 'deadline-unreachable'). @default none
   */
  timeoutMs?: number;
  /**
   * Which requests come first. One of a higher priority overtakes those of the next lower that were submitted up to
   * 100 ms before it; so none waits for ever. @default 'normal'
   */
  priority?: 'high' | 'normal' | 'low';
  /** Names of the outputs to compute. @default all */
  outputs?: readonly string[];
  /**
   * Tensors that results are written into, by output name; type and dims must be those of the result. They are
   * written when the promise resolves, and returned in its result. While a run is on its way, another one into
   * the same memory is refused with BUSY.
   */
  into?: Record<string, TensorLike>;
  /**
   * Where results are left: 'cpu' is memory of JavaScript's own; 'pool' gives each as a `PooledTensor` over the very
   * memory that it was computed in, without a copy. For all outputs, or by name; one with `into` goes there. Strings
   * always come as usual, and are refused with UNSUPPORTED when they are named. @default 'cpu'
   */
  preferredOutputLocation?: OutputLocation | Record<string, OutputLocation>;
  /**
   * The run is the next step of this sequence of an engine that was loaded with `sequence`: its state inputs are left out,
   * since the sequence has them, and its state outputs are only returned when `outputs` names them. Steps of a sequence
   * run one after the other, in the order in which they were submitted; a string is short for `{ id }`.
   * @default none: all inputs are given
   */
  sequence?: string | SequenceStep;
}

/** Where a result is left. */
export type OutputLocation = 'cpu' | 'pool';

/** Options of `Engine.runSync`. */
export type RunSyncOptions = Pick<RunOptions, 'outputs' | 'into' | 'preferredOutputLocation'>;

/** A tensor of `into`, read once: its properties may be computed when they are read. */
export interface IntoTarget extends TensorLike {
  /** What the user gave, and gets back. */
  readonly tensor: TensorLike;
}

/** RunOptions, checked against the engine's outputs. */
export interface RunPlan {
  readonly outputs: readonly CompiledSpec[];
  /** Per output, what it is written into. */
  readonly into: readonly (IntoTarget | undefined)[] | undefined;
  /** Per output, whether it is left in memory of the pool; undefined: none is. */
  readonly pooled: readonly boolean[] | undefined;
  /** The results, when a run on this thread writes all of them into `into` by itself. */
  readonly written: TensorMap | undefined;
  /** The tensors of `into` are our own, made beforehand; nobody else has them. */
  readonly own: boolean;
  readonly signal: AbortSignal | undefined;
  /** 0: none. */
  readonly timeoutMs: number;
  /** `Priority` of `native/runtime/batch/plan_item.h`: 0 is high. */
  readonly priority: number;
  /** Of a run that somebody listens to. */
  readonly trace?: RunTrace | undefined;
  /** Of a run whose result waits for those before it. */
  readonly place?: Place;
  readonly step: EncodedStep | undefined;
}

const PRIORITIES = ['high', 'normal', 'low'] as const;
export const NORMAL_PRIORITY = PRIORITIES.indexOf('normal');

const KNOWN_SYNC = ['outputs', 'into', 'preferredOutputLocation'];
const KNOWN = ['signal', 'timeoutMs', 'priority', 'sequence', ...KNOWN_SYNC];
const LOCATIONS = ['cpu', 'pool'] as const;

/** Throws INVALID_ARGUMENT, OUT_OF_RANGE or UNSUPPORTED. */
export function planRun(given: RunOptions, specs: readonly CompiledSpec[], sync: boolean): RunPlan {
  const options = objectOption<RunOptions>('options', given);
  knownKeys('options', options, sync ? KNOWN_SYNC : KNOWN);
  const { signal, timeoutMs, priority, sequence } = options;
  const step = sequence === undefined ? undefined : stepOption(sequence);
  if (step !== undefined && !specs.some((spec) => spec.isState)) {
    throw argumentError('options.sequence', 'nothing for an engine that was loaded without it', sequence);
  }
  const all = step === undefined ? specs : specs.filter((spec) => !spec.isState);
  const outputs = options.outputs === undefined ? all : chooseOutputs(options.outputs, specs);
  const into = options.into === undefined ? undefined : chooseInto(options.into, outputs);
  const location = options.preferredOutputLocation;
  return {
    outputs,
    into,
    pooled: location === undefined ? undefined : choosePooled(location, outputs, into),
    written: into && allWritten(outputs, into),
    own: false,
    signal: signal === undefined ? undefined : signalOption('options.signal', signal),
    timeoutMs: timeoutMs === undefined ? 0 : timeoutOption('options.timeoutMs', timeoutMs),
    priority: PRIORITIES.indexOf(choiceOption('options.priority', priority ?? 'normal', PRIORITIES)),
    step,
  };
}

function chooseOutputs(names: unknown, specs: readonly CompiledSpec[]): CompiledSpec[] {
  if (!Array.isArray(names) || names.length === 0) {
    throw argumentError('options.outputs', 'an array of at least one output name', names);
  }
  if (new Set(names).size !== names.length) throw argumentError('options.outputs', 'each name once', names);
  return names.map((name) => findSpec('options.outputs', specs, name));
}

function chooseInto(given: unknown, outputs: readonly CompiledSpec[]): (IntoTarget | undefined)[] {
  const into = objectOption<Record<string, TensorLike>>('options.into', given);
  for (const name of Object.keys(into)) findSpec('options.into', outputs, name);
  const targets: (IntoTarget | undefined)[] = [];
  for (const { name } of outputs) {
    const tensor = Object.hasOwn(into, name) ? into[name] : undefined;
    if (tensor === undefined) {
      targets.push(undefined);
      continue;
    }
    const { type, data, dims } = objectOption<TensorLike>(`options.into.${name}`, tensor);
    targets.push({ tensor, type, data, dims });
  }
  return targets;
}

function choosePooled(
  given: OutputLocation | Record<string, OutputLocation>,
  outputs: readonly CompiledSpec[],
  into: readonly (IntoTarget | undefined)[] | undefined,
): boolean[] | undefined {
  const option = 'options.preferredOutputLocation';
  const location = typeof given === 'string' ? locationOption(option, given) : undefined;
  const named = location === undefined ? objectOption<Record<string, OutputLocation>>(option, given) : {};
  for (const name of Object.keys(named)) findSpec(option, outputs, name);
  const pooled = outputs.map(({ name, type }, i) => {
    const own = Object.hasOwn(named, name) ? locationOption(`${option}.${name}`, named[name]) : 'cpu';
    if (own === 'pool' && type === 'string') throw unsupported(`${option}.${name}`, "strings are left in 'cpu'");
    if (own === 'pool' && into?.[i] !== undefined) {
      throw argumentError(`${option}.${name}`, "'cpu' for an output with 'into'", own);
    }
    return (location ?? own) === 'pool' && type !== 'string' && into?.[i] === undefined;
  });
  return pooled.includes(true) ? pooled : undefined;
}

function locationOption(option: string, value: unknown): OutputLocation {
  if (value === 'gpu-buffer') throw unsupported(option, 'this version leaves no results on a GPU');
  return choiceOption(option, value, LOCATIONS);
}

function unsupported(option: string, why: string): NodeTensorRTError {
  return new NodeTensorRTError('UNSUPPORTED', `${option}: ${why}`, { option });
}

function allWritten(
  outputs: readonly CompiledSpec[],
  into: readonly (IntoTarget | undefined)[],
): TensorMap | undefined {
  const written: TensorMap = {};
  for (let i = 0; i < outputs.length; i++) {
    const spec = outputs[i] as CompiledSpec;
    const target = into[i];
    if (target === undefined || spec.type === 'string') return undefined;
    setTensor(written, spec.name, target.tensor);
  }
  return written;
}
