import { NodeTensorRTError } from '../errors.js';
import type { NativeEngine, NativeEngineStats } from '../native/contract.js';
import type { NativePlanFacts } from '../native/plan-contract.js';
import type { Port } from '../native/port.js';
import { knownKeys, objectOption } from '../options.js';
import { dataTypes } from '../tensor/data-types.js';
import { MAX_RANK } from '../tensor/shape.js';
import type { TensorMap, TensorSpec } from '../tensor/types.js';
import { type BatchingOptions, changeQueueOptions } from './batching-options.js';
import { type RunTrace, requestsAreTraced, traceRun, traceRunSync } from './diagnostics.js';
import { loadEngine } from './load.js';
import type { LoadOptions } from './load-options.js';
import { OrderedDelivery } from './ordered-delivery.js';
import type { Placement } from './placement.js';
import { NORMAL_PRIORITY, planRun, type RunOptions, type RunPlan, type RunSyncOptions } from './run-options.js';
import { Runs } from './runs.js';
import { makeToken, type OpenedEngine, openShared, type SharedDescription } from './share.js';
import { type CompiledSpec, compileSpec, publicSpec, setTensor } from './signature.js';
import { type EngineStats, type StatsOptions, statsOptions, toEngineStats } from './stats.js';

const CONSTRUCT = Symbol('Engine.load');

/** An engine over a native handle that something else in this library has. */
export let engineOf: (opened: OpenedEngine) => Engine;

/**
 * A model that is loaded and ready to run. Its weights, queue and threads are native and belong to the process;
 * inference never runs on the event loop, except for what is quicker than leaving it (`inlineBelowUs`).
 *
 * `I` and `O` name the inputs and outputs for the compiler; without them any names are allowed.
 *
 * @example
 * await using engine = await Engine.load('model.onnx');
 * const { scores } = await engine.run({ x: new Tensor('float32', pixels, [1, 3, 224, 224]) });
 */
export class Engine<I extends TensorMap = TensorMap, O extends TensorMap = TensorMap> implements AsyncDisposable {
  static {
    engineOf = (opened) => new Engine(CONSTRUCT, opened);
  }

  readonly name: string;
  readonly backend: 'cpu' | 'tensorrt' | 'tensorrt-rtx';
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  #placement: Placement;
  readonly #native: NativeEngine;
  readonly #port: Port;
  readonly #inputSpecs: readonly CompiledSpec[];
  readonly #outputSpecs: readonly CompiledSpec[];
  readonly #defaultPlan: RunPlan;
  readonly #float16: 'bits' | 'array';
  readonly #runs: Runs;
  /** With `batching.preserveOrder`. */
  readonly #order: OrderedDelivery | undefined;
  #closing: Promise<void> | undefined;
  #finalStats: NativeEngineStats | undefined;
  #token: string | undefined;

