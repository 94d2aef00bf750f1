import type { EncodedStep } from './sequence-options.js';

/** A step's place behind those of its sequence that are being prepared. */
export interface Turn {
  /** Settles when the step before it was submitted, or given up; undefined if there is none. */
  readonly begins: Promise<void> | undefined;
  end(): void;
}

/**
 * Keeps the order of steps whose inputs take several turns of the event loop to copy: those of the same sequence that
 * come meanwhile must not be submitted before them. Native code keeps the order of what was submitted.
 */
export class StepOrder {
  readonly #last = new Map<string, Promise<void>>();

  mustWait(step: EncodedStep | undefined): boolean {
    return step !== undefined && this.#last.has(step.id);
  }

  /** end() must follow. */
  join(step: EncodedStep | undefined): Turn | undefined {
    if (step === undefined) return undefined;
    const { id } = step;
    const begins = this.#last.get(id);
    let done: () => void = () => undefined;
    const ended = new Promise<void>((resolve) => {
      done = resolve;
    });
    this.#last.set(id, ended);
    return {
      begins,
      end: () => {
        if (this.#last.get(id) === ended) this.#last.delete(id);
        done();
      },
    };
  }
}
