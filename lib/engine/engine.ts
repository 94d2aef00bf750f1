import { NodeTensorRTError, withCallerStack } from '../errors.js';
import { type NativeEngine, type NativeEngineStats, SubmitMode, SubmitOutcome } from '../native/contract.js';
import type { Port } from '../native/port.js';
import { knownKeys, objectOption } from '../options.js';
import { dataTypes } from '../tensor/data-types.js';
import { MAX_RANK } from '../tensor/shape.js';
import type { TensorMap, TensorSpec } from '../tensor/types.js';
import { type BatchingOptions, changeQueueOptions } from './batching-options.js';
import { observeRun, type RunTrace, requestsAreTraced, traceRun, traceRunSync } from './diagnostics.js';
import { type EncodedRun, encodeRun } from './encode-run.js';
import { checkFree, leaseArrays } from './leases.js';
import { loadEngine } from './load.js';
import type { LoadOptions } from './load-options.js';
import { OrderedDelivery } from './ordered-delivery.js';
import type { Placement } from './placement.js';
import { preallocate } from './preallocate.js';
import { QueuedRun, timeoutError } from './queued-run.js';
import { makeDestination } from './results.js';
import { NORMAL_PRIORITY, planRun, type RunOptions, type RunPlan, type RunSyncOptions } from './run-options.js';
import { makeToken, type OpenedEngine, openShared, type SharedDescription } from './share.js';
import { type CompiledSpec, compileSpec, publicSpec, setTensor } from './signature.js';
import { SLICE_BYTES } from './sliced-copy.js';
import { stageInputs } from './stage-inputs.js';
import { type EngineStats, type StatsOptions, statsOptions, toEngineStats } from './stats.js';
import { StepOrder } from './step-order.js';