  /** Not for use: engines come from `Engine.load` and `Engine.open`. */
  private constructor(key: symbol, opened: OpenedEngine) {
    if (key !== CONSTRUCT)
      throw new NodeTensorRTError('INVALID_ARGUMENT', 'use Engine.load(model, options) or Engine.open(token)');
    const { native, port, name, placement } = opened;
    const described = native.describe();
    this.name = name;
    this.#placement = Object.freeze({ ...placement, batching: batchingState(native) });
    this.backend = placement.backend;
    this.#native = native;
    this.#port = port;
    this.#float16 = opened.float16;
    this.#order = opened.preserveOrder ? new OrderedDelivery() : undefined;
    this.#inputSpecs = described.inputs.map(compileSpec);
    this.#outputSpecs = described.outputs.map(compileSpec);
    this.inputs = Object.freeze(this.#inputSpecs.map(publicSpec));
    this.outputs = Object.freeze(this.#outputSpecs.map(publicSpec));
    this.#defaultPlan = {
      outputs: this.#outputSpecs,
      into: undefined,
      pooled: undefined,
      written: undefined,
      own: false,
      signal: undefined,
      timeoutMs: 0,
      priority: NORMAL_PRIORITY,
      step: undefined,
    };
    this.#runs = new Runs(opened, this.#inputSpecs);
    checkFrame(port, [...this.#inputSpecs, ...this.#outputSpecs]);
  }

  /** What is in force: backend, device, precision, batching, and every deviation from what was asked for. */
  get placement(): Placement {
    if (this.#finalStats === undefined && this.#placement.batching.enabled) {
      const batching = batchingState(this.#native);
      if (!batching.enabled) this.#placement = Object.freeze({ ...this.#placement, batching });
    }
    return this.#placement;
  }

  /**
   * Loads a model without stopping the event loop.
   *
   * @param model path of an .onnx file or model folder, `file:` URL, or the model's bytes
   * @throws NodeTensorRTError INVALID_ARGUMENT, OUT_OF_RANGE, UNSUPPORTED (options, operators or types that are not
   *   supported), MODEL_INVALID (`details.reason` says why), BACKEND_UNAVAILABLE, BINARY_NOT_FOUND, OUT_OF_MEMORY.
   *   An abort rejects with `signal.reason`.
   */
  static async load<I extends TensorMap = TensorMap, O extends TensorMap = TensorMap>(
    model: string | URL | Uint8Array,
    options?: LoadOptions,
  ): Promise<Engine<I, O>> {
    return new Engine<I, O>(CONSTRUCT, await loadEngine(model, options));
  }

  /**
   * Another handle to an engine that a thread of this process shares: the same weights, queue and statistics, so that
   * requests of all threads meet in the same batches. It is closed like any other; the engine ends with the last handle.
   *
   * @param token what `share()` returned
   * @throws NodeTensorRTError INVALID_ARGUMENT, NOT_OPEN (closed meanwhile), UNSUPPORTED (a token of another process)
   */
  static open<I extends TensorMap = TensorMap, O extends TensorMap = TensorMap>(token: string): Engine<I, O> {
    return new Engine<I, O>(CONSTRUCT, openShared(token));
  }

  /**
   * A token with which any thread of this process can open this engine. It cannot be guessed. It keeps the engine open
   * for 30 s from each call, and after that only while there are handles.
   *
   * @throws NodeTensorRTError NOT_OPEN
   */
  share(): string {
    this.#throwIfClosed();
    this.#token ??= makeToken(this.#port);
    const description: SharedDescription = {
      name: this.name,
      placement: this.placement,
      float16: this.#float16,
      preserveOrder: this.#order !== undefined,
    };
    this.#native.share(this.#token, JSON.stringify(description));
    return this.#token;
  }

  /**
   * Runs the model once. The inputs are copied when this is called (those over 1 MiB in the following turns of the
   * event loop: leave them alone until the promise settles), but for pooled tensors, which are read where they are; the
   * results are the caller's own.
   *
   * @param inputs a tensor for each of `this.inputs`, by name
   * @throws NodeTensorRTError INVALID_ARGUMENT, SHAPE_MISMATCH, OUT_OF_RANGE, NOT_OPEN, QUEUE_FULL, TIMEOUT, BUSY,
   *   OUT_OF_MEMORY, BACKEND_ERROR. Always by rejection. An abort rejects with `signal.reason`.
   */
  run(inputs: I, options?: RunOptions): Promise<O> {
    if (!requestsAreTraced()) return this.#run(inputs, options, undefined);
    return traceRun(this.name, options, (trace) => this.#run(inputs, options, trace));
  }

  /**
   * Runs the model once on this thread, and waits: for scripts. In a service it holds up everything else.
   *
   * @throws NodeTensorRTError as `run`, without QUEUE_FULL and TIMEOUT; BUSY when a run in flight uses the same memory
   */
  runSync(inputs: I, options?: RunSyncOptions): O {
    if (!requestsAreTraced()) return this.#runSync(inputs, options, undefined);
    return traceRunSync(this.name, options, (trace) => this.#runSync(inputs, options, trace));
  }

  /**
   * Runs the model twice on zeros, so that the first request finds memory allocated and its run time known. Symbolic
   * dimensions are those that a plan was made fastest for, else 1; for a model that needs others, run it once on a sample
   * instead.
   *
   * @throws NodeTensorRTError as `run`
   */
  async warmup(): Promise<void> {
    this.#throwIfClosed();
    const inputs: TensorMap = {};
    const usual = usualShapes(this.#native);
    for (const { name, type, sizes } of this.#inputSpecs) {
      const dims = sizes.map((size, axis) => (size < 0 ? (usual.get(name)?.[axis] ?? 1) : size));
      const count = dims.reduce((product, dim) => product * dim, 1);
      setTensor(inputs, name, { type, dims, data: dataTypes[type].create(count) });
    }
    await this.run(inputs as I);
    await this.run(inputs as I);
  }

  /**
   * Changes limits while the engine runs, for all its handles; what is not named stays as it is. `batching` takes
   * maxSize, maxDelayMs, preferredSizes, targetP99Ms (0: none), maxQueue and maxQueueBytes.
   *
   * @throws NodeTensorRTError INVALID_ARGUMENT, OUT_OF_RANGE, UNSUPPORTED (what can only be given at load), NOT_OPEN
   */
  configure(options: { batching?: BatchingOptions }): void {
    this.#throwIfClosed();
    const { batching } = objectOption<{ batching?: BatchingOptions }>('options', options);
    knownKeys('options', options, ['batching']);
    if (batching !== undefined) this.#native.configure(changeQueueOptions(batching, this.#native.queueOptions()));
  }

  /**
   * A snapshot of counters and latencies. After close() it is the last one.
   *
   * @throws NodeTensorRTError INVALID_ARGUMENT
   */
  stats(options?: StatsOptions): EngineStats {
    const { histograms } = statsOptions(options);
    return toEngineStats(this.#finalStats ?? this.#native.stats(histograms), histograms);
  }

  /**
   * Refuses new work, finishes what was accepted, and gives the model's memory back. Idempotent: every call returns
   * the same promise. Rejects with OUT_OF_MEMORY only; then the engine is still open, and close() may be called again.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close().catch((error: unknown) => {
      this.#closing = undefined;
      this.#finalStats = undefined;
      throw error;
    });
    return this.#closing;
  }

  /**
   * Rejects what is queued with `reason` (default: NOT_OPEN) and closes; what is running finishes. Use it to shut down
   * at once; `close()` afterwards waits for the end.
   */
  destroy(reason: Error = new NodeTensorRTError('NOT_OPEN', `engine '${this.name}' was destroyed`)): void {
    this.#runs.destroy(reason); // before close(), at whose word everything that waits for company begins
    this.close().catch(() => undefined); // without memory for it: the collector closes the engine
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    await this.#runs.finish();
    this.#placement = this.placement;
    this.#finalStats = this.#native.stats(true);
    await this.#port.release(this.#native);
  }

  #throwIfClosed(): void {
    if (this.#closing !== undefined) throw new NodeTensorRTError('NOT_OPEN', `engine '${this.name}' is closed`);
  }

  #run(inputs: I, options: RunOptions | undefined, trace: RunTrace | undefined): Promise<O> {
    try {
      this.#throwIfClosed();
      const given = options === undefined ? this.#defaultPlan : planRun(options, this.#outputSpecs, false);
      if (given.signal?.aborted) {
        trace?.ends('aborted');
        return Promise.reject(given.signal.reason);
      }
      const plan = trace === undefined ? given : { ...given, trace };
      const result =
        this.#order === undefined
          ? this.#runs.start(inputs, plan)
          : this.#order.run(plan, (ordered) => this.#runs.start(inputs, ordered));
      return result as Promise<O>;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #runSync(inputs: I, options: RunSyncOptions | undefined, trace: RunTrace | undefined): O {
    this.#throwIfClosed();
    const plan = options === undefined ? this.#defaultPlan : planRun(options, this.#outputSpecs, true);
    return this.#runs.runSync(inputs, trace === undefined ? plan : { ...plan, trace }) as O;
  }
}

function batchingState(native: NativeEngine): Placement['batching'] {
  const batching = native.batching();
  if (batching.padding) Object.freeze(batching.padding);
  return Object.freeze(batching);
}

/** The frame must hold the shapes of all tensors of a call. */
/** Of the first profile of a plan, by input. */
function usualShapes(native: NativeEngine): Map<string, readonly number[]> {
  const facts = native.facts();
  const [profile = []] = facts === '' ? [] : (JSON.parse(facts) as NativePlanFacts).profiles;
  return new Map(profile.map(({ input, opt }) => [input, opt]));
}

function checkFrame(port: Port, specs: readonly CompiledSpec[]): void {
  const needed = specs.reduce((sum, spec) => sum + 3 + (spec.anyRank ? MAX_RANK : spec.sizes.length), 4);
  if (needed > port.frame.length) {
    throw new NodeTensorRTError('UNSUPPORTED', 'the model has too many inputs and outputs', { tensors: specs.length });
  }
}
