import { argumentError, NodeTensorRTError } from '../errors.js';
import type { NativeProofOptions, NativeQueueOptions, NativeSample } from '../native/contract.js';
import type { Port } from '../native/port.js';
import { slicedCopy } from '../native/sliced-copy.js';
import { booleanOption, integerOption, knownKeys, objectOption } from '../options.js';
import { type TensorMap, tensorTypes } from '../tensor/types.js';
import { checkedTensor } from './checked-tensor.js';
import { type PadOptions, resolvePad } from './pad-options.js';

/** How requests meet in batches, and how many may wait. Sizes are in rows: the first dimension of the inputs. */
export interface BatchingOptions {
  /**
   * Rows in a batch at most. A request with more runs in several batches if this is given, and as it is if not.
   * 1 to 4096. @default 32
   */
  maxSize?: number;
  /**
   * How long the first request of a batch waits for others, in milliseconds. 0: not at all; what waits for a free
   * instance, or is submitted in the same turn of the event loop, is run together. 0 to 60000. @default 0
   */
  maxDelayMs?: number;
  /** Batch sizes that the backend runs best: a batch that has one of them does not wait, and others are avoided. */
  preferredSizes?: readonly number[];
  /**
   * Chooses `maxDelayMs` by itself, from the rate at which requests arrive and the time that runs take, so that 99 % of
   * the latencies stay below this many milliseconds. More than 0, to 60000. @default none
   */
  targetP99Ms?: number;
  /** Requests that may wait; one more is refused with QUEUE_FULL. 1 to 1,000,000. @default 1024 */
  maxQueue?: number;
  /** Bytes of inputs that may wait; a request beyond is refused with QUEUE_FULL. @default 268435456 (256 MiB) */
  maxQueueBytes?: number;
  /**
   * Inputs that are padded, by name, so that requests of different lengths meet. Results are cut back to what they
   * would have been. It is proved at load that padding changes nothing, else it is off and `placement.batching.padding`
   * says why. A request that is longer than the last bucket, of a length that the model does not take, or whose padded
   * inputs have different lengths, is not padded. @default none
   */
  pad?: Record<string, PadOptions>;
  /**
   * Whether it is proved at load that rows do not influence each other, by running some alone and together: with rows
   * that are made up, or with these samples (inputs as for `run`; at least two rows in all). Without a proof requests
   * are run one by one, and `placement.batching` says why. false: taken for granted.
   * @default true, but it is given up after 5 s, so that a model that never ends does not hold up its load
   */
  verify?: boolean | Iterable<TensorMap>;
  /** How much floating-point results may differ in that proof: atol + rtol · |value|. @default { rtol: 1e-3, atol: 1e-4 } */
  tolerance?: { rtol?: number; atol?: number };
  /**
   * Whether runs of one priority settle in the order in which `run` was called on a handle: a result that is ready
   * early waits for those before it. What rejects does so at once. @default false
   */
  preserveOrder?: boolean;
}

/** The part of BatchingOptions that may be changed while an engine runs. */
const LIVE = ['maxSize', 'maxDelayMs', 'preferredSizes', 'targetP99Ms', 'maxQueue', 'maxQueueBytes'] as const;
const AT_LOAD = ['pad', 'verify', 'tolerance', 'preserveOrder'] as const;

const DEFAULTS: NativeQueueOptions = {
  maxSize: 32,
  maxDelayMs: 0,
  preferredSizes: [],
  split: false,
  targetP99Ms: 0,
  maxQueue: 1024,
  maxQueueBytes: 2 ** 28,
};

const MAX_SIZE = 4096;
const MAX_MS = 60_000;
/** Samples that are looked at; three rows of one shape are all that the proof takes. */
const MAX_SAMPLES = 16;
/** A proof that nobody asked for may take so long. */
const MAX_PROOF_SECONDS = 5;

/** BatchingOptions with every default filled in. */
export interface ResolvedBatching {
  readonly queue: NativeQueueOptions;
  readonly proof: Omit<NativeProofOptions, 'samples'>;
  readonly samples: readonly TensorMap[];
  readonly preserveOrder: boolean;
}

