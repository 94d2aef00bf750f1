import { resolve } from 'node:path';
import { functionOption, type Logger, loggerOption } from '../builder/build-options.js';
import { profilesOption } from '../builder/check-profile.js';
import type { Progress } from '../builder/progress.js';
import { argumentError, NodeTensorRTError } from '../errors.js';
import { externalDataOption } from '../onnx/file/external-data-option.js';
import {
  booleanOption,
  choiceOption,
  integerOption,
  knownKeys,
  objectOption,
  signalOption,
  stringOption,
} from '../options.js';
import type { ShapeProfile } from '../plan/profile.js';
import { type PlanTrust, trustOption } from '../plan/trust.js';
import { RuntimeFloat16Array } from '../tensor/data-types.js';
import { type BatchingOptions, type ResolvedBatching, resolveBatching } from './batching-options.js';
import {
  type CustomOperatorLibrary,
  customOperatorsOption,
  limitsOption,
  type ModelLimits,
  type ProbeOptions,
  probeOption,
} from './model-options.js';
import { modelSource } from './model-source.js';
import { type ResolvedSequence, resolveSequence, type SequenceOptions } from './sequence-options.js';
import { defaultThreads } from './threads.js';

/** Settings that go to ONNX Runtime as they are. */
export interface CpuOptions {
  /** 'disabled' | 'basic' | 'extended' | 'layout' | 'all'. @default 'all' */
  graphOptimizationLevel?: 'disabled' | 'basic' | 'extended' | 'layout' | 'all';
  /**
   * Session configuration entries by their ONNX Runtime keys; those that move where external data is read from are
   * refused.
   */
  sessionConfig?: Record<string, string>;
}

