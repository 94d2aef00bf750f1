/**
 * The shape of the raw addon (`native/binding`). Not exported: the library is its only user, and has validated
 * every argument before it crosses.
 */

import type {
  NativeEstimateOptions,
  NativeFileKind,
  NativeModelDescription,
  NativeModelEstimate,
} from './model-contract.js';
import type { NativeNumeric } from './numeric-contract.js';
import type { NativePlanRequest } from './plan-contract.js';

/** `kContractVersion` of `native/binding/addon.cc`. */
export const CONTRACT_VERSION = 16;

/** `Event` of `native/binding/mailbox.h`. */
export enum NativeEvent {
  result = 0,
  error = 1,
  loaded = 2,
  released = 3,
  copied = 4,
  number = 5,
  estimate = 6,
  demand = 7,
  log = 8,
  description = 9,
}

/** `DemandKind` of `native/runtime/residency/residency_table.h`. */
export enum DemandKind {
  use = 0,
  load = 1,
  unload = 2,
  reserve = 3,
}

/** `Outcome` of `native/runtime/residency/residency_table.h`. */
export enum DemandOutcome {
  granted = 0,
  elected = 1,
  failed = 2,
  superseded = 3,
  unloaded = 4,
  room = 5,
  refused = 6,
}

/** `Mode` of `native/binding/native_engine.h`. */
export enum SubmitMode {
  async = 0,
  blocking = 1,
}

/** `Outcome` of `native/binding/native_engine.cc`. */
export enum SubmitOutcome {
  queued = 0,
  done = 1,
  doneFirst = 2,
  doneLast = 3,
  queuedFirst = 4,
}

/** An array whose memory native code reads or writes during a call; strings are copied. */
export type NativeArray = (ArrayBufferView & { readonly length: number }) | readonly string[];

/**
 * What submit() takes behind its mode: inputs (undefined for the states of a sequence), `into`, id of the sequence. A staging
 * holds a copy of an input, or pooled memory.
 */
export type SubmitArgument = NativeArray | NativeStaging | string | undefined;

export interface NativeLoadOptions {
  name: string;
  libraryPath: string;
  threads: number;
  instances: number;
  queue: NativeQueueOptions;
  proof: NativeProofOptions;
  sequence: NativeSequenceOptions;
  inlineBelowUs: number;
  numa: NativeNumaRequest;
  /** 0: no limit. */
  memoryLimitBytes: number;
  graphOptimizationLevel: string;
  freeDimensionOverrides: Record<string, number>;
  sessionConfig: Record<string, string>;
  externalData: { path: string; data: NativeStaging }[];
  limits: { nodes: number; elements: number; declaredBytes: number; hardLinks: boolean };
  customOperators: readonly { path: string }[];
  /** In place of a model, whose options have no effect then. */
  plan?: NativePlanRequest;
}

/** `NumaRequest` of `native/runtime/numa_binding.h`. */
export interface NativeNumaRequest {
  mode: 'off' | 'auto' | 'node';
  /** For 'node'. */
  node: number;
  /** A node that cannot be had is no error. */
  mayFallBack: boolean;
  /** The folder that stands for /sys. */
  sysfs: string;
}

/** `NumaBinding` of `native/runtime/numa_binding.h`. */
export interface NativeNumaBinding {
  node: number | null;
  cpus: string;
  memoryBound: boolean;
  reason: string;
}

export interface NativeQueueOptions {
  maxSize: number;
  maxDelayMs: number;
  /** Ascending. */
  preferredSizes: readonly number[];
  /** A request of more than `maxSize` rows is split. */
  split: boolean;
  /** 0: none. */
  targetP99Ms: number;
  maxQueue: number;
  maxQueueBytes: number;
}

/** `ProofOptions` of `native/runtime/proof/batch_proof.h`. */
export interface NativeProofOptions {
  enabled: boolean;
  /** 0: taken for granted, 1: generated rows, 2: samples */
  verify: 0 | 1 | 2;
  rtol: number;
  atol: number;
  pad: NativePadOptions;
  /** 0: no limit. */
  maxSeconds: number;
  samples: NativeSample[];
}

/** Inputs by name. */
export type NativeSample = {
  name: string;
  type: number;
  dims: readonly number[];
  data: NativeStaging | readonly string[];
}[];

