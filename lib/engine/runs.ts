import { NodeTensorRTError, withCallerStack } from '../errors.js';
import { type NativeEngine, SubmitMode, SubmitOutcome } from '../native/contract.js';
import type { Port } from '../native/port.js';
import { SLICE_BYTES } from '../native/sliced-copy.js';
import type { TensorMap } from '../tensor/types.js';
import { observeRun } from './diagnostics.js';
import { type EncodedRun, encodeRun } from './encode-run.js';
import { checkFree, leaseArrays } from './leases.js';
import { preallocate } from './preallocate.js';
import { QueuedRun } from './queued-run.js';
import { makeDestination } from './results.js';
import type { RunPlan } from './run-options.js';
import type { OpenedEngine } from './share.js';
import type { CompiledSpec } from './signature.js';
import { type StagedInputs, stageInputs } from './stage-inputs.js';
import { StepOrder } from './step-order.js';
import { timeoutError } from './turning-away.js';

/** The runs of one engine handle, from options that were checked to results. */
export class Runs {
  readonly #native: NativeEngine;
  readonly #port: Port;
  readonly #name: string;
  readonly #float16: 'bits' | 'array';
  readonly #inputSpecs: readonly CompiledSpec[];
  readonly #runs = new Set<QueuedRun>();
  /** Whether the shapes that the model declares can be relied on. */
  #fixedShapes = true;
  /** Whether the last run took place on this thread, and the next one probably will. */
  #inPlaceLately = false;
  /** Requests whose inputs are being staged, and their bytes. */
  #staging = { requests: 0, bytes: 0 };
  readonly #stepOrder = new StepOrder();
  #finishing = false;
  #onIdle: (() => void) | undefined;
  /** What destroy() was given. */
  #destroyed: Error | undefined;

  constructor({ native, port, name, float16 }: OpenedEngine, inputSpecs: readonly CompiledSpec[]) {
    this.#native = native;
    this.#port = port;
    this.#name = name;
    this.#float16 = float16;
    this.#inputSpecs = inputSpecs;
  }