/** Checks `options.batching` of a load. Throws INVALID_ARGUMENT, OUT_OF_RANGE, SHAPE_MISMATCH or UNSUPPORTED. */
export function resolveBatching(given: unknown): ResolvedBatching {
  const options =
    given === false || given === undefined ? {} : objectOption<BatchingOptions>('options.batching', given);
  knownKeys('options.batching', options, [...LIVE, ...AT_LOAD]);
  const tolerance = objectOption<{ rtol?: number; atol?: number }>(
    'options.batching.tolerance',
    options.tolerance ?? {},
  );
  knownKeys('options.batching.tolerance', tolerance, ['rtol', 'atol']);
  const { verify } = options;
  const samples = verify === undefined || typeof verify === 'boolean' ? [] : samplesOption(verify);
  return {
    queue: queueOptions(options, DEFAULTS),
    proof: {
      enabled: given !== false,
      verify: samples.length > 0 ? 2 : verify === false ? 0 : 1,
      rtol: positiveOption('options.batching.tolerance.rtol', tolerance.rtol ?? 1e-3, 1),
      atol: positiveOption('options.batching.tolerance.atol', tolerance.atol ?? 1e-4, Number.MAX_VALUE),
      pad: resolvePad(options.pad ?? {}),
      maxSeconds: verify === undefined ? MAX_PROOF_SECONDS : 0,
    },
    samples,
    preserveOrder: booleanOption('options.batching.preserveOrder', options.preserveOrder ?? false),
  };
}

/** Checks `batching` of `Engine.configure`; what it does not name stays as it is. */
export function changeQueueOptions(given: unknown, current: NativeQueueOptions): NativeQueueOptions {
  const options = objectOption<BatchingOptions>('options.batching', given);
  const fixed = AT_LOAD.find((key) => Object.hasOwn(options, key));
  if (fixed) {
    const option = `options.batching.${fixed}`;
    throw new NodeTensorRTError('UNSUPPORTED', `${option}: can only be given to Engine.load`, { option });
  }
  knownKeys('options.batching', options, LIVE);
  return queueOptions(options, current);
}

function queueOptions(options: BatchingOptions, current: NativeQueueOptions): NativeQueueOptions {
  const name = (key: string) => `options.batching.${key}`;
  const maxSize = integerOption(name('maxSize'), options.maxSize ?? current.maxSize, 1, MAX_SIZE);
  // Sizes that were given before and are now too large are left out; others are a mistake.
  const preferredSizes = options.preferredSizes ?? current.preferredSizes.filter((size) => size <= maxSize);
  if (!Array.isArray(preferredSizes))
    throw argumentError(name('preferredSizes'), 'an array of integers', preferredSizes);
  for (const size of preferredSizes) integerOption(name('preferredSizes'), size, 1, maxSize);
  return {
    maxSize,
    maxDelayMs: positiveOption(name('maxDelayMs'), options.maxDelayMs ?? current.maxDelayMs, MAX_MS),
    split: current.split || options.maxSize !== undefined,
    preferredSizes: [...new Set<number>(preferredSizes)].sort((a, b) => a - b),
    targetP99Ms: positiveOption(name('targetP99Ms'), options.targetP99Ms ?? current.targetP99Ms, MAX_MS),
    maxQueue: integerOption(name('maxQueue'), options.maxQueue ?? current.maxQueue, 1, 1_000_000),
    maxQueueBytes: integerOption(
      name('maxQueueBytes'),
      options.maxQueueBytes ?? current.maxQueueBytes,
      1,
      Number.MAX_SAFE_INTEGER,
    ),
  };
}

function positiveOption(name: string, value: unknown, max: number): number {
  if (typeof value !== 'number' || Number.isNaN(value)) throw argumentError(name, 'a number', value);
  if (value < 0 || value > max) throw argumentError(name, `0 to ${max}`, value, 'OUT_OF_RANGE');
  return value;
}

function samplesOption(verify: unknown): TensorMap[] {
  const name = 'options.batching.verify';
  if (verify === null || typeof verify !== 'object' || !(Symbol.iterator in verify)) {
    throw argumentError(name, 'true, false or an iterable of inputs', verify);
  }
  const samples: TensorMap[] = [];
  for (const sample of verify as Iterable<TensorMap>) {
    const what = `${name}[${samples.length}]`;
    const tensors = Object.entries(objectOption<TensorMap>(what, sample));
    samples.push(
      Object.fromEntries(tensors.map(([input, tensor]) => [input, checkedTensor(`${what}.${input}`, tensor)])),
    );
    if (samples.length === MAX_SAMPLES) break;
  }
  if (samples.length === 0) throw argumentError(name, 'at least one sample', 'none');
  return samples;
}

/** Copies samples to native memory. */
export async function stageSamples(port: Port, samples: readonly TensorMap[]): Promise<NativeSample[]> {
  const staged: NativeSample[] = [];
  for (const sample of samples) {
    const tensors: NativeSample = [];
    for (const [name, { type, data, dims }] of Object.entries(sample)) {
      const tensor = { name, type: tensorTypes.indexOf(type), dims };
      if (!ArrayBuffer.isView(data)) {
        tensors.push({ ...tensor, data: data as readonly string[] });
        continue;
      }
      const staging = port.staging(data.byteLength);
      await slicedCopy(data.byteLength, (offset, max) => staging.copy(data, offset, max));
      tensors.push({ ...tensor, data: staging });
    }
    staged.push(tensors);
  }
  return staged;
}