/** `SequenceRequest` of `native/runtime/sequence/sequence_options.h`. */
export interface NativeSequenceOptions {
  states: Readonly<Record<string, string>>;
  initial: NativeSample;
  idleTimeoutMs: number;
  maxSequences: number;
}

/** `PadOptions` of `native/runtime/proof/batch_proof.h`. */
export interface NativePadOptions {
  /** Ascending; empty when nothing is padded. */
  buckets: readonly number[];
  inputs: { name: string; axis: number; value: number | bigint; outputs: { name: string; axis: number }[] }[];
}

export interface NativeTensorSpec {
  name: string;
  type: string;
  dims: (number | string)[];
  anyRank: boolean;
  /** An input that sequences keep, or the output that it comes from. */
  isState: boolean;
}

export interface NativeEngineStats {
  accepted: number;
  completed: number;
  failed: number;
  /**
   * Per `Refusal` of `native/runtime/stats/engine_stats.h`: queue full, in requests or in bytes; deadline out of reach; as
   * many sequences as there may be.
   */
  rejected: [number, number, number, number];
  aborted: number;
  timedOut: number;
  inPlace: number;
  queueDepth: number;
  queueOldestMs: number;
  windowMs: number;
  sequencesActive: number;
  sequencesStarted: number;
  sequencesEnded: number;
  sequencesExpired: number;
  rows: number;
  gatheredRows: number;
  /** Size, count, size, count, … */
  batchSizes: number[];
  /** queue, copyIn, compute, copyOut, total: [count, sum, mean, p50, p90, p99, max] in microseconds */
  stages: [number, number, number, number, number, number, number][];
  /** Likewise, if asked for: upper bound in microseconds, count, upper bound, count, … of what is not empty, ascending. */
  buckets: Float64Array[];
}

export interface NativeBatchingState {
  enabled: boolean;
  reason: string;
  padding?: { enabled: boolean; reason: string };
}

export interface NativeEngine {
  describe(): { inputs: NativeTensorSpec[]; outputs: NativeTensorSpec[] };
  /** Of a plan: JSON of NativePlanFacts; '' of a model. */
  facts(): string;
  batching(): NativeBatchingState;
  numa(): NativeNumaBinding;
  queueOptions(): NativeQueueOptions;
  configure(options: NativeQueueOptions): void;
  submit(id: number, mode: SubmitMode, ...rest: SubmitArgument[]): SubmitOutcome;
  flush(): void;
  share(token: string, description: string): void;
  checkRoom(bytes: number, requestsAhead: number, bytesAhead: number): void;
  release(id: number): void;
  stats(histograms: boolean): NativeEngineStats;
}

export interface NativeStaging {
  copy(array: ArrayBufferView, offset: number, maxBytes: number): number;
  /** Gives what it holds back now. */
  drop(): void;
}

interface NativeByteStats {
  current: number;
  peak: number;
  allocated: number;
  freed: number;
}

export interface NativePoolStats {
  inactiveSplitBytes: NativeByteStats;
  allocatedBytes: NativeByteStats;
  reservedBytes: NativeByteStats;
  activeBytes: NativeByteStats;
  numOoms: number;
  numRetries: number;
  numSystemAllocs: number;
}