  /** What it throws has not begun; else the promise settles. */
  start(inputs: TensorMap, plan: RunPlan): Promise<TensorMap> {
    const prepared = this.#inPlaceLately && plan.step === undefined ? this.#preallocate(plan) : plan;
    const encoded = this.#encode(inputs, prepared);
    if (encoded.bytes > SLICE_BYTES || this.#stepOrder.mustWait(plan.step)) {
      const bytes = this.#bytesToCopy(encoded);
      if (bytes > SLICE_BYTES || this.#stepOrder.mustWait(plan.step)) return this.#runStaged(encoded, bytes, plan);
    }
    const id = this.#port.nextId();
    let outcome: SubmitOutcome;
    try {
      outcome = this.#native.submit(id, SubmitMode.async, ...encoded.arrays);
    } catch (error) {
      if (this.#wasMisled(prepared, error)) return this.start(inputs, plan);
      observeRun(this.#port.native, this.#name, plan.trace);
      throw error;
    }
    if (outcome === SubmitOutcome.queuedFirst) process.nextTick(this.#port.endBurst);
    const queued = outcome === SubmitOutcome.queued || outcome === SubmitOutcome.queuedFirst;
    this.#inPlaceLately = !queued;
    if (queued) return this.#wait(this.#track(id, plan, false));
    const result = this.#takeNow(prepared);
    if (plan.into) plan.place?.afterDelivery(leaseArrays(intoArrays(plan)));
    if (outcome === SubmitOutcome.doneLast) return new Promise((resolve) => setImmediate(resolve, result));
    if (outcome === SubmitOutcome.doneFirst) setImmediate(this.#port.newTurn);
    return Promise.resolve(result);
  }

  /** Waits for the run, on this thread. */
  runSync(inputs: TensorMap, plan: RunPlan): TensorMap {
    const prepared = this.#preallocate(plan);
    const { arrays } = this.#encode(inputs, prepared);
    try {
      this.#native.submit(0, SubmitMode.blocking, ...arrays);
    } catch (error) {
      if (this.#wasMisled(prepared, error)) return this.runSync(inputs, plan);
      observeRun(this.#port.native, this.#name, plan.trace);
      throw error;
    }
    return this.#takeNow(prepared);
  }

  /** Resolves when all have settled; what is queued waits for no company any more. */
  async finish(): Promise<void> {
    if (this.#runs.size + this.#staging.requests === 0) return;
    this.#finishing = true;
    this.#native.flush();
    await new Promise<void>((resolve) => {
      this.#onIdle = resolve;
    });
  }

  /** Rejects those that are queued, or on their way there. */
  destroy(reason: Error): void {
    this.#destroyed ??= reason;
    for (const run of [...this.#runs]) run.dequeue(reason);
  }

  /** Checks the tensors of a run; after this the frame is ready for submit(). */
  #encode(inputs: TensorMap, plan: RunPlan): EncodedRun {
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

  /** Of the inputs: all but pooled ones. */
  #bytesToCopy({ arrays, bytes }: EncodedRun): number {
    const { native } = this.#port;
    let pooled = 0;
    for (let i = 0; i < this.#inputSpecs.length; i++) {
      const array = arrays[i];
      if (ArrayBuffer.isView(array) && native.isPooled(array)) pooled += array.byteLength;
    }
    return bytes - pooled;
  }

  /** Whether a run failed because the model declares another shape for a result than it computes. */
  #wasMisled(plan: RunPlan, error: unknown): boolean {
    const misled = plan.own && error instanceof NodeTensorRTError && error.code === 'SHAPE_MISMATCH';
    if (misled) this.#fixedShapes = false;
    return misled;
  }

  /** Results that are made beforehand, where that is possible; see `preallocate`. */
  #preallocate(plan: RunPlan): RunPlan {
    const isOrdinary = plan.into === undefined && plan.pooled === undefined;
    return isOrdinary && this.#fixedShapes ? preallocate(plan, this.#float16) : plan;
  }

  /** The results of a run that has just taken place on this thread. */
  #takeNow(plan: RunPlan): TensorMap {
    const { native } = this.#port;
    let { written } = plan;
    if (written === undefined) {
      plan.trace?.copyOutStarts();
      const { tensors, arrays } = makeDestination(native, plan, this.#float16);
      native.take(...arrays);
      written = tensors;
      plan.trace?.copyOutEnds();
    }
    observeRun(native, this.#name, plan.trace);
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
    const run = new QueuedRun(this.#port, id, plan, this.#float16, this.#name, (done) => {
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
  async #runStaged(encoded: EncodedRun, bytes: number, plan: RunPlan): Promise<TensorMap> {
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
    const written = plan.outputs.filter((spec, i) => plan.into?.[i] !== undefined && spec.type !== 'string');
    let staged: StagedInputs | undefined;
    try {
      staged = await stageInputs(
        this.#port,
        this.#native,
        this.#inputSpecs,
        written,
        encoded,
        check,
        bytes <= SLICE_BYTES,
      );
      await turn?.begins;
      check();
      const id = this.#port.nextId();
      staged.submit((arrays) => {
        const outcome = this.#native.submit(id, SubmitMode.async, ...arrays);
        if (outcome === SubmitOutcome.queuedFirst) process.nextTick(this.#port.endBurst);
        if (this.#finishing) this.#native.flush();
      });
      const timeoutMs = deadline === undefined ? 0 : Math.max(1, deadline - performance.now());
      run = this.#track(id, { ...plan, timeoutMs }, true);
    } catch (error) {
      staged?.drop();
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

/** The memory of `into`. */
function intoArrays(plan: RunPlan): unknown[] {
  return plan.into?.map((target) => target?.data) ?? [];
}