/** Options of `Engine.load`. Unknown ones are refused. */
export interface LoadOptions {
  /** For messages and statistics. @default the model's file name, or 'model' */
  name?: string;
  /**
   * 'tensorrt', 'tensorrt-rtx': a model is built first, as `build` does, unless its plan is in the cache. 'auto': a plan runs
   * on what it was built for; a model on the first of 'tensorrt', 'tensorrt-rtx' and 'cpu' that can be used: on the CPU
   * without a word where there is no GPU or no TensorRT, and with a warning where none is to be had of the model.
   * @default 'auto'
   */
  backend?: 'auto' | 'tensorrt' | 'tensorrt-rtx' | 'cpu';
  /**
   * What happens when a backend or device that was asked for by name cannot be had for a model, or cannot build it: 'error'
   * rejects with BACKEND_UNAVAILABLE or BUILD_FAILED, 'warn' uses the CPU and emits one process warning, 'allow' uses the
   * CPU. `placement` says so in both cases. A plan runs on its GPU or not at all. @default 'error'
   */
  fallback?: 'error' | 'warn' | 'allow';
  /** 'cpu', or index or UUID of a GPU. @default 'cpu' for the CPU backend, else the first GPU */
  device?: number | string;
  /** Files that a model given as bytes refers to, under the location that it writes. */
  externalData?: readonly { path: string; data: Uint8Array }[];
  /** Sizes for symbolic dimensions of the model, by name; lets the optimiser fold more. */
  freeDimensionOverrides?: Record<string, number>;
  cpu?: CpuOptions;
  /** How requests meet in batches, where that is proved to be sound. false: never. */
  batching?: BatchingOptions | false;
  /** For models with states, as recurrent ones: steps of a sequence (`RunOptions.sequence`) hand them on natively. */
  sequence?: SequenceOptions;
  /** Runs at the same time. 1 to 64. @default 1 */
  instances?: number;
  /** Threads of one run, this engine's own. 1 to 256. @default min(4, CPUs of the cgroup − 1), at least 1 */
  threads?: number;
  /**
   * A lone request to an idle engine runs on the calling thread when runs of its shape were measured to be quicker
   * than this many microseconds: waking another thread would cost more. At most 200 µs per turn of the event loop are
   * spent so. 0 switches it off. @default 50
   */
  inlineBelowUs?: number;
  /**
   * NUMA node whose CPUs the engine's threads run on, and that its memory comes from; Linux. 'auto': on a machine with
   * several nodes the one with the fewest engines of this process, then the most free memory; with one node nothing is
   * bound. A number that cannot be had follows `fallback`. `placement.numa` says what is in force. @default 'auto'
   */
  numa?: 'auto' | 'off' | number;
  /**
   * Puts the model into this precision by `castModel` of `node-tensorrt/onnx`; types of inputs and outputs stay. What was
   * made is kept in `cacheDir`. 'fp32' only checks that the model is; 'int8' is UNSUPPORTED. What a backend cannot do
   * follows `fallback`: the CPU has no bfloat16, and computes float16 in float32 with rounded values, as `placement` says.
   * @default as the graph says
   */
  precision?: 'fp32' | 'fp16' | 'bf16';
  /**
   * Folder for what is made of models. false: it is made at every load, in memory.
   * @default NODE_TENSORRT_CACHE_DIR, or `node-tensorrt/models` in the user's cache folder
   */
  cacheDir?: string | false;
  /** How float16 results are returned: bit patterns, or a `Float16Array` (Node 24 and newer). @default 'bits' */
  float16?: 'bits' | 'array';
  /**
   * The most memory that the engine may hold in all pools: weights, activations and staging together, as it asks for
   * them. A load, run or submit that would go beyond it fails with OUT_OF_MEMORY; a batch that would is run in halves.
   * From 1 MiB on. @default none
   */
  memoryLimitBytes?: number;
  limits?: ModelLimits;
  /**
   * Loads the model in a child process first, so that one which crashes, hangs or takes all memory while it is
   * optimised does that there: MODEL_INVALID with the reason. Takes a start of Node.js and a second load.
   * @default false
   */
  probe?: boolean | ProbeOptions;
  /** Libraries of custom operators; a model can use no others. @default none */
  customOperators?: readonly CustomOperatorLibrary[];
  /** Which plans are loaded: code, in the end. @default those that this user has built */
  trust?: PlanTrust;
  /**
   * For plans that were built with `refittable` or `stripWeights`: the ONNX model (path, URL or bytes) whose weights they get.
   * It differs from what the plan was built from in its weights only; without `refittable: true` not even in those. The
   * ONNX parser of TensorRT reads it in this process, which takes memory of its size for that time. `externalData` belongs
   * to it. @default the plan's own weights
   */
  refit?: string | URL | Uint8Array;
  /**
   * For plans that were built with `weightStreaming`: bytes of device memory for weights; those beyond come from the host's
   * memory at each run, which takes time. From 0 on; 'auto': what TensorRT thinks best for the memory that is free now.
   * @default all weights are on the device
   */
  weightStreamingBudget?: number | 'auto';
  /**
   * For models that are built: shapes of inputs with open dimensions, as in `build`. @default derived from `batching` and
   * `freeDimensionOverrides`
   */
  profiles?: ShapeProfile | readonly ShapeProfile[];
  /** For models that are built: float32 may compute in TF32. @default false */
  tf32?: boolean;
  /** What TensorRT says: while a model is built, while a plan is loaded, and as long as it is. */
  logger?: Logger;
  /** For models that are built. */
  onProgress?: (progress: Progress) => void;
  /** Abandons the load. */
  signal?: AbortSignal;
}

/** Of `native/core/numa.cc`. */
const MAX_NUMA_NODE = 1023;

const KNOWN = [
  'name', 'backend', 'fallback', 'device', 'externalData', 'freeDimensionOverrides', 'cpu', 'batching', 'sequence', 'instances',
  'threads', 'inlineBelowUs', 'numa', 'float16', 'memoryLimitBytes', 'limits', 'probe', 'customOperators', 'signal', 'precision',
  'cacheDir', 'trust', 'profiles', 'tf32', 'logger', 'onProgress', 'refit', 'weightStreamingBudget',
] as const; // biome-ignore format: a list