export interface NativePort {
  /** Numbers that both sides exchange; see the methods that use it. */
  readonly frame: Float64Array;
  load(id: number, model: string | NativeStaging, options: NativeLoadOptions): void;
  cancelLoad(id: number): void;
  openEngine(token: string): { engine: NativeEngine; description: string } | undefined;
  poll(): number;
  sleep(): boolean;
  takeError(): Error;
  takeEngine(): NativeEngine;
  takeStrings(output: number): string[];
  take(...arrays: (NativeArray | undefined)[]): void;
  copyOut(id: number, ...arrays: (NativeArray | undefined)[]): void;
  keep(id: number): void;
  copySlice(id: number, output: number, array: ArrayBufferView, offset: number, maxBytes: number): number;
  drop(id: number): void;
  runFacts(): void;
  cancel(id: number, timedOut: boolean): boolean;
  dequeue(id: number): boolean;
  endBurst(): void;
  newTurn(): void;
  pools(): string[];
  poolStats(pool: string): NativePoolStats;
  /** JSON of a PoolSnapshot without its `stats`. */
  poolSnapshot(pool: string): string;
  recordHistory(pool: string, maxEvents: number): void;
  /** 0: no limit. */
  setLimit(pool: string, bytes: number): void;
  /** For tests: the `count`-th allocation from now on fails; returns how many there were still to come. 0: none. */
  failAllocation(pool: string, count: number): number;
  setPolicy(pool: string, trimIdleMs: number, gcThreshold: number, hugePages: boolean): void;
  resetPeak(pool: string): void;
  emptyCache(id: number, pool: string): void;
  estimate(id: number, model: string | NativeStaging, options: NativeEstimateOptions): void;
  takeEstimate(): NativeModelEstimate;
  describe(
    id: number,
    model: string | NativeStaging,
    options: Pick<NativeEstimateOptions, 'externalData' | 'limits'>,
  ): void;
  takeDescription(): NativeModelDescription;
  takeDemand(): NativeDemandResult;
  /**
   * Severity (0 internal error, 1 error, 2 warning, 3 information, 4 detail) and text of each line, in turns; behind them how
   * many were dropped, if any. `frame[1]` is 1 when nothing follows.
   */
  takeLog(id: number): (number | string)[];
  /** Undefined where the runtime has no ArrayBuffers over native memory; of takePooled also where there are no bytes. */
  allocate(pool: string, bytes: number, zero: boolean): ArrayBuffer | undefined;
  takePooled(output: number): ArrayBuffer | undefined;
  isPooled(array: ArrayBufferView): boolean;
  releasePooled(buffer: ArrayBufferLike): void;
  noteMoved(buffer: ArrayBufferLike): void;
}

export interface NativeDemandResult {
  outcome: DemandOutcome;
  /** Of a use that was granted, with what its loader said of it. */
  engine?: NativeEngine;
  description?: string;
  error?: Error;
}

/** `ModelReport` of `native/runtime/residency/residency.h`. */
export interface NativeModelReport {
  name: string;
  /** Index into `modelStates` of `lib/models/model-cache-stats.ts`. */
  state: number;
  bytes: number;
  references: number;
  waiting: number;
  pinned: boolean;
  loads: number;
  evictions: number;
  idleMs: number;
  error?: Error;
}

export interface NativeModelCache {
  add(name: string, definition: string): void;
  remove(name: string): void;
  demand(id: number, name: string, kind: DemandKind, bytes: number): NativeDemandResult | undefined;
  cancel(id: number, name: string): boolean;
  finish(
    name: string,
    bytes: number,
    /** Of `bytes`; -1: what the model takes is not measured. */
    weightsBytes: number,
    engine: NativeEngine,
    description: string,
    keep: boolean,
  ): NativeDemandResult | undefined;
  fail(name: string, code: number, message: string, details: readonly (string | number)[]): void;
  abandon(name: string): void;
  pin(name: string, pinned: boolean): void;
  models(): NativeModelReport[];
  totals(): {
    budgetBytes: number;
    bookedBytes: number;
    pinnedBytes: number;
    inUseBytes: number;
    loadingBytes: number;
    unloadingBytes: number;
  };
  close(id: number): void;
}

export interface NativeAddon extends NativeNumeric {
  readonly contractVersion: number;
  /** Of this process, the same in all its threads. */
  readonly processId: string;
  readonly dtypes: readonly string[];
  readonly errorCodes: readonly string[];
  /** For a child process: see `native/core/process_limits.h`. */
  limitMemory(bytes: number): boolean;
  /**
   * The library of a flavour of TensorRT ('tensorrt', 'tensorrt-lean', 'tensorrt-rtx') that the loader finds, and what it
   * tried before. For a child process: see `native/binding/libraries.h`.
   */
  findTensorRt(flavour: string): {
    found: { path: string; parser: string; version: string } | null;
    tried: { path: string; cause: string }[];
  };
  /** What a file of `size` bytes is that begins so, where it is of a kind that is no ONNX model. */
  fileKind(beginning: Uint8Array, size: number): NativeFileKind | undefined;
  readonly NativePort: new (
    wake: () => void,
    makeError: (code: number, message: string, details: Record<string, unknown>) => Error,
  ) => NativePort;
  readonly NativeStaging: new (
    ...args:
      | [port: NativePort, bytes: number, engine?: NativeEngine]
      | [port: NativePort, pooled: ArrayBufferView, group: 'inputs' | 'into', tensor: string]
  ) => NativeStaging;
  readonly NativeModelCache: new (port: NativePort, name: string, budgetBytes: number) => NativeModelCache;
}
