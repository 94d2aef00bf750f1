import { allowListeners } from '../engine/turning-away.js';
import { NodeTensorRTError } from '../errors.js';
import type { RunPlan } from './options.js';
import type { Stage, Ticket } from './stage.js';

export type Outcome = 'completed' | 'failed' | 'aborted' | 'timedOut';

/** Waiting ones of a higher priority overtake those of the next lower that came so many milliseconds before: the rule of engines. */
const MS_PER_PRIORITY = 100;
const PRIORITIES = ['high', 'normal', 'low'] as const;

/** What a path through the stages throws when its item has ended meanwhile. Nobody sees it. */
export const ENDED = Symbol('the item has ended');

/** Where one of the values that an item consists of is: one without a fan-out, any number in it. */
export class Part {
  /** Undefined while it waits for the parts that were made of it. */
  stage: Stage | undefined;
  /** Tensors that came straight from the engine before, to be released after use. */
  owned: unknown;
}

/**
 * One call of `run`, with everything that was made of it. Settles once: by its result, its first error, its signal, its
 * time-out, or the end of the pipeline. Then its places in queues are given up and its signal is aborted; work that has
 * begun keeps its place in its stage until it has really ended.
 */
export class Item {
  readonly promise: Promise<unknown>;
  readonly acceptedAt = performance.now();
  readonly deadline: number | undefined;
  /** Lower ones come first. */
  readonly rank: number;
  /** Places in queues that it has now. */
  readonly tickets = new Set<Ticket>();
  outcome: Outcome | undefined;
  readonly #parts = new Set<Part>();
  readonly #controller = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #resolve!: (value: unknown) => void;
  #reject!: (reason: unknown) => void;

  constructor(
    /** In the order of acceptance. */
    readonly number: number,
    readonly plan: RunPlan,
    /** What it waits for at first. */
    readonly firstStage: Stage,
    /** Called once, when it ends. */
    readonly onEnd: (item: Item) => void,
  ) {
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    const { signal, timeoutMs, priority } = plan;
    this.rank = this.acceptedAt + PRIORITIES.indexOf(priority) * MS_PER_PRIORITY;
    allowListeners(this.signal);
    if (signal) {
      allowListeners(signal);
      signal.addEventListener('abort', this.#onAbort);
    }
    if (timeoutMs !== undefined) {
      this.deadline = this.acceptedAt + timeoutMs;
      this.#timer = setTimeout(() => this.timeOut(), timeoutMs);
    }
  }

  /** Aborted when the item ends without a result. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get isLate(): boolean {
    return this.deadline !== undefined && performance.now() >= this.deadline;
  }

  throwIfEnded(): void {
    if (this.outcome !== undefined) throw ENDED;
  }

  complete(value: unknown): void {
    if (this.#end('completed')) this.#resolve(value);
  }

  /** The first to call this, or another way to end it, is right; the others are ignored. */
  fail(outcome: Exclude<Outcome, 'completed'>, reason: unknown): void {
    if (!this.#end(outcome)) return;
    this.#reject(reason);
    const left = new Set<Stage>();
    for (const ticket of this.tickets) {
      ticket.stage.drop(ticket);
      left.add(ticket.stage);
    }
    this.tickets.clear();
    for (const stage of left) stage.advance();
    this.#controller.abort(reason);
  }

  /** Its time is over; `stage` is where that was noticed, else it is the one that the hindmost part is in. */
  timeOut({ name: stage } = this.#hindmostStage()): void {
    const { timeoutMs } = this.plan;
    const text = `stage '${stage}': no result after ${timeoutMs} ms (options.timeoutMs)`;
    this.fail('timedOut', new NodeTensorRTError('TIMEOUT', text, { timeoutMs, stage }));
  }

  addPart(): Part {
    const part = new Part();
    this.#parts.add(part);
    return part;
  }

  removePart(part: Part): void {
    this.#parts.delete(part);
  }

  readonly #onAbort = (): void => this.fail('aborted', this.plan.signal?.reason);

  #hindmostStage(): Stage {
    let found: Stage | undefined;
    for (const { stage } of this.#parts) {
      if (stage !== undefined && (found === undefined || stage.index < found.index)) found = stage;
    }
    return found ?? this.firstStage;
  }

  #end(outcome: Outcome): boolean {
    if (this.outcome !== undefined) return false;
    this.outcome = outcome;
    this.plan.signal?.removeEventListener('abort', this.#onAbort);
    clearTimeout(this.#timer);
    this.onEnd(this);
    return true;
  }
}
