import { type Engine, engineOf } from '../engine/engine.js';
import { loadEngine } from '../engine/load.js';
import type { OpenedEngine, SharedDescription } from '../engine/share.js';
import { argumentError, errorCodes, NodeTensorRTError } from '../errors.js';
import type { NativeDemandResult, NativeEngine, NativeModelCache } from '../native/contract.js';
import { DemandKind, DemandOutcome, NativeEvent } from '../native/contract.js';
import { getPort, type Port } from '../native/port.js';
import { estimateModel } from './estimate.js';
import {
  type CachedModelOptions,
  type ModelCacheOptions,
  type ModelDemandOptions,
  type ResolvedModel,
  resolveCacheOptions,
  resolveDemand,
  resolveModel,
} from './model-cache-options.js';
import { type CachedModelStats, type ModelCacheStats, toCacheStats, toModelStats } from './model-cache-stats.js';
import { ModelLease } from './model-lease.js';
import { Patience } from './patience.js';

/**
 * Many models under one budget of memory: a model is loaded when somebody wants it, and the least recently used ones
 * go when another needs their place. Caches of one name in all threads of the process share models, budget and order;
 * each thread registers the models that it asks for.
 *
 * @example
 * const cache = new ModelCache({ budgetBytes: 2e9, models: { faces: { model: 'faces.onnx' }, text: { model: 'text.onnx' } } });
 * const { scores } = await cache.use('faces', (engine) => engine.run({ x }));
 */
export class ModelCache implements AsyncDisposable {
  readonly name: string;
  readonly budgetBytes: number;
  readonly #port: Port;
  readonly #native: NativeModelCache;
  readonly #models = new Map<string, ResolvedModel>();
  readonly #timeoutMs: number;
  /** Demands and loads under way. */
  readonly #busy = new Set<Promise<unknown>>();
  #closing: Promise<void> | undefined;

  /**
   * @throws NodeTensorRTError INVALID_ARGUMENT (also for another budget than that of the name in other threads, or for
   *   a model that they know otherwise), OUT_OF_RANGE, UNSUPPORTED, BINARY_NOT_FOUND
   */
  constructor(options: ModelCacheOptions) {
    const { name, budgetBytes, models, timeoutMs } = resolveCacheOptions(options);
    this.name = name;
    this.budgetBytes = budgetBytes;
    this.#timeoutMs = timeoutMs;
    this.#port = getPort();
    this.#native = this.#port.modelCache(name, budgetBytes);
    for (const model of models) this.#register(model);
  }

  /**
   * Makes a model known to this thread's part of the cache. Nothing is read or loaded before somebody wants it.
   *
   * @throws NodeTensorRTError INVALID_ARGUMENT (also for a name that stands for something else, here or in another
   *   thread), OUT_OF_RANGE, UNSUPPORTED, NOT_OPEN
   */
  register(name: string, model: string | URL | Uint8Array, options?: CachedModelOptions): void {
    this.#throwIfClosed();
    this.#register(resolveModel(name, model, options));
  }

  /**
   * Forgets a model in this thread. When no thread knows it any more it is unloaded as soon as nobody uses it; until
   * then its name stands for it.
   *
   * @throws NodeTensorRTError INVALID_ARGUMENT, NOT_OPEN
   */
  unregister(name: string): void {
    this.#model(name);
    this.#models.delete(name);
    this.#native.remove(name);
  }

  /**
   * Brings a model into memory without using it. Resolves when it is there, or when a later `unload` wants it gone.
   *
   * @throws NodeTensorRTError as `acquire`
   */
  async load(name: string, options?: ModelDemandOptions): Promise<void> {
    await this.#track(this.#demand(DemandKind.load, name, options));
  }

  /**
   * Gives a model's memory back once nobody uses it. Of requests for one model the last one wins: a later `load`,
   * `use` or `acquire` that comes while it is still in use keeps it.
   *
   * @returns true when it is gone, false when a later request kept it
   * @throws NodeTensorRTError INVALID_ARGUMENT, NOT_OPEN, TIMEOUT (the request stands). An abort rejects with
   *   `signal.reason`, and the request stands as well.
   */
  async unload(name: string, options?: ModelDemandOptions): Promise<boolean> {
    const { outcome } = await this.#track(this.#demand(DemandKind.unload, name, options));
    return outcome === DemandOutcome.unloaded;
  }

