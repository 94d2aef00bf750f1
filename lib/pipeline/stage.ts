import type { LatencyStats } from '../engine/stats.js';
import { ENDED, type Item, type Outcome } from './item.js';
import { LatencyRecorder } from './latency-recorder.js';

/** How much of one stage there may be at a time. */
export interface StageLimits {
  readonly concurrency: number;
  readonly maxQueue: number;
  readonly timeoutMs: number | undefined;
}

/** A stage in `Pipeline.stats()`. */
export interface StageStats {
  /** = completed + failed + aborted + timedOut + inFlight + queued */
  accepted: number;
  completed: number;
  /** Its item rejected because of this stage. */
  failed: number;
  /** Its item ended otherwise meanwhile: by its signal, by `destroy()`, or because another part of it failed. */
  aborted: number;
  /** The time of the item, or of the stage, passed meanwhile. */
  timedOut: number;
  /** Begun and not over; work that goes on after its item has ended is counted as well. */
  inFlight: number;
  /** Wait for their turn. */
  queued: number;
  /** Completed, and held here because the next stage is full. inFlight + held is at most `concurrency`. */
  held: number;
  /** queue: from the end of the stage before to the start of this one; run: from there to its end, if it was completed. */
  latencyMs: Record<'queue' | 'run', LatencyStats>;
}

/** A place in a queue, or before it. */
export interface Ticket {
  readonly stage: Stage;
  readonly item: Item;
  /** In the order of arrival. */
  readonly number: number;
  readonly arrivedAt: number;
  /** Gives up the place in the stage before. May be called again. */
  readonly leave: () => void;
  readonly start: () => void;
  readonly reject: (reason: unknown) => void;
  isAccepted: boolean;
}

/**
 * The bounds of one stage: at most `concurrency` values in it, `maxQueue` waiting for it. What comes to a full queue
 * waits at its door, where it still has its place in the stage before: so a stage that is full holds up the one before
 * it. Places are given by rank, then in the order of items, then of arrival. Runs nothing itself.
 *
 * Note on deadlocks: a value holds one place and waits for one of a later stage only, what is inside of a fan-out counting
 * as later than it and earlier than its join. So the hindmost value can always move.
 */
export class Stage {
  readonly #queue: Ticket[] = [];
  readonly #door: Ticket[] = [];
  /** Places in use: inFlight + held. */
  #used = 0;
  #inFlight = 0;
  #accepted = 0;
  readonly #counts: Record<Outcome, number> = { completed: 0, failed: 0, aborted: 0, timedOut: 0 };
  readonly #latency = { queue: new LatencyRecorder(), run: new LatencyRecorder() };
  #arrivals = 0;

  constructor(
    readonly name: string,
    /** In the order of the pipeline. */
    readonly index: number,
    readonly limits: StageLimits,
  ) {}

  get queued(): number {
    return this.#queue.length;
  }

  /** Nothing has a place here. */
  get isIdle(): boolean {
    return this.#used === 0 && this.#queue.length === 0 && this.#door.length === 0;
  }

  /** What comes now has to wait at the door. */
  get isFull(): boolean {
    const { concurrency, maxQueue } = this.limits;
    return this.#used >= concurrency && this.#queue.length >= maxQueue;
  }

  /**
   * Waits for a place in this stage. `leave` is called as soon as the stage, or its queue, has taken the value. Rejects with ENDED when
   * the item ends before.
   */
  enter(item: Item, leave: () => void): Promise<void> {
    item.throwIfEnded();
    const number = this.#arrivals++;
    const arrivedAt = performance.now();
    return new Promise((start, reject) => {
      const ticket: Ticket = { stage: this, item, number, arrivedAt, leave, start, reject, isAccepted: false };
      item.tickets.add(ticket);
      insert(this.#door, ticket);
      this.advance();
    });
  }

  /** The item has ended before its turn came. To be followed by `advance`, when all its tickets are dropped. */
  drop(ticket: Ticket): void {
    remove(ticket.isAccepted ? this.#queue : this.#door, ticket);
    if (ticket.isAccepted) this.#counts[ticket.item.outcome === 'timedOut' ? 'timedOut' : 'aborted'] += 1;
    ticket.reject(ENDED);
  }

  /** The work of a value that has entered is over; unless it was completed, its place is free now. */
  finish(outcome: Outcome, startedAt: number): void {
    this.#inFlight -= 1;
    this.#counts[outcome] += 1;
    if (outcome === 'completed') this.#latency.run.record(performance.now() - startedAt);
    else this.leave();
  }

  /** A value gives its place up. */
  leave(): void {
    this.#used -= 1;
    this.advance();
  }

  stats(histograms: boolean): StageStats {
    return {
      accepted: this.#accepted,
      ...this.#counts,
      inFlight: this.#inFlight,
      queued: this.#queue.length,
      held: this.#used - this.#inFlight,
      latencyMs: { queue: this.#latency.queue.stats(histograms), run: this.#latency.run.stats(histograms) },
    };
  }

  /** Gives the places that are free. */
  advance(): void {
    const { concurrency, maxQueue } = this.limits;
    while (this.#used < concurrency) {
      const ticket = this.#takeFirst();
      if (ticket === undefined) break;
      this.#accept(ticket);
      this.#start(ticket);
    }
    while (this.#queue.length < maxQueue && this.#door.length > 0) {
      const ticket = this.#door.shift() as Ticket;
      insert(this.#queue, ticket);
      this.#accept(ticket);
    }
  }

  /** Of those in the queue and at the door: a high priority does not wait behind a full queue of low ones. */
  #takeFirst(): Ticket | undefined {
    const [queued] = this.#queue;
    const [waiting] = this.#door;
    if (queued === undefined) return this.#door.shift();
    return waiting !== undefined && compare(waiting, queued) < 0 ? this.#door.shift() : this.#queue.shift();
  }

  #accept(ticket: Ticket): void {
    if (ticket.isAccepted) return;
    ticket.isAccepted = true;
    this.#accepted += 1;
    ticket.leave();
  }

  #start(ticket: Ticket): void {
    this.#used += 1;
    this.#inFlight += 1;
    this.#latency.queue.record(performance.now() - ticket.arrivedAt);
    ticket.item.tickets.delete(ticket);
    ticket.start();
  }
}

function compare(a: Ticket, b: Ticket): number {
  return a.item.rank - b.item.rank || a.item.number - b.item.number || a.number - b.number;
}

/** Most come in order, so it is looked for from the end. */
function insert(list: Ticket[], ticket: Ticket): void {
  let at = list.length;
  while (at > 0 && compare(list[at - 1] as Ticket, ticket) > 0) at -= 1;
  list.splice(at, 0, ticket);
}

function remove(list: Ticket[], ticket: Ticket): void {
  const at = list.indexOf(ticket);
  if (at >= 0) list.splice(at, 1);
}
