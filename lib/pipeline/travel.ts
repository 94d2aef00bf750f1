import { errorTable, NodeTensorRTError } from '../errors.js';
import { release } from './handover.js';
import { ENDED, type Item, type Part } from './item.js';
import type { StageContext } from './options.js';
import type { Stage } from './stage.js';
import type { Turns } from './turns.js';

/** What a stage does with a value. */
export type Work = (value: unknown, visit: Visit) => unknown;

/** A stage and its work, in the order in which values go through them. */
export interface Node {
  readonly stage: Stage;
  readonly work: Work;
  readonly turns: Turns;
}

interface Arrived {
  readonly value: unknown;
  /** Gives up the place in the last stage. */
  readonly leave: () => void;
}

/**
 * Takes a value of the item through the stages; `onAccepted` is called when the first one, or its queue, has taken it, or never
 * will. Throws ENDED when the item ends before.
 */
export async function travel(
  item: Item,
  nodes: readonly Node[],
  input: unknown,
  onAccepted: () => void,
): Promise<Arrived> {
  const part = item.addPart();
  let value = input;
  let leave = onAccepted;
  try {
    for (const { stage, work, turns } of nodes) {
      part.stage = stage;
      await stage.enter(item, leave);
      leave = nothing;
      const visit = new Visit(item, part, stage, turns);
      value = await visit.perform(value, work);
      leave = once(() => stage.leave());
    }
    return { value, leave };
  } catch (error) {
    leave();
    throw error;
  } finally {
    item.removePart(part);
    release(part.owned);
  }
}

/** The time that one value spends in one stage, from when it has its place there until its work is over. */
export class Visit {
  readonly #startedAt = performance.now();
  readonly #deadline: number | undefined;
  #isToBlame = false;

  constructor(
    readonly item: Item,
    readonly part: Part,
    readonly stage: Stage,
    readonly turns: Turns,
  ) {
    const { timeoutMs } = stage.limits;
    this.#deadline = timeoutMs === undefined ? undefined : this.#startedAt + timeoutMs;
  }

  async perform(value: unknown, work: Work): Promise<unknown> {
    const { item, stage, turns } = this;
    const { timeoutMs } = stage.limits;
    let timer: NodeJS.Timeout | undefined;
    try {
      while (turns.isOver) await turns.next();
      this.#check();
      if (timeoutMs !== undefined) timer = setTimeout(() => this.#timeOut(), timeoutMs);
      const result = await work(value, this);
      item.throwIfEnded();
      stage.finish('completed', this.#startedAt);
      return result;
    } catch (error) {
      this.fail(error);
      const ended = item.outcome === 'failed' && !this.#isToBlame ? 'aborted' : item.outcome;
      stage.finish(ended === undefined || ended === 'completed' ? 'failed' : ended, this.#startedAt);
      throw ENDED;
    } finally {
      clearTimeout(timer);
    }
  }

  /** What is left now, as options of a run. Throws ENDED when that is nothing. */
  context(): StageContext {
    this.#check();
    const { signal, deadline, plan } = this.item;
    const { priority } = plan;
    const until = Math.min(deadline ?? Number.POSITIVE_INFINITY, this.#deadline ?? Number.POSITIVE_INFINITY);
    if (until === Number.POSITIVE_INFINITY) return { signal, priority };
    return { signal, priority, timeoutMs: until - performance.now() };
  }

  /** Ends the item with what the work threw. */
  fail(error: unknown): void {
    const { item, stage } = this;
    if (error === ENDED || item.outcome !== undefined) return;
    const known = asOurs(error);
    if (known?.code === 'TIMEOUT' && item.isLate) {
      item.timeOut(stage); // the engine's timer was a little earlier
      return;
    }
    this.#isToBlame = true;
    item.fail(known?.code === 'TIMEOUT' ? 'timedOut' : 'failed', namingStage(stage.name, error, known));
  }

  /** Waits until the first stage of a part has taken it. */
  async awaitAcceptance(start: (onAccepted: () => void) => void): Promise<void> {
    this.part.stage = undefined; // it is the part that waits
    await new Promise<void>(start);
    this.part.stage = this.stage;
  }

  /** Waits for the parts that were made of this one. */
  async awaitParts(parts: readonly Promise<void>[]): Promise<void> {
    this.part.stage = undefined;
    await Promise.all(parts);
    this.part.stage = this.stage;
    this.item.throwIfEnded();
  }

  /** Throws ENDED when there is no more time. */
  #check(): void {
    if (this.item.isLate) this.item.timeOut(this.stage);
    else if (this.#deadline !== undefined && performance.now() >= this.#deadline) this.#timeOut();
    this.item.throwIfEnded();
  }

  #timeOut(): void {
    const { name, limits } = this.stage;
    const { timeoutMs } = limits;
    const text = `stage '${name}': not done after ${timeoutMs} ms (its timeoutMs)`;
    this.item.fail('timedOut', new NodeTensorRTError('TIMEOUT', text, { timeoutMs, stage: name }));
  }
}

/** The error as one of this library, of whichever copy of it. */
function asOurs(error: unknown): NodeTensorRTError | undefined {
  if (!(error instanceof Error) || error.name !== 'NodeTensorRTError') return undefined;
  return Object.hasOwn(errorTable, (error as NodeTensorRTError).code) ? (error as NodeTensorRTError) : undefined;
}

function namingStage(stage: string, error: unknown, known: NodeTensorRTError | undefined): NodeTensorRTError {
  const message = error instanceof Error ? error.message : String(error);
  return new NodeTensorRTError(
    known?.code ?? 'STAGE_FAILED',
    `stage '${stage}': ${message}`,
    { ...known?.details, stage },
    { cause: error },
  );
}

function nothing(): void {}

function once(act: () => void): () => void {
  let isDone = false;
  return () => {
    if (isDone) return;
    isDone = true;
    act();
  };
}