/** Of the public contract, and not in this version. */
const LATER = [
  'calibration', 'whileBuilding',
] as const; // biome-ignore format: a list

/** LoadOptions with every default filled in. */
export interface ResolvedLoadOptions {
  name: string | undefined;
  backend: 'auto' | 'tensorrt' | 'tensorrt-rtx' | 'cpu';
  fallback: 'error' | 'warn' | 'allow';
  /** undefined: the first of the backend. */
  device: number | string | undefined;
  externalData: readonly { path: string; data: Uint8Array }[];
  freeDimensionOverrides: Record<string, number>;
  graphOptimizationLevel: string;
  sessionConfig: Record<string, string>;
  batching: ResolvedBatching;
  sequence: ResolvedSequence;
  instances: number;
  threads: number;
  inlineBelowUs: number;
  numa: 'auto' | 'off' | number;
  precision: 'fp32' | 'fp16' | 'bf16' | undefined;
  /** undefined: the default folder. */
  cacheDir: string | false | undefined;
  float16: 'bits' | 'array';
  /** 0: none. */
  memoryLimitBytes: number;
  limits: Required<ModelLimits>;
  probe: Required<ProbeOptions> | undefined;
  customOperators: readonly CustomOperatorLibrary[];
  trust: PlanTrust | undefined;
  refit: string | Uint8Array | undefined;
  weightStreamingBudget: number | 'auto' | undefined;
  profiles: readonly ShapeProfile[] | undefined;
  tf32: boolean;
  logger: Logger | undefined;
  onProgress: ((progress: Progress) => void) | undefined;
  signal: AbortSignal | undefined;
}

/** Validates options and fills in defaults. Throws INVALID_ARGUMENT, OUT_OF_RANGE or UNSUPPORTED. */
export function resolveLoadOptions(given: LoadOptions = {}): ResolvedLoadOptions {
  const options = objectOption<LoadOptions>('options', given);
  knownKeys('options', options, KNOWN, LATER);
  const cpu = objectOption<CpuOptions>('options.cpu', options.cpu ?? {});
  knownKeys('options.cpu', cpu, ['graphOptimizationLevel', 'sessionConfig']);

  return {
    name: options.name === undefined ? undefined : stringOption('options.name', options.name),
    backend: choiceOption('options.backend', options.backend ?? 'auto', ['auto', 'tensorrt', 'tensorrt-rtx', 'cpu']),
    fallback: choiceOption('options.fallback', options.fallback ?? 'error', ['error', 'warn', 'allow']),
    device: options.device === undefined ? undefined : deviceOption(options.device),
    externalData: externalDataOption(options.externalData ?? []),
    freeDimensionOverrides: dimensionOverrides(options.freeDimensionOverrides ?? {}),
    graphOptimizationLevel: choiceOption('options.cpu.graphOptimizationLevel', cpu.graphOptimizationLevel ?? 'all', [
      'disabled',
      'basic',
      'extended',
      'layout',
      'all',
    ]),
    sessionConfig: sessionConfigOption(cpu.sessionConfig ?? {}),
    batching: resolveBatching(options.batching),
    sequence: resolveSequence(options.sequence),
    instances: integerOption('options.instances', options.instances ?? 1, 1, 64),
    threads: integerOption('options.threads', options.threads ?? defaultThreads(), 1, 256),
    inlineBelowUs: integerOption('options.inlineBelowUs', options.inlineBelowUs ?? 50, 0, 1_000_000),
    numa: numaOption(options.numa ?? 'auto'),
    precision: precisionOption(options.precision),
    cacheDir: cacheDirOption(options.cacheDir),
    float16: float16Option(options.float16 ?? 'bits'),
    memoryLimitBytes:
      options.memoryLimitBytes === undefined
        ? 0
        : integerOption('options.memoryLimitBytes', options.memoryLimitBytes, 2 ** 20, Number.MAX_SAFE_INTEGER),
    limits: limitsOption(options.limits ?? {}),
    probe: probeOption(options.probe ?? false),
    customOperators: customOperatorsOption(options.customOperators ?? []),
    trust: options.trust === undefined ? undefined : checkedTrust(options.trust),
    refit: options.refit === undefined ? undefined : modelSource(options.refit, 'options.refit'),
    weightStreamingBudget: budgetOption(options.weightStreamingBudget),
    profiles: options.profiles === undefined ? undefined : profilesOption(options.profiles),
    tf32: booleanOption('options.tf32', options.tf32 ?? false),
    logger: options.logger === undefined ? undefined : loggerOption('options.logger', options.logger),
    onProgress: options.onProgress === undefined ? undefined : functionOption('options.onProgress', options.onProgress),
    signal: options.signal === undefined ? undefined : signalOption('options.signal', options.signal),
  };
}

