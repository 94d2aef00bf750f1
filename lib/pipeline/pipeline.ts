import type { LatencyStats, StatsOptions } from '../engine/stats.js';
import { statsOptions } from '../engine/stats.js';
import { NodeTensorRTError } from '../errors.js';
import { iterableOption, iteratorOf } from '../options.js';
import type { TensorMap } from '../tensor/types.js';
import { PipelineBuilder } from './builder.js';
import { type Compiled, compile, type Step } from './compile.js';
import { Item, type Outcome } from './item.js';
import { LatencyRecorder } from './latency-recorder.js';
import {
  type PipelineOptions,
  type PipelineRunOptions,
  type PipelineStreamOptions,
  pipelineOptions,
  type RunPlan,
  runPlan,
  streamPlan,
} from './options.js';
import { Stage, type StageStats } from './stage.js';
import { streamThrough } from './stream.js';
import { travel } from './travel.js';

const CONSTRUCT = Symbol('Pipeline.create');

/** What `Pipeline.stats` gives: counters since the pipeline was built. */
export interface PipelineStats {
  /** accepted = completed + failed + aborted + timedOut + inFlight + queued. `rejected` were refused at the door. */
  requests: Record<Outcome | 'accepted' | 'rejected', number>;
  /** Items whose first stage has not yet begun because of `maxInFlight`, and those after that. */
  queued: number;
  inFlight: number;
  /** queue: until there were less than `maxInFlight`; total: of completed ones, until the result was there. */
  latencyMs: Record<'queue' | 'total', LatencyStats>;
  /** By name, in the order of the description. */
  stages: Record<string, StageStats>;
}

/**
 * Engines and functions that are chained in process: what one stage gives, the next one takes. Each stage holds a bounded number of
 * values and is held up by the next; deadlines, signals and priorities go through all of them.
 *
 * @example
 * const ocr = Pipeline.create<Page>('ocr')
 *   .stage('detect', detector, { inputs: (page) => ({ x: page.pixels }), result: ({ map }, page) => ({ page, map }) })
 *   .fanOut('crops', ({ page, map }) => crops(page, map))
 *   .stage('recognise', recogniser, { inputs: (crop) => ({ x: crop }) })
 *   .join('lines', (results) => results.map(textOf))
 *   .build();
 * const lines = await ocr.run(page, { timeoutMs: 500 });
 */