const CONSTRUCT = Symbol('Engine.load');

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
  readonly #runs = new Set<QueuedRun>();
  /** With `batching.preserveOrder`. */
  readonly #order: OrderedDelivery | undefined;
  /** Whether the shapes that the model declares can be relied on. */
  #fixedShapes = true;
  /** Whether the last run took place on this thread, and the next one probably will. */
  #inPlaceLately = false;
  /** Requests whose inputs are being staged, and their bytes. */
  #staging = { requests: 0, bytes: 0 };
  readonly #stepOrder = new StepOrder();
  #onIdle: (() => void) | undefined;
  #closing: Promise<void> | undefined;
  /** What destroy() was given. */
  #destroyed: Error | undefined;
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
      written: undefined,
      own: false,
      signal: undefined,
      timeoutMs: 0,
      priority: NORMAL_PRIORITY,
      step: undefined,
    };
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
   * event loop: leave them alone until the promise settles); the results are the caller's own.
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
   * @throws NodeTensorRTError as `run`, without QUEUE_FULL, TIMEOUT and BUSY
   */
  runSync(inputs: I, options?: RunSyncOptions): O {
    if (!requestsAreTraced()) return this.#runSync(inputs, options, undefined);
    return traceRunSync(this.name, options, (trace) => this.#runSync(inputs, options, trace));
  }

  /**
   * Runs the model twice on zeros, so that the first request finds memory allocated and its run time known. Symbolic
   * dimensions are taken as 1; for a model that needs others, run it once on a sample instead.
   *
   * @throws NodeTensorRTError as `run`
   */
  async warmup(): Promise<void> {
    const inputs: TensorMap = {};
    for (const { name, type, sizes } of this.#inputSpecs) {
      const dims = sizes.map((size) => (size < 0 ? 1 : size));
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
    this.close().catch(() => undefined); // without memory for it: the collector closes the engine
    this.#destroyed ??= reason;
    for (const run of [...this.#runs]) run.dequeue(reason);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    if (this.#runs.size + this.#staging.requests > 0) {
      this.#native.flush();
      await new Promise<void>((resolve) => {
        this.#onIdle = resolve;
      });
    }
    this.#placement = this.placement;
    this.#finalStats = this.#native.stats(true);
    await this.#port.request(
      (id) => this.#native.release(id),
      () => undefined,
    );
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
      return this.#order === undefined
        ? this.#start(inputs, plan)
        : this.#order.run(plan, (ordered) => this.#start(inputs, ordered));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #start(inputs: I, plan: RunPlan): Promise<O> {
    const prepared = this.#inPlaceLately && plan.step === undefined ? this.#preallocate(plan) : plan;
    const encoded = this.#encode(inputs, prepared);
    if (encoded.bytes > SLICE_BYTES || this.#stepOrder.mustWait(plan.step))
      return this.#runStaged(encoded, plan) as Promise<O>;
    const id = this.#port.nextId();
    let outcome: SubmitOutcome;
    try {
      outcome = this.#native.submit(id, SubmitMode.async, ...encoded.arrays);
    } catch (error) {
      if (this.#wasMisled(prepared, error)) return this.#start(inputs, plan);
      observeRun(this.#port.native, this.name, plan.trace);
      throw error;
    }
    if (outcome === SubmitOutcome.queuedFirst) process.nextTick(this.#port.endBurst);
    const queued = outcome === SubmitOutcome.queued || outcome === SubmitOutcome.queuedFirst;
    this.#inPlaceLately = !queued;
    if (queued) return this.#wait(this.#track(id, plan, false)) as Promise<O>;
    const result = this.#takeNow(prepared) as O;
    if (plan.into) plan.place?.afterDelivery(leaseArrays(intoArrays(plan)));
    if (outcome === SubmitOutcome.doneLast) return new Promise((resolve) => setImmediate(resolve, result));
    if (outcome === SubmitOutcome.doneFirst) setImmediate(this.#port.newTurn);
    return Promise.resolve(result);
  }

  #runSync(inputs: I, options: RunSyncOptions | undefined, trace: RunTrace | undefined): O {
    this.#throwIfClosed();
    const plan = options === undefined ? this.#defaultPlan : planRun(options, this.#outputSpecs, true);
    const prepared = this.#preallocate(trace === undefined ? plan : { ...plan, trace });
    const { arrays } = this.#encode(inputs, prepared);
    try {
      this.#native.submit(0, SubmitMode.blocking, ...arrays);
    } catch (error) {
      if (this.#wasMisled(prepared, error)) return this.#runSync(inputs, options, trace);
      observeRun(this.#port.native, this.name, trace);
      throw error;
    }
    return this.#takeNow(prepared) as O;
  }

  /** Checks the tensors of a run; after this the frame is ready for submit(). */
  #encode(inputs: I, plan: RunPlan): EncodedRun {
    const port = this.#port;
    port.frameUses += 1;
    const use = port.frameUses;
    const encoded = encodeRun(port.frame, this.#inputSpecs, inputs, plan);
    if (plan.into !== undefined && !plan.own) checkFree(encoded.arrays.slice(this.#inputSpecs.length));
    if (port.frameUses === use) return encoded;
    // A property of a tensor is computed, and that used an engine, which wrote over the frame.
    const frame = new Float64Array(port.frame.length);
    const again = encodeRun(frame, this.#inputSpecs, inputs, plan);
    port.frame.set(frame.subarray(0, again.frameLength));
    return again;
  }

  /** Whether a run failed because the model declares another shape for a result than it computes. */
  #wasMisled(plan: RunPlan, error: unknown): boolean {
    const misled = plan.own && error instanceof NodeTensorRTError && error.code === 'SHAPE_MISMATCH';
    if (misled) this.#fixedShapes = false;
    return misled;
  }

  /** Results that are made beforehand, where that is possible; see `preallocate`. */
  #preallocate(plan: RunPlan): RunPlan {
    return plan.into === undefined && this.#fixedShapes ? preallocate(plan, this.#float16) : plan;
  }

  /** The results of a run that has just taken place on this thread. */
  #takeNow(plan: RunPlan): TensorMap {
    const { native } = this.#port;
    let { written } = plan;
    if (written === undefined) {
      plan.trace?.copyOutStarts();
      const { tensors, arrays } = makeDestination(native, plan, this.#float16, true);
      native.take(...arrays);
      written = tensors;
      plan.trace?.copyOutEnds();
    }
    observeRun(native, this.name, plan.trace);
    return written;
  }

  /** Waits for a run that was submitted; its errors get the stack of whoever awaits. */
  async #wait(run: QueuedRun): Promise<TensorMap> {
    try {
      return await run.promise;
    } catch (error) {
      throw withCallerStack(error);
    }
  }

  /** Remembers a run that was submitted. Throws BUSY, and takes it back, when its `into` is in use. */
  #track(id: number, plan: RunPlan, staged: boolean): QueuedRun {
    plan.trace?.queued(staged);
    const release = plan.into ? this.#leaseInto(id, plan) : undefined;
    const run = new QueuedRun(this.#port, id, plan, this.#float16, this.name, (done) => {
      if (plan.place === undefined) release?.();
      else if (release !== undefined) plan.place.afterDelivery(release);
      this.#runs.delete(done);
      this.#checkIdle();
    });
    this.#runs.add(run);
    return run;
  }

  #leaseInto(id: number, plan: RunPlan): () => void {
    try {
      return leaseArrays(intoArrays(plan));
    } catch (error) {
      this.#port.native.cancel(id, false);
      throw error;
    }
  }

  /** A run whose inputs are too large to be copied at once. */
  async #runStaged(encoded: EncodedRun, plan: RunPlan): Promise<TensorMap> {
    const { bytes } = encoded;
    const deadline = plan.timeoutMs > 0 ? performance.now() + plan.timeoutMs : undefined;
    const check = () => {
      const aborted = this.#destroyed !== undefined || plan.signal?.aborted;
      const timedOut = deadline !== undefined && performance.now() >= deadline;
      if (aborted || timedOut) plan.trace?.ends(aborted ? 'aborted' : 'timedOut');
      if (this.#destroyed !== undefined) throw this.#destroyed;
      plan.signal?.throwIfAborted();
      if (timedOut) throw timeoutError(plan.timeoutMs);
    };
    this.#native.checkRoom(bytes, this.#staging.requests, this.#staging.bytes);
    this.#staging.requests += 1;
    this.#staging.bytes += bytes;
    let run: QueuedRun;
    const turn = this.#stepOrder.join(plan.step);
    try {
      const staged = await stageInputs(this.#port, this.#inputSpecs, encoded, check, bytes <= SLICE_BYTES);
      await turn?.begins;
      check();
      const id = this.#port.nextId();
      staged.submit((arrays) => {
        const outcome = this.#native.submit(id, SubmitMode.async, ...arrays);
        if (outcome === SubmitOutcome.queuedFirst) process.nextTick(this.#port.endBurst);
        if (this.#closing !== undefined) this.#native.flush();
      });
      const timeoutMs = deadline === undefined ? 0 : Math.max(1, deadline - performance.now());
      run = this.#track(id, { ...plan, timeoutMs }, true);
    } catch (error) {
      throw withCallerStack(error);
    } finally {
      turn?.end();
      this.#staging.requests -= 1;
      this.#staging.bytes -= bytes;
      this.#checkIdle();
    }
    return this.#wait(run);
  }

  #checkIdle(): void {
    if (this.#runs.size + this.#staging.requests === 0) this.#onIdle?.();
  }
}

function batchingState(native: NativeEngine): Placement['batching'] {
  const batching = native.batching();
  if (batching.padding) Object.freeze(batching.padding);
  return Object.freeze(batching);
}

/** The memory of `into`. */
function intoArrays(plan: RunPlan): unknown[] {
  return plan.into?.map((target) => target?.data) ?? [];
}

/** The frame must hold the shapes of all tensors of a call. */
function checkFrame(port: Port, specs: readonly CompiledSpec[]): void {
  const needed = specs.reduce((sum, spec) => sum + 3 + (spec.anyRank ? MAX_RANK : spec.sizes.length), 4);
  if (needed > port.frame.length) {
    throw new NodeTensorRTError('UNSUPPORTED', 'the model has too many inputs and outputs', { tensors: specs.length });
  }
}