  /**
   * Calls `work` with the model, loaded if need be. It is neither evicted nor unloaded before what `work` returns has
   * settled.
   *
   * @throws NodeTensorRTError as `acquire`, and whatever `work` throws
   */
  async use<T>(name: string, work: (engine: Engine) => T | Promise<T>, options?: ModelDemandOptions): Promise<T> {
    const lease = await this.acquire(name, options);
    try {
      return await work(lease.engine);
    } finally {
      await lease.release();
    }
  }

  /**
   * Holds a model in memory, loaded if need be, until the lease is released. Many demands for one model load it once.
   *
   * @throws NodeTensorRTError INVALID_ARGUMENT, NOT_OPEN, OUT_OF_MEMORY (it is larger than the budget without pinned
   *   models, or others that are in use left no room in time; `details` has the numbers), TIMEOUT (while it was being
   *   loaded), and what `Engine.load` throws: the next demand tries again. An abort rejects with `signal.reason`.
   */
  async acquire(name: string, options?: ModelDemandOptions): Promise<ModelLease> {
    const { engine, description } = await this.#track(this.#demand(DemandKind.use, name, options));
    const described = JSON.parse(description as string) as SharedDescription;
    return new ModelLease(engineOf({ native: engine as NativeEngine, port: this.#port, ...described }));
  }

  /**
   * Keeps a model from being evicted once it is loaded. For all threads; does not load it, and does not hinder `unload`.
   *
   * @throws NodeTensorRTError INVALID_ARGUMENT, NOT_OPEN
   */
  pin(name: string): void {
    this.#native.pin(this.#model(name).name, true);
  }

  /**
   * Undoes `pin`.
   *
   * @throws NodeTensorRTError INVALID_ARGUMENT, NOT_OPEN
   */
  unpin(name: string): void {
    this.#native.pin(this.#model(name).name, false);
  }

  /** The models that any thread has registered, by name. */
  models(): Record<string, CachedModelStats> {
    return Object.fromEntries(this.#native.models().map((report) => [report.name, toModelStats(report)]));
  }

  /** What the cache holds, in all threads. */
  stats(): ModelCacheStats {
    return toCacheStats(this.#native.totals(), this.#native.models());
  }

  /**
   * Refuses new work and waits for demands that were made. When no thread has the cache open any more its models are
   * unloaded, and this resolves when their memory is given back; leases keep theirs until they are released. Idempotent.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    while (this.#busy.size > 0) await Promise.allSettled(this.#busy);
    await this.#port.request(
      (id) => this.#native.close(id),
      () => undefined,
    );
  }

  #register(model: ResolvedModel): void {
    if (this.#models.has(model.name)) throw argumentError('name', 'a name that is not registered yet', model.name);
    this.#native.add(model.name, model.definition);
    this.#models.set(model.name, model);
  }

  #throwIfClosed(): void {
    if (this.#closing !== undefined) throw new NodeTensorRTError('NOT_OPEN', `model cache '${this.name}' is closed`);
  }

  #model(name: string): ResolvedModel {
    this.#throwIfClosed();
    const model = this.#models.get(name);
    if (model) return model;
    const names = [...this.#models.keys()].map((known) => `'${known}'`).join(', ');
    throw argumentError('name', `a registered model: ${names || 'there is none'}`, name);
  }

  async #track<T>(work: Promise<T>): Promise<T> {
    this.#busy.add(work);
    try {
      return await work;
    } finally {
      this.#busy.delete(work);
    }
  }

  async #demand(kind: DemandKind, name: string, options: ModelDemandOptions | undefined): Promise<NativeDemandResult> {
    const model = this.#model(name);
    const patience = new Patience(`model '${name}'`, resolveDemand(options, this.#timeoutMs));
    try {
      const result = await this.#ask(kind, name, 0, patience);
      if (result.outcome !== DemandOutcome.elected) return result;
      return await this.#loadElected(model, kind === DemandKind.use, patience);
    } finally {
      patience.end();
    }
  }

  /** One demand on the native side, until it is settled or nobody waits any more. */
  #ask(kind: DemandKind, name: string, bytes: number, patience: Patience): Promise<NativeDemandResult> {
    patience.throwIfOver();
    const id = this.#port.nextId();
    const now = this.#native.demand(id, name, kind, bytes);
    if (now?.error) throw now.error;
    if (now) return Promise.resolve(now);
    return new Promise((resolve, reject) => {
      const off = patience.onOver(() => {
        if (!this.#native.cancel(id, name)) return; // it is settled, and its event on the way
        this.#port.pending.delete(id);
        reject(patience.over?.error);
      });
      this.#port.pending.set(id, {
        onEvent: (event, native) => {
          off();
          try {
            if (event === NativeEvent.error) throw native.takeError();
            const result = native.takeDemand();
            if (patience.over) {
              this.#turnDown(name, result);
              throw patience.over.error;
            }
            resolve(result);
          } catch (error) {
            reject(error);
          }
          return 0;
        },
      });
    });
  }

  /** What came after nobody waited for it any more. */
  #turnDown(name: string, { outcome, engine }: NativeDemandResult): void {
    if (outcome === DemandOutcome.elected) this.#native.abandon(name);
    if (engine) void this.#port.release(engine);
  }

  /** This thread was elected to load the model: it owes the native side an end, whatever happens. */
  async #loadElected(model: ResolvedModel, keep: boolean, patience: Patience): Promise<NativeDemandResult> {
    const { name } = model;
    let needed: Needed | undefined;
    try {
      needed = await patience.race(neededBytes(model));
      const { outcome } = await this.#ask(DemandKind.reserve, name, needed.bytes, patience);
      if (outcome === DemandOutcome.refused) throw this.#noRoom(name, needed.bytes);
    } catch (error) {
      if (patience.over === undefined) this.#fail(name, error);
      else this.#native.abandon(name);
      if (patience.over?.timedOut && needed !== undefined) throw this.#noRoom(name, needed.bytes);
      throw error;
    }
    const loaded = this.#track(this.#load(model, needed, keep, patience));
    loaded.catch(() => undefined); // nobody may wait for it any more
    return patience.race(loaded);
  }

  async #load(model: ResolvedModel, needed: Needed, keep: boolean, patience: Patience): Promise<NativeDemandResult> {
    let opened: OpenedEngine | undefined;
    try {
      opened = await loadEngine(model.source, loadOptionsOf(model));
      const { name, placement, float16, preserveOrder } = opened;
      const description: SharedDescription = { name, placement, float16, preserveOrder };
      const wanted = keep && patience.over === undefined;
      const { bytes, weightsBytes } = needed;
      const { native } = opened;
      const result = this.#native.finish(model.name, bytes, weightsBytes, native, JSON.stringify(description), wanted);
      if (wanted) patience.end(); // or the lease would be lost
      return result ?? { outcome: DemandOutcome.granted };
    } catch (error) {
      this.#fail(model.name, error);
      throw error;
    } finally {
      if (opened) await this.#port.release(opened.native);
    }
  }

