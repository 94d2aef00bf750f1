import { argumentError } from '../errors.js';
import { knownKeys, objectOption, signalOption, timeoutOption } from '../options.js';
import type { TensorLike, TensorMap } from '../tensor/types.js';
import { type CompiledSpec, findSpec, setTensor } from './signature.js';

/** Options of `Engine.run`. Unknown ones are refused. */
export interface RunOptions {
  /** Rejects with `signal.reason`: at once when queued; a run in progress is finished and its result dropped. */
  signal?: AbortSignal;
  /** Rejects with TIMEOUT when the result is not there after so many milliseconds. @default none */
  timeoutMs?: number;
  /** Names of the outputs to compute. @default all */
  outputs?: readonly string[];
  /**
   * Tensors that results are written into, by output name; type and dims must be those of the result. They are
   * written when the promise resolves, and returned in its result. While a run is on its way, another one into
   * the same memory is refused with BUSY.
   */
  into?: Record<string, TensorLike>;
}

/** Options of `Engine.runSync`. */
export type RunSyncOptions = Pick<RunOptions, 'outputs' | 'into'>;

/** RunOptions, checked against the engine's outputs. */
export interface RunPlan {
  readonly outputs: readonly CompiledSpec[];
  /** Per output, the tensor that it is written into. */
  readonly into: readonly (TensorLike | undefined)[] | undefined;
  /** The results, when a run on this thread writes all of them into `into` by itself. */
  readonly written: TensorMap | undefined;
  readonly signal: AbortSignal | undefined;
  /** 0: none. */
  readonly timeoutMs: number;
}

const LATER = ['priority', 'preferredOutputLocation'] as const;

/** Throws INVALID_ARGUMENT, OUT_OF_RANGE or UNSUPPORTED. */
export function planRun(given: RunOptions, specs: readonly CompiledSpec[], sync: boolean): RunPlan {
  const options = objectOption<RunOptions>('options', given);
  knownKeys('options', options, sync ? ['outputs', 'into'] : ['signal', 'timeoutMs', 'outputs', 'into'], LATER);
  const outputs = options.outputs === undefined ? specs : chooseOutputs(options.outputs, specs);
  const into = options.into === undefined ? undefined : chooseInto(options.into, outputs);
  return {
    outputs,
    into,
    written: into && allWritten(outputs, into),
    signal: options.signal === undefined ? undefined : signalOption('options.signal', options.signal),
    timeoutMs: options.timeoutMs === undefined ? 0 : timeoutOption('options.timeoutMs', options.timeoutMs),
  };
}

function chooseOutputs(names: unknown, specs: readonly CompiledSpec[]): CompiledSpec[] {
  if (!Array.isArray(names) || names.length === 0) {
    throw argumentError('options.outputs', 'an array of at least one output name', names);
  }
  if (new Set(names).size !== names.length) throw argumentError('options.outputs', 'each name once', names);
  return names.map((name) => findSpec('options.outputs', specs, name));
}

function chooseInto(given: unknown, outputs: readonly CompiledSpec[]): (TensorLike | undefined)[] {
  const into = objectOption<Record<string, TensorLike>>('options.into', given);
  for (const name of Object.keys(into)) findSpec('options.into', outputs, name);
  return outputs.map(({ name }) => {
    const tensor = Object.hasOwn(into, name) ? into[name] : undefined;
    return tensor === undefined ? undefined : objectOption<TensorLike>(`options.into.${name}`, tensor);
  });
}

function allWritten(outputs: readonly CompiledSpec[], into: (TensorLike | undefined)[]): TensorMap | undefined {
  const written: TensorMap = {};
  for (const [i, spec] of outputs.entries()) {
    const tensor = into[i];
    if (tensor === undefined || spec.type === 'string') return undefined;
    setTensor(written, spec.name, tensor);
  }
  return written;
}
