import type { RunOptions } from '../engine/run-options.js';
import { argumentError } from '../errors.js';
import {
  booleanOption,
  choiceOption,
  integerOption,
  knownKeys,
  objectOption,
  signalOption,
  stringOption,
  timeoutOption,
} from '../options.js';
import type { StageLimits } from './stage.js';

/** Options of `Pipeline.create`. Unknown ones are refused. */
export interface PipelineOptions {
  /** For messages. @default 'pipeline' */
  name?: string;
  /** Items between their first stage and their result at most, 1 to 1,000,000. @default 64 */
  maxInFlight?: number;
  /** Items that may wait for that, 0 to 1,000,000; more are refused with QUEUE_FULL. @default 1024 */
  maxQueue?: number;
  /** Whether `close()` and `destroy()` close the engines as well. @default false */
  ownsEngines?: boolean;
}

/** Options that every stage has. */
export interface StageOptions {
  /**
   * Values in the stage at most, 1 to 1,000,000: those that run, and those that are done and wait for room in the next stage.
   * @default 64 for an engine that makes batches, 4 for another, 16 for a function
   */
  concurrency?: number;
  /** Values that may wait for the stage at most, 0 to 1,000,000; if there are more, the stage before is held up. @default 16 */
  maxQueue?: number;
  /** The item rejects with TIMEOUT if the stage takes longer for a value, in milliseconds. @default none */
  timeoutMs?: number;
}

/** Options of `Pipeline.run`. Unknown ones are refused. */
export interface PipelineRunOptions {
  /** Rejects at once with `signal.reason`; what waits is given up, and what runs is aborted. */
  signal?: AbortSignal;
  /** Rejects with TIMEOUT when the result is not there after so many milliseconds, all waiting included. @default none */
  timeoutMs?: number;
  /** Who comes first, in all stages and engines; the rule is that of `Engine.run`. @default 'normal' */
  priority?: 'high' | 'normal' | 'low';
}

/** Options of `Pipeline.stream`. `timeoutMs` counts for each item, from when it was taken from the source. */
export interface PipelineStreamOptions extends PipelineRunOptions {
  /** Whether results come in the order of the source, or as they are there. @default true */
  ordered?: boolean;
  /** Items that were taken from the source and whose results were not yet, 1 to 1,000,000. @default maxInFlight */
  concurrency?: number;
  /** Whether each item gives its outcome, as those of `Promise.allSettled`, so that a failure does not end the stream. @default false */
  settled?: boolean;
}

/**
 * What a function of a stage gets beside its value: what is left for it, as options of `Engine.run`. A copy with
 * other options may be passed on as well.
 */
export interface StageContext {
  /** Aborted when the item ends without a result; `reason` is what it rejects with. */
  readonly signal: AbortSignal;
  /** Milliseconds that are left of the item's and the stage's time; absent without a time-out. */
  readonly timeoutMs?: number;
  readonly priority: NonNullable<RunOptions['priority']>;
}

/** PipelineRunOptions, checked. */
export interface RunPlan {
  readonly signal: AbortSignal | undefined;
  readonly timeoutMs: number | undefined;
  readonly priority: NonNullable<RunOptions['priority']>;
}

const MOST = 1_000_000;
const RUN_OPTIONS = ['signal', 'timeoutMs', 'priority'];
export const STAGE_OPTIONS = ['concurrency', 'maxQueue', 'timeoutMs'];

export function pipelineOptions(given: string | PipelineOptions = {}): Required<PipelineOptions> {
  const options = typeof given === 'string' ? { name: given } : objectOption<PipelineOptions>('options', given);
  knownKeys('options', options, ['name', 'maxInFlight', 'maxQueue', 'ownsEngines']);
  const { name = 'pipeline', maxInFlight = 64, maxQueue = 1024, ownsEngines = false } = options;
  return {
    name: stringOption('options.name', name),
    maxInFlight: integerOption('options.maxInFlight', maxInFlight, 1, MOST),
    maxQueue: integerOption('options.maxQueue', maxQueue, 0, MOST),
    ownsEngines: booleanOption('options.ownsEngines', ownsEngines),
  };
}

/** `where` names the stage in errors. */
export function stageLimits(
  where: string,
  { concurrency, maxQueue = 16, timeoutMs }: StageOptions,
  defaultConcurrency: number,
): StageLimits {
  return {
    concurrency: integerOption(`${where}.concurrency`, concurrency ?? defaultConcurrency, 1, MOST),
    maxQueue: integerOption(`${where}.maxQueue`, maxQueue, 0, MOST),
    timeoutMs: timeoutMs === undefined ? undefined : timeoutOption(`${where}.timeoutMs`, timeoutMs),
  };
}

export function functionOption<T>(name: string, value: T): T {
  if (typeof value !== 'function') throw argumentError(name, 'a function', value);
  return value;
}

export function runPlan(given: PipelineRunOptions = {}): RunPlan {
  const options = objectOption<PipelineRunOptions>('options', given);
  knownKeys('options', options, RUN_OPTIONS);
  const { signal, timeoutMs, priority = 'normal' } = options;
  return {
    signal: signal === undefined ? undefined : signalOption('options.signal', signal),
    timeoutMs: timeoutMs === undefined ? undefined : timeoutOption('options.timeoutMs', timeoutMs),
    priority: choiceOption('options.priority', priority, ['high', 'normal', 'low']),
  };
}

export interface StreamPlan extends RunPlan {
  readonly ordered: boolean;
  readonly concurrency: number;
  readonly settled: boolean;
}

export function streamPlan(given: PipelineStreamOptions = {}, maxInFlight: number): StreamPlan {
  const options = objectOption<PipelineStreamOptions>('options', given);
  knownKeys('options', options, [...RUN_OPTIONS, 'ordered', 'concurrency', 'settled']);
  const { ordered = true, concurrency = maxInFlight, settled = false, ...rest } = options;
  return {
    ...runPlan(rest),
    ordered: booleanOption('options.ordered', ordered),
    concurrency: integerOption('options.concurrency', concurrency, 1, MOST),
    settled: booleanOption('options.settled', settled),
  };
}