export class Pipeline<In = TensorMap, Out = TensorMap> implements AsyncDisposable {
  readonly name: string;
  readonly #options: Required<PipelineOptions>;
  readonly #compiled: Compiled;
  /** Bounds the items: what is in it has its place until nothing of it is left. */
  readonly #entry: Stage;
  readonly #items = new Set<Item>();
  readonly #counts: PipelineStats['requests'] = {
    accepted: 0,
    completed: 0,
    failed: 0,
    aborted: 0,
    timedOut: 0,
    rejected: 0,
  };
  readonly #total = new LatencyRecorder();
  #closing: Promise<void> | undefined;
  #onIdle: (() => void) | undefined;

  /** Not for use: pipelines come from `Pipeline.create`. */
  private constructor(key: symbol, options: Required<PipelineOptions>, steps: readonly Step[]) {
    if (key !== CONSTRUCT) {
      throw new NodeTensorRTError('INVALID_ARGUMENT', 'use Pipeline.create(name), then stages, then build()');
    }
    const { name, maxInFlight, maxQueue } = options;
    this.name = name;
    this.#options = options;
    this.#compiled = compile(steps);
    this.#entry = new Stage(name, -1, { concurrency: maxInFlight, maxQueue, timeoutMs: undefined });
  }

  /**
   * Begins the description of a pipeline.
   *
   * @param options its name, or options
   * @throws NodeTensorRTError INVALID_ARGUMENT, OUT_OF_RANGE
   */
  static create<In = TensorMap>(options?: string | PipelineOptions): PipelineBuilder<In> {
    const checked = pipelineOptions(options);
    return new PipelineBuilder<In>([], (steps) => new Pipeline(CONSTRUCT, checked, steps));
  }

  /**
   * Takes one item through all stages. Rejects with its first error; what else of the item is under way is aborted then.
   *
   * @throws NodeTensorRTError INVALID_ARGUMENT, OUT_OF_RANGE, NOT_OPEN, QUEUE_FULL; and with `details.stage`: TIMEOUT,
   *   STAGE_FAILED (`cause` is what a function threw), and what engines reject with. An abort rejects with `signal.reason`.
   */
  run(input: In, options?: PipelineRunOptions): Promise<Out> {
    try {
      this.#throwIfClosed();
      const plan = runPlan(options);
      if (plan.signal?.aborted) return Promise.reject(plan.signal.reason);
      if (this.#entry.isFull) {
        this.#counts.rejected += 1;
        throw this.#queueFull();
      }
      return this.#start(input, plan, nothing) as Promise<Out>;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Takes all items of a source through the stages, several at once. The next one is taken from the source when the first stage, or
   * its queue, has taken the one before, and no further ahead of the reader than `concurrency`. A failure ends the stream unless `settled`; so does a `break`. Then what is
   * under way is aborted, and the source is closed.
   *
   * @throws NodeTensorRTError INVALID_ARGUMENT, OUT_OF_RANGE; the iteration rejects as `run` does
   */
  stream(
    source: Iterable<In> | AsyncIterable<In>,
    options: PipelineStreamOptions & { settled: true },
  ): AsyncGenerator<PromiseSettledResult<Out>, void, undefined>;
  stream(
    source: Iterable<In> | AsyncIterable<In>,
    options?: PipelineStreamOptions & { settled?: false },
  ): AsyncGenerator<Out, void, undefined>;
  stream(
    source: Iterable<In> | AsyncIterable<In>,
    options?: PipelineStreamOptions,
  ): AsyncGenerator<unknown, void, undefined> {
    const plan = streamPlan(options, this.#options.maxInFlight);
    const checked = iterableOption('source', source);
    return streamThrough(
      () => iteratorOf(checked),
      plan,
      (input, itemPlan, onAccepted) => {
        this.#throwIfClosed();
        return this.#start(input, itemPlan, onAccepted);
      },
    );
  }

  /**
   * A snapshot of counters and latencies.
   *
   * @throws NodeTensorRTError INVALID_ARGUMENT
   */
  stats(options?: StatsOptions): PipelineStats {
    const { histograms } = statsOptions(options);
    const { latencyMs, queued } = this.#entry.stats(histograms);
    const stages = this.#compiled.stages.map((stage) => [stage.name, stage.stats(histograms)] as const);
    return {
      requests: { ...this.#counts },
      queued,
      inFlight: this.#items.size - queued,
      latencyMs: { queue: latencyMs.queue, total: this.#total.stats(histograms) },
      stages: Object.fromEntries(stages),
    };
  }

  /**
   * Refuses new items and resolves when the accepted ones have settled and nothing of them is left in a stage. Idempotent:
   * every call returns the same promise. With `ownsEngines` it then closes the engines, and rejects with what that threw.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** Rejects all items with `reason` (default: NOT_OPEN), aborts what is under way, and closes. */
  destroy(reason: Error = new NodeTensorRTError('NOT_OPEN', `pipeline '${this.name}' was destroyed`)): void {
    this.close().catch(() => undefined); // whoever waits for close() hears of it
    for (const item of [...this.#items]) item.fail('aborted', reason);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** `onAccepted` is called when the first stage has taken the item, or never will. */
  #start(input: unknown, plan: RunPlan, onAccepted: () => void): Promise<unknown> {
    const first = this.#compiled.nodes[0]?.stage as Stage;
    const item = new Item(this.#counts.accepted, plan, first, (ended) => this.#onEnd(ended));
    this.#counts.accepted += 1;
    this.#items.add(item);
    void this.#drive(item, input, onAccepted);
    return item.promise;
  }

  /** Never rejects. */
  async #drive(item: Item, input: unknown, onAccepted: () => void): Promise<void> {
    let hasPlace = false;
    try {
      await this.#entry.enter(item, nothing);
      hasPlace = true;
      const { value, leave } = await travel(item, this.#compiled.nodes, input, onAccepted);
      leave();
      item.complete(value);
    } catch (error) {
      item.fail('failed', error); // ENDED, then it is so already
    }
    if (hasPlace) this.#entry.finish('aborted', 0);
    else onAccepted();
    this.#checkIdle();
  }

  #onEnd(item: Item): void {
    const { outcome = 'failed', acceptedAt } = item;
    this.#items.delete(item);
    this.#counts[outcome] += 1;
    if (outcome === 'completed') this.#total.record(performance.now() - acceptedAt);
  }

  async #close(): Promise<void> {
    if (!this.#isIdle) {
      await new Promise<void>((resolve) => {
        this.#onIdle = resolve;
      });
    }
    if (!this.#options.ownsEngines) return;
    const closed = await Promise.allSettled([...this.#compiled.engines].map(async (engine) => engine.close?.()));
    const errors = closed.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
    if (errors.length > 1) throw new AggregateError(errors, `engines of pipeline '${this.name}' could not be closed`);
    if (errors.length === 1) throw errors[0];
  }

  get #isIdle(): boolean {
    return this.#items.size === 0 && this.#entry.isIdle;
  }

  #checkIdle(): void {
    if (this.#isIdle) this.#onIdle?.();
  }

  #throwIfClosed(): void {
    if (this.#closing !== undefined) throw new NodeTensorRTError('NOT_OPEN', `pipeline '${this.name}' is closed`);
  }

  #queueFull(): NodeTensorRTError {
    const { maxInFlight, maxQueue } = this.#options;
    const text = `pipeline '${this.name}': ${maxInFlight} items are under way and ${maxQueue} wait (maxInFlight, maxQueue)`;
    return new NodeTensorRTError('QUEUE_FULL', text, { limit: maxInFlight + maxQueue, unit: 'items' });
  }
}

function nothing(): void {}
