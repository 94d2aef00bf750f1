import { channel, tracingChannel } from 'node:diagnostics_channel';
import type { NativePort } from '../native/contract.js';
import type { TensorMap } from '../tensor/types.js';
import type { RunOptions } from './run-options.js';

/**
 * What `tracingChannel('node-tensorrt:request')` publishes: one object for each `run()` or `runSync()`, the same in all
 * its events, filled in until the last one. Times are in milliseconds; what is not known is absent.
 */
export interface RequestEvent {
  /** Name of the engine. */
  readonly engine: string;
  readonly priority: 'high' | 'normal' | 'low';
  /** As given. */
  readonly timeoutMs?: number;
  /**
   * How it ended. 'rejected': it was refused at the door, or its arguments were; 'aborted': by its signal or by
   * `destroy()`; 'timedOut': accepted, but not in time; 'failed': otherwise.
   */
  outcome?: 'completed' | 'failed' | 'aborted' | 'timedOut' | 'rejected';
  /** What it rejected with. Set by Node. */
  error?: unknown;
  /** What it resolved with. Set by Node. */
  result?: TensorMap;
  /** 'inPlace': on the calling thread. Absent while it is not accepted. */
  mode?: 'queued' | 'inPlace';
  /** As in `stats().items`. */
  rows?: number;
  /** What it ran in. Of a request that was split, one of its last batches. */
  batch?: { id: number; rows: number; requests: number };
  /**
   * `queue`, `copyIn`, `compute` and `copyOut` as in `stats().latencyMs`, the copies until they are complete; `total`:
   * from the call until its promise settles.
   */
  durationsMs: { queue?: number; copyIn?: number; compute?: number; copyOut?: number; total?: number };
}

/** What `channel('node-tensorrt:batch')` publishes: once per batch in each thread that had requests in it. */
export interface BatchEvent {
  /** Name of the engine. */
  engine: string;
  /** From 1 on for each engine, the same in all threads. */
  id: number;
  rows: number;
  /** Of all threads. */
  requests: number;
  /** Rows that were copied once more to come into the batch: none or all. */
  gatheredRows: number;
  /** Milliseconds that the model took. */
  computeMs: number;
  /** Milliseconds that its first request had waited when it started. */
  queueMs: number;
}

/** Where the port writes what runFacts() tells. */
const FACTS_AT = 2;

const requests = tracingChannel<string, RequestEvent>('node-tensorrt:request');
const batches = channel('node-tensorrt:batch');

/** Whether somebody listens to requests: to be asked before anything is done for them. */
export function requestsAreTraced(): boolean {
  return requests.hasSubscribers;
}

/** What is noted of one run while somebody listens. */
export class RunTrace {
  readonly event: RequestEvent;
  readonly #start = performance.now();
  #copyOutStart = 0;
  #ended = false;

  constructor(engine: string, options: RunOptions | undefined) {
    this.event = { engine, ...requestOptions(options), durationsMs: {} };
  }

  /** Notes how it ends; the first word counts. */
  ends(outcome: NonNullable<RequestEvent['outcome']>): void {
    this.event.outcome ??= outcome;
  }

  /** It was accepted and queued; `staged`: after its inputs had been copied over several turns of the event loop. */
  queued(staged: boolean): void {
    this.event.mode = 'queued';
    if (staged) this.event.durationsMs.copyIn = performance.now() - this.#start;
  }

  /** Its results are ready to be copied. */
  copyOutStarts(): void {
    this.#copyOutStart = performance.now();
  }

  /** The caller's copy of its results is complete. */
  copyOutEnds(): void {
    this.event.durationsMs.copyOut = performance.now() - this.#copyOutStart;
  }

  /** Takes over what native code knows of the run. One that was turned away from may end after its promise. */
  ran(facts: RunFacts): void {
    const { event } = this;
    const { durationsMs } = event;
    if (this.#ended) return;
    if (facts.inPlace) event.mode = 'inPlace';
    if (facts.batch.id === 0) {
      if (facts.inPlace) this.ends('failed');
      return;
    }
    event.rows = facts.rows;
    event.batch = { id: facts.batch.id, rows: facts.batch.rows, requests: facts.batch.requests };
    if (!facts.inPlace) durationsMs.copyIn ??= facts.copyInMs;
    durationsMs.queue = facts.queueMs;
    durationsMs.compute = facts.computeMs;
  }

  /** Its promise settles now. */
  end(outcome: 'completed' | 'rejected'): void {
    this.ends(outcome);
    this.event.durationsMs.total = performance.now() - this.#start;
    this.#ended = true;
  }
}

/** `start(trace)`, with the events of a tracing channel around it. */
export function traceRun<T extends TensorMap>(
  engine: string,
  options: RunOptions | undefined,
  start: (trace: RunTrace) => Promise<T>,
): Promise<T> {
  const trace = new RunTrace(engine, options);
  return requests.tracePromise(async () => {
    try {
      const result = await start(trace);
      trace.end('completed');
      return result;
    } catch (error) {
      trace.end('rejected');
      throw error;
    }
  }, trace.event);
}

/** The same for a run that blocks: no asyncStart, no asyncEnd. */
export function traceRunSync<T extends TensorMap>(
  engine: string,
  options: RunOptions | undefined,
  run: (trace: RunTrace) => T,
): T {
  const trace = new RunTrace(engine, options);
  return requests.traceSync(() => {
    try {
      const result = run(trace);
      trace.end('completed');
      return result;
    } catch (error) {
      trace.end('rejected');
      throw error;
    }
  }, trace.event);
}

/**
 * To be called when a run has ended, before anything else uses the port. Does nothing unless somebody listens: this is
 * the only place that asks native code about single runs.
 */
export function observeRun(port: NativePort, engine: string, trace: RunTrace | undefined): void {
  if (trace === undefined && !batches.hasSubscribers) return;
  const facts = readFacts(port);
  trace?.ran(facts);
  if (!facts.tellsOfBatch || !batches.hasSubscribers) return;
  const event: BatchEvent = { engine, ...facts.batch, computeMs: facts.computeMs };
  batches.publish(event);
}

/** `RunFacts` of `native/runtime/stats/run_facts.h`. */
interface RunFacts {
  inPlace: boolean;
  rows: number;
  copyInMs: number;
  queueMs: number;
  computeMs: number;
  /** id 0: it ran in none. */
  batch: { id: number; rows: number; requests: number; gatheredRows: number; queueMs: number };
  tellsOfBatch: boolean;
}

function readFacts(port: NativePort): RunFacts {
  port.runFacts();
  const fact = (i: number) => port.frame[FACTS_AT + i] as number;
  return {
    inPlace: fact(0) !== 0,
    rows: fact(1),
    copyInMs: fact(2),
    queueMs: fact(3),
    computeMs: fact(4),
    batch: { id: fact(5), rows: fact(6), requests: fact(7), gatheredRows: fact(8), queueMs: fact(9) },
    tellsOfBatch: fact(10) !== 0,
  };
}

/** As the user gave them; they are checked by the run itself, which has not begun. */
function requestOptions(options: RunOptions | undefined): Pick<RequestEvent, 'priority' | 'timeoutMs'> {
  try {
    const { priority = 'normal', timeoutMs } = options ?? {};
    return timeoutMs === undefined ? { priority } : { priority, timeoutMs };
  } catch {
    return { priority: 'normal' };
  }
}