  #fail(name: string, error: unknown): void {
    const known = error instanceof NodeTensorRTError;
    const details = Object.entries(known ? error.details : {}).filter(
      (entry): entry is [string, string | number] => typeof entry[1] === 'string' || typeof entry[1] === 'number',
    );
    const message = error instanceof Error ? error.message : String(error);
    try {
      this.#native.fail(name, errorCodes.indexOf(known ? error.code : 'INTERNAL'), message, details.flat());
    } catch {
      this.#native.abandon(name); // there was no memory to say why; those that wait try it themselves
    }
  }

  #noRoom(name: string, neededBytes: number): NodeTensorRTError {
    const { budgetBytes, residentBytes, pinnedBytes, inUseBytes, loadingBytes } = this.stats();
    const numbers = { neededBytes, budgetBytes, residentBytes, pinnedBytes, inUseBytes, loadingBytes };
    const text = Object.entries(numbers).map(([key, bytes]) => `${key} ${bytes}`);
    return new NodeTensorRTError(
      'OUT_OF_MEMORY',
      `model '${name}' does not fit into cache '${this.name}': ${text.join(', ')}. What helps: a larger budget, fewer ` +
        'pins, shorter uses, a smaller batching.maxSize, or `bytes` if less was measured',
      { kind: 'model-cache', model: name, ...numbers },
    );
  }
}

interface Needed {
  bytes: number;
  /** Of them; -1: they were given, and what the model takes is not measured. */
  weightsBytes: number;
}

/** What a model is booked with before it is measured. What an estimate does not know counts as nothing. */
async function neededBytes({ source, options }: ResolvedModel): Promise<Needed> {
  const { bytes, ...estimated } = options;
  if (bytes !== undefined) return { bytes, weightsBytes: -1 };
  const { weightsBytes, activations, stagingBytes } = await estimateModel(source, estimated);
  const largest = activations[activations.length - 1]?.bytes ?? 0;
  return { bytes: weightsBytes + largest * (options.instances ?? 1) + (stagingBytes ?? 0), weightsBytes };
}

function loadOptionsOf({ name, options }: ResolvedModel) {
  const { bytes: _, batchSizes: __, inputDims: ___, ...load } = options;
  return { name, ...load };
}
