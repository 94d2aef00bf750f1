import { argumentError, NodeTensorRTError } from '../errors.js';
import type { DescriptionLimits } from '../onnx/describe-model.js';
import type { LoadRunner } from '../onnx/runner.js';
import { choiceOption, integerOption, objectOption } from '../options.js';
import type { KeyLike } from '../plan/keys.js';
import type { ShapeProfile } from '../plan/profile.js';
import type { Backend } from './backend.js';
import type { SizeHints } from './derive-profiles.js';
import type { Progress } from './progress.js';
import type { Target } from './targets.js';
import type { BuildTuning } from './tuning.js';

/** Where messages go: pino's shape, which other loggers have as well. `fields` are facts for programs. */
export interface Logger {
  error(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  info(fields: object, message: string): void;
  debug(fields: object, message: string): void;
}

/** What makePlan() takes: checked, with all defaults. */
export interface PlanRequest {
  readonly name: string;
  readonly source: string | Uint8Array;
  readonly externalData: readonly { path: string; data: Uint8Array }[];
  readonly backend: Backend | 'auto';
  /** None: for the GPU of this machine. */
  readonly targets: readonly Target[];
  /** The GPU that it is for without targets, by its index or UUID. */
  readonly device: number | string;
  readonly precision: 'fp32' | 'fp16' | 'bf16' | 'int8' | undefined;
  readonly profiles: readonly ShapeProfile[] | undefined;
  readonly sizes: Omit<SizeHints, 'seen'>;
  readonly samples: unknown;
  readonly tuning: BuildTuning;
  /** undefined: the default folder. */
  readonly cacheDir: string | false | undefined;
  readonly cacheBytes: number | undefined;
  /** For files on the way, where there is no cache. */
  readonly tempDir: string;
  /** Where the plan goes beside the cache: must be none of the files that are read. */
  readonly output: string | undefined;
  /** Beside the signature of this user. */
  readonly sign: KeyLike | undefined;
  readonly limits: DescriptionLimits;
  /** undefined: what the system says is available. */
  readonly memoryBytes: number | undefined;
  readonly niceness: number;
  readonly logger: Logger | undefined;
  readonly onProgress: ((progress: Progress) => void) | undefined;
  readonly signal: AbortSignal | undefined;
  /** Runs models of constants when a model is cast. */
  readonly loadRunner: LoadRunner;
}

const levels = ['error', 'warn', 'info', 'debug'] as const;

export function loggerOption(name: string, value: unknown): Logger {
  const logger = objectOption<Record<string, unknown>>(name, value);
  for (const level of levels) {
    if (typeof logger[level] !== 'function') throw argumentError(`${name}.${level}`, 'a function', logger[level]);
  }
  return value as Logger;
}

export function functionOption<T>(name: string, value: unknown): T {
  if (typeof value !== 'function') throw argumentError(name, 'a function', value);
  return value as T;
}

export function sizesOption(name: string, value: unknown): Record<string, number> {
  const entries = Object.entries(objectOption<Record<string, unknown>>(name, value));
  return Object.fromEntries(entries.map(([key, size]) => [key, integerOption(`${name}.${key}`, size, 1, 2 ** 31 - 1)]));
}

export function buildPrecisionOption(name: string, value: unknown): PlanRequest['precision'] {
  if (value === undefined) return undefined;
  return choiceOption<NonNullable<PlanRequest['precision']>>(name, value, ['fp32', 'fp16', 'bf16', 'int8']);
}

/** 'int8' is for models that are quantised already. */
export function cannotQuantise(): NodeTensorRTError {
  const text =
    "options.precision: this version cannot quantise ('int8'); give a model that has QuantizeLinear and DequantizeLinear";
  return new NodeTensorRTError('UNSUPPORTED', text, { option: 'options.precision' });
}
