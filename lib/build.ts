import { access, constants, copyFile, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import {
  buildPrecisionOption,
  functionOption,
  type Logger,
  loggerOption,
  type PlanRequest,
  sizesOption,
} from './builder/build-options.js';
import { profilesOption } from './builder/check-profile.js';
import type { MadePlan } from './builder/make-plan.js';
import type { Progress } from './builder/progress.js';
import { type Target, targetsOption } from './builder/targets.js';
import { type BuildTuning, tuningNames, tuningOptions } from './builder/tuning.js';
import { type BatchingOptions, resolveBatching } from './engine/batching-options.js';
import { usualSizes } from './engine/build-sizes.js';
import { limitsOption, type ModelLimits } from './engine/model-options.js';
import { modelPath } from './engine/model-path.js';
import { engineRunner } from './engine/model-runner.js';
import { modelSource } from './engine/model-source.js';
import { NodeTensorRTError } from './errors.js';
import type { CastReport } from './onnx/cast/report.js';
import { type ExternalDataFile, externalDataOption } from './onnx/file/external-data-option.js';
import { replaceFile } from './onnx/file/replace-file.js';
import {
  choiceOption,
  integerOption,
  knownKeys,
  objectOption,
  pathOption,
  signalOption,
  stringOption,
} from './options.js';
import type { PlanHeader } from './plan/header.js';
import type { KeyLike } from './plan/keys.js';
import { privateKeyOption } from './plan/keys.js';
import type { ShapeProfile } from './plan/profile.js';
import { signPlan } from './plan/sign.js';
import { writePlan } from './plan/write.js';
import type { TensorMap } from './tensor/types.js';

/** Options of `build`. Unknown ones are refused. docs/building.md explains them. */
export interface BuildOptions extends BuildTuning {
  /** Where the plan goes: a path, or a file URL. What is there is replaced when the new one is complete. */
  output: string | URL;
  /** For messages and the plan's header. @default the model's file name, or 'model' */
  name?: string;
  /**
   * 'auto' is tensorrt-rtx where `targets` are given, else the first of tensorrt and tensorrt-rtx that is there.
   * @default 'auto'
   */
  backend?: 'auto' | 'tensorrt' | 'tensorrt-rtx';
  /**
   * GPUs that the plan is for, by compute capability, without having one: 'sm75', 'sm80', 'sm86', 'sm89', 'sm120', 'sm121'.
   * One plan is for all of them. TensorRT-RTX only. @default the GPU of this machine
   */
  targets?: Target | readonly Target[];
  /** Without targets: the GPU, by its index or UUID. @default 0 */
  device?: number | string;
  /**
   * Casts a float32 model first, by `castModel`; types of inputs and outputs stay. 'fp32' checks that it is; 'int8' that it
   * is quantised, since this version cannot quantise. @default as the graph says
   */
  precision?: 'fp32' | 'fp16' | 'bf16' | 'int8';
  /**
   * Smallest, most usual and largest shapes of inputs with open dimensions. Inputs that a profile leaves out get what is
   * derived. @default one profile, derived from `samples`, `batching` and `freeDimensionOverrides`
   */
  profiles?: ShapeProfile | readonly ShapeProfile[];
  /** Inputs as they come: profiles get their shapes, and the values of inputs that are shapes. The first 1000 are read. */
  samples?: AsyncIterable<TensorMap> | Iterable<TensorMap>;
  /** The open first dimension of inputs goes from 1 to `maxSize`, best at the last of `preferredSizes`, or 8; pads give lengths. */
  batching?: Pick<BatchingOptions, 'maxSize' | 'preferredSizes' | 'pad'>;
  /** Sizes of dimensions that are open by name and always the same. */
  freeDimensionOverrides?: Record<string, number>;
  /** Files that a model given as bytes refers to, under the location that it writes. */
  externalData?: readonly ExternalDataFile[];
  /** What a model may be. */
  limits?: ModelLimits;
  /**
   * Folder of plans and cast models that are kept. false: none are.
   * @default NODE_TENSORRT_CACHE_DIR, or `node-tensorrt` in the user's cache folder
   */
  cacheDir?: string | false;
  /** Bytes that plans in it may take; the least recently used go first. @default NODE_TENSORRT_CACHE_BYTES, or 10 GiB */
  cacheBytes?: number;
  /** Ed25519 private key that signs the plan for other users, who name the public one in `trust.keys`. @default none */
  sign?: KeyLike;
  /** Private memory that the builder's process may take, in bytes; beyond it the build fails. @default what is available when it starts */
  buildMemoryBytes?: number;
  /** 0 (as this process) to 19 (when nobody else wants the CPUs). @default 10 */
  niceness?: number;
  /** What TensorRT says, by level. @default warnings are in the report only */
  logger?: Logger;
  onProgress?: (progress: Progress) => void;
  /** Abandons the build: its process is gone within a second. */
  signal?: AbortSignal;
}

/** What `build` did. */
export interface BuildReport {
  /** Path of the plan. */
  output: string;
  backend: 'tensorrt' | 'tensorrt-rtx';
  /** Of the TensorRT: '1.7.1.116'. */
  version: string;
  targets: readonly string[];
  /** Whether the plan was in the cache. */
  cached: boolean;
  /** Why it was built; or that it was in the cache. */
  reason: string;
  /** All that the plan says about itself: inputs, outputs, profiles, layers, options, hashes. */
  header: PlanHeader;
  /** Options that changed nothing, and why. A process warning says so as well. */
  ignored: readonly { option: string; reason: string }[];
  /** What became of each node, where the model was cast in this build. */
  cast: CastReport | undefined;
  /** What the builder warned of. */
  warnings: readonly string[];
  /** Seconds; parse and build are of the builder's process, and 0 where the plan was in the cache. */
  seconds: { total: number; parse: number; build: number };
  /** Most memory that the builder's process had, in bytes. 0: nothing was built, or the system does not say. */
  peakBytes: number;
}

const OWN = [
  'output', 'name', 'backend', 'targets', 'device', 'precision', 'profiles', 'samples', 'batching', 'freeDimensionOverrides',
  'externalData', 'limits', 'cacheDir', 'cacheBytes', 'sign', 'buildMemoryBytes', 'niceness', 'logger', 'onProgress', 'signal',
] as const; // biome-ignore format: a list

/**
 * Builds an engine from an ONNX model (path, file URL, model folder or bytes) by NVIDIA's TensorRT, and writes it to a plan
 * file. It is built in a process of its own, at low priority; this one keeps running. A plan that was built before from the
 * same model with the same options is taken from the cache.
 *
 * @throws NodeTensorRTError BUILD_FAILED with what TensorRT said (details `reason`, `nodes`, `log`); BACKEND_UNAVAILABLE where
 *   there is no TensorRT, builder or GPU; UNSUPPORTED, INVALID_ARGUMENT, OUT_OF_RANGE, SHAPE_MISMATCH for options, and
 *   MODEL_INVALID as `Engine.load`
 * @example
 * await build('model.onnx', { output: 'model.plan', targets: ['sm86', 'sm89'], precision: 'fp16', onProgress: console.log });
 */
export async function build(model: string | URL | Uint8Array, given: BuildOptions): Promise<BuildReport> {
  const options = objectOption<BuildOptions>('options', given);
  knownKeys('options', options, [...OWN, ...tuningNames]);
  const output = pathOption('options.output', options.output);
  const started = performance.now();
  await checkWritable(output);
  const request = await planRequest(model, options, output);
  request.signal?.throwIfAborted();
  // Who does not build need not wait for it.
  const { makePlan } = await import('./builder/make-plan.js');
  const made = await makePlan(
    request,
    async (header, payload) => {
      const keys = request.sign === undefined ? {} : { sign: request.sign };
      return { path: output, header: await writePlan({ output, payload, header, keys }, request.signal) };
    },
    (path, checked) => copyPlan(path, output, checked, request.sign),
  );
  warnOfIgnored(request.name, made);
  return report(made, output, (performance.now() - started) / 1000);
}

async function planRequest(model: unknown, options: BuildOptions, output: string): Promise<PlanRequest> {
  const given = modelSource(model);
  const source = typeof given === 'string' ? await modelPath(given) : given;
  const tuning = tuningOptions(options);
  const { cacheDir, samples, signal } = options;
  return {
    name: options.name === undefined ? nameOf(given) : stringOption('options.name', options.name),
    source,
    externalData: externalDataOption(options.externalData ?? []),
    backend: choiceOption('options.backend', options.backend ?? 'auto', ['auto', 'tensorrt', 'tensorrt-rtx'] as const),
    targets: options.targets === undefined ? [] : targetsOption('options.targets', options.targets),
    device: deviceOption(options.device ?? 0),
    precision: buildPrecisionOption('options.precision', options.precision),
    profiles: options.profiles === undefined ? undefined : profilesOption(options.profiles),
    sizes: {
      ...batchSizes(options.batching ?? {}),
      fixed: sizesOption('options.freeDimensionOverrides', options.freeDimensionOverrides ?? {}),
    },
    samples,
    tuning,
    cacheDir: cacheDir === undefined || cacheDir === false ? cacheDir : pathOption('options.cacheDir', cacheDir),
    tempDir: dirname(output),
    output,
    cacheBytes: bytesOption('options.cacheBytes', options.cacheBytes),
    sign: options.sign === undefined ? undefined : privateKeyOption('options.sign', options.sign),
    limits: limitsOption(options.limits ?? {}),
    memoryBytes: bytesOption('options.buildMemoryBytes', options.buildMemoryBytes),
    niceness: integerOption('options.niceness', options.niceness ?? 10, 0, 19),
    logger: options.logger === undefined ? undefined : loggerOption('options.logger', options.logger),
    onProgress: options.onProgress === undefined ? undefined : functionOption('options.onProgress', options.onProgress),
    signal: signal === undefined ? undefined : signalOption('options.signal', signal),
    loadRunner: engineRunner,
  };
}

/** What cannot be written is said before minutes of building. */
async function checkWritable(output: string): Promise<void> {
  const refuse = (why: string) =>
    new NodeTensorRTError('INVALID_ARGUMENT', `options.output: '${output}' cannot be written: ${why}`, {
      option: 'options.output',
      path: output,
      reason: 'unwritable',
    });
  const there = await stat(output).catch(() => undefined);
  if (there && !there.isFile()) throw refuse('it is no regular file');
  const folder = dirname(output);
  await access(folder, constants.W_OK).catch((error: NodeJS.ErrnoException) => {
    throw refuse(error.code === 'ENOENT' ? `there is no folder ${folder}` : error.message);
  });
}

const nameOf = (source: string | Uint8Array) => (typeof source === 'string' ? basename(source) : 'model');

function batchSizes(given: unknown): Pick<PlanRequest['sizes'], 'batch' | 'pads'> {
  const batching = objectOption<BatchingOptions>('options.batching', given);
  knownKeys('options.batching', batching, ['maxSize', 'preferredSizes', 'pad']);
  return usualSizes(resolveBatching(batching));
}

function deviceOption(device: unknown): number | string {
  if (typeof device === 'number') return integerOption('options.device', device, 0, 1023);
  return stringOption('options.device', device);
}

function bytesOption(name: string, value: unknown): number | undefined {
  return value === undefined ? undefined : integerOption(name, value, 2 ** 20, Number.MAX_SAFE_INTEGER);
}

/** From the cache to where it is wanted, while it is checked there, with the signature for others. */
async function copyPlan(
  from: string,
  output: string,
  checked: Promise<void>,
  sign: KeyLike | undefined,
): Promise<void> {
  await replaceFile(output, async (beside) => {
    const [copied, good] = await Promise.allSettled([copyFile(from, beside, constants.COPYFILE_FICLONE), checked]);
    if (good.status === 'rejected') throw good.reason;
    if (copied.status === 'rejected') throw copied.reason;
    if (sign !== undefined) await signPlan(beside, sign);
  });
}

function warnOfIgnored(name: string, { ignored }: MadePlan): void {
  if (ignored.length === 0) return;
  const text = ignored.map(({ option, reason }) => `${option}: ${reason}`).join('; ');
  process.emitWarning(`plan of '${name}': ${text}`, {
    type: 'NodeTensorRTWarning',
    code: 'NODE_TENSORRT_IGNORED_OPTION',
  });
}

function report(
  { header, cached, reason, ignored, cast, built }: MadePlan,
  output: string,
  total: number,
): BuildReport {
  return {
    output,
    backend: header.backend,
    version: header.version,
    targets: header.targets,
    cached,
    reason,
    header,
    ignored,
    cast,
    warnings: header.messages.filter(({ severity }) => severity === 'warning').map(({ text }) => text),
    seconds: { total, parse: built?.parseSeconds ?? 0, build: built?.buildSeconds ?? 0 },
    peakBytes: built?.peakBytes ?? 0,
  };
}
