import { modelSource } from '../engine/model-source.js';
import { argumentError } from '../errors.js';
import { integerOption, knownKeys, objectOption, signalOption, stringOption, timeoutOption } from '../options.js';
import { type EstimateOptions, resolveEstimateOptions } from './estimate-options.js';

/** How a model of a cache is loaded, and what it takes. */
export interface CachedModelOptions extends Omit<EstimateOptions, 'signal'> {
  /**
   * Bytes that the model takes while it is loaded, if you know better than the estimate: for instance measured.
   * More than 0. @default what `estimateModel` says, as far as it knows, and later what its runs were measured to take
   */
  bytes?: number;
}

/** A model of a cache. */
export interface CachedModel {
  /** As for `Engine.load`. */
  model: string | URL | Uint8Array;
  options?: CachedModelOptions;
}

/** Options of a `ModelCache`. */
export interface ModelCacheOptions {
  /** Caches of one name in all threads of the process are one. @default 'default' */
  name?: string;
  /** What all models together may take. The same in all threads. 1 to 2^53 − 1 */
  budgetBytes: number;
  /** Models that are registered at once. @default none */
  models?: Readonly<Record<string, CachedModel>>;
  /** How long a demand waits at most, unless it says otherwise. 1 to 2^31 − 1. @default 30000 */
  timeoutMs?: number;
}

/** Options of a single demand. */
export interface ModelDemandOptions {
  /** How long it waits at most: for models that others use, and for the load. @default that of the cache */
  timeoutMs?: number;
  /** Turns away. */
  signal?: AbortSignal;
}

/** A CachedModel that was checked. */
export interface ResolvedModel {
  name: string;
  source: string | Uint8Array;
  options: CachedModelOptions;
  /** The same for the same model and options, in every thread. */
  definition: string;
}

export interface ResolvedCacheOptions {
  name: string;
  budgetBytes: number;
  models: ResolvedModel[];
  timeoutMs: number;
}

const DEFAULT_TIMEOUT_MS = 30_000;

/** Throws INVALID_ARGUMENT, OUT_OF_RANGE or UNSUPPORTED. */
export function resolveCacheOptions(given: ModelCacheOptions): ResolvedCacheOptions {
  const options = objectOption<ModelCacheOptions>('options', given);
  knownKeys('options', options, ['name', 'budgetBytes', 'models', 'timeoutMs']);
  const models = Object.entries(objectOption<Record<string, unknown>>('options.models', options.models ?? {}));
  return {
    name: stringOption('options.name', options.name ?? 'default'),
    budgetBytes: integerOption('options.budgetBytes', options.budgetBytes, 1, Number.MAX_SAFE_INTEGER),
    timeoutMs: timeoutOption('options.timeoutMs', options.timeoutMs ?? DEFAULT_TIMEOUT_MS),
    models: models.map(([name, value]) => {
      const what = `options.models.${name}`;
      const entry = objectOption<CachedModel>(what, value);
      knownKeys(what, entry, ['model', 'options']);
      return resolveModel(name, entry.model, entry.options);
    }),
  };
}

export function resolveModel(name: unknown, model: unknown, given: CachedModelOptions = {}): ResolvedModel {
  const source = modelSource(model);
  const { bytes, ...options } = objectOption<CachedModelOptions>('options', given);
  if ('signal' in options)
    throw argumentError('options.signal', 'to be given to load(), use() or acquire()', 'a signal');
  resolveEstimateOptions(options);
  if (bytes !== undefined) integerOption('options.bytes', bytes, 1, Number.MAX_SAFE_INTEGER);
  return {
    name: stringOption('name', name),
    source,
    options: { ...given },
    definition: JSON.stringify([source, given], describeBytes),
  };
}

/** What JSON cannot hold, or should not: bytes by their number, so that a large model costs nothing. */
function describeBytes(_: string, value: unknown): unknown {
  if (ArrayBuffer.isView(value)) return `${value.byteLength} bytes`;
  return typeof value === 'bigint' ? `${value}n` : value;
}

export function resolveDemand(
  given: ModelDemandOptions | undefined,
  timeoutMs: number,
): { timeoutMs: number; signal: AbortSignal | undefined } {
  const options = objectOption<ModelDemandOptions>('options', given ?? {});
  knownKeys('options', options, ['timeoutMs', 'signal']);
  return {
    timeoutMs: options.timeoutMs === undefined ? timeoutMs : timeoutOption('options.timeoutMs', options.timeoutMs),
    signal: options.signal === undefined ? undefined : signalOption('options.signal', options.signal),
  };
}