/** Wrong keys are told before anything is read. */
function checkedTrust(trust: PlanTrust): PlanTrust {
  trustOption('options.trust', trust);
  return trust;
}

function budgetOption(budget: unknown): number | 'auto' | undefined {
  if (budget === undefined || budget === 'auto') return budget;
  if (typeof budget !== 'number')
    throw argumentError('options.weightStreamingBudget', "a number of bytes, or 'auto'", budget);
  return integerOption('options.weightStreamingBudget', budget, 0, Number.MAX_SAFE_INTEGER);
}

function numaOption(numa: unknown): 'auto' | 'off' | number {
  if (typeof numa === 'number') return integerOption('options.numa', numa, 0, MAX_NUMA_NODE);
  if (numa === 'auto' || numa === 'off') return numa;
  throw argumentError('options.numa', "'auto', 'off' or the number of a node", numa);
}

function precisionOption(value: unknown): ResolvedLoadOptions['precision'] {
  if (value === undefined) return undefined;
  const precision = choiceOption('options.precision', value, ['fp32', 'fp16', 'bf16', 'int8']);
  if (precision !== 'int8') return precision;
  const text = "options.precision: this version cannot quantise ('int8'); a model that is quantised is run as it is";
  throw new NodeTensorRTError('UNSUPPORTED', text, { option: 'options.precision' });
}

function cacheDirOption(value: unknown): string | false | undefined {
  if (value === undefined || value === false) return value;
  if (typeof value !== 'string' || value === '') throw argumentError('options.cacheDir', 'a folder, or false', value);
  return resolve(value);
}

function float16Option(value: unknown): 'bits' | 'array' {
  const float16 = choiceOption('options.float16', value, ['bits', 'array']);
  if (float16 === 'array' && RuntimeFloat16Array === undefined) {
    const text = `options.float16: 'array' needs Float16Array, which Node ${process.version} does not have`;
    throw new NodeTensorRTError('UNSUPPORTED', text, { option: 'options.float16' });
  }
  return float16;
}

function deviceOption(device: unknown): number | string {
  if (typeof device === 'number') return integerOption('options.device', device, 0, 1023);
  return stringOption('options.device', device);
}

function dimensionOverrides(overrides: unknown): Record<string, number> {
  const entries = Object.entries(objectOption<Record<string, unknown>>('options.freeDimensionOverrides', overrides));
  return Object.fromEntries(
    entries.map(([key, size]) => [key, integerOption(`options.freeDimensionOverrides.${key}`, size, 1, 2 ** 31 - 1)]),
  );
}

/** Would undo the check that external data lies in the model's folder. */
const REFUSED_CONFIG = ['session.model_external_initializers_file_folder_path'];

function sessionConfigOption(config: unknown): Record<string, string> {
  const entries = Object.entries(objectOption<Record<string, unknown>>('options.cpu.sessionConfig', config));
  const refused = entries.find(([key]) => REFUSED_CONFIG.includes(key));
  if (refused) throw argumentError('options.cpu.sessionConfig', 'no key that moves external data', refused[0]);
  return Object.fromEntries(
    entries.map(([key, value]) => [key, stringOption(`options.cpu.sessionConfig.${key}`, value)]),
  );
}
