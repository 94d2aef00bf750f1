import type { BuilderEvent } from './events.js';

/** What a build is doing. */
export type BuildStage = 'reading' | 'casting' | 'waiting' | 'parsing' | 'building' | 'writing' | 'done';

/** Told by `onProgress`: whenever something changes, 20 times a second at most, and at least every second. */
export interface Progress {
  /**
   * reading: of the model; casting: to `precision`; waiting: for another process that builds the same; parsing: NVIDIA's
   * parser reads the model; building; writing: of the plan; done.
   */
  readonly stage: BuildStage;
  /** TensorRT's name of what it does, the innermost that is under way; '' outside of `building`. */
  readonly phase: string;
  /** Steps of that phase that are done, and how many it has. */
  readonly step: number;
  readonly steps: number;
  /** How much of all is done, 0 to 1; never less than before. */
  readonly fraction: number;
  readonly elapsedMs: number;
  /**
   * Milliseconds that are left: from how long the same model took before, else from `fraction`. null: nothing to go by
   * yet.
   */
  readonly etaMs: number | null;
}

/** Where each stage begins, as a part of all: NVIDIA's builder takes nearly all of a build. */
const BEGINS: Readonly<Record<BuildStage, number>> = {
  reading: 0,
  casting: 0.02,
  waiting: 0.04,
  parsing: 0.05,
  building: 0.1,
  writing: 0.97,
  done: 1,
};
const BUILDING_SHARE = BEGINS.writing - BEGINS.building;
const MIN_INTERVAL_MS = 50;
const MAX_SILENCE_MS = 1000;
/** Before that, what is left is not guessed from how much is done. */
const MIN_FRACTION = 0.15;

interface Phase {
  readonly name: string;
  readonly parent: string;
  readonly steps: number;
  done: number;
}

/** Follows a build and tells of it. */
export class ProgressReporter {
  #stage: BuildStage = 'reading';
  #phases: Phase[] = [];
  #fraction = 0;
  #told = 0;
  readonly #start = performance.now();
  readonly #timer: NodeJS.Timeout | undefined;

  /** Of earlier builds of this model, in milliseconds; null: none is known. */
  expectedMs: number | null = null;

  /** @param onFailure is told what `onProgress` throws: the build ends with it */
  constructor(
    private readonly onProgress: ((progress: Progress) => void) | undefined,
    private readonly onFailure: (error: unknown) => void = () => undefined,
  ) {
    if (onProgress) this.#timer = setInterval(() => this.#tell(), MAX_SILENCE_MS).unref();
  }

  enter(stage: BuildStage): void {
    this.#stage = stage;
    this.#phases = [];
    this.#tell();
  }

  /** What the builder program says of its phases. */
  follow(event: BuilderEvent): void {
    switch (event.event) {
      case 'phase':
        if (this.#stage === 'parsing') this.enter('building');
        this.#phases.push({ name: event.name, parent: event.parent, steps: event.steps, done: 0 });
        break;
      case 'step': {
        const phase = this.#running(event.name);
        if (phase) phase.done = event.done;
        break;
      }
      case 'phase-end': {
        const phase = this.#running(event.name);
        if (phase) this.#phases.splice(this.#phases.indexOf(phase), 1);
        break;
      }
      default:
        return;
    }
    if (performance.now() - this.#told >= MIN_INTERVAL_MS) this.#tell();
  }

  /** Calls a function of the user's; what it throws ends the build. */
  guard(call: () => void): void {
    try {
      call();
    } catch (error) {
      this.onFailure(error);
    }
  }

  /** Ends it; nothing is told any more. */
  close(): void {
    clearInterval(this.#timer);
  }

  #running(name: string): Phase | undefined {
    return this.#phases.findLast((phase) => phase.name === name);
  }

  #tell(): void {
    if (!this.onProgress) return;
    this.#told = performance.now();
    const elapsedMs = this.#told - this.#start;
    this.#fraction = Math.max(this.#fraction, Math.min(1, this.#whole()));
    const phase = this.#phases.at(-1);
    const state: Progress = {
      stage: this.#stage,
      phase: phase?.name ?? '',
      step: phase?.done ?? 0,
      steps: phase?.steps ?? 0,
      fraction: this.#fraction,
      elapsedMs,
      etaMs: this.#eta(elapsedMs),
    };
    this.guard(() => this.onProgress?.(state));
  }

  #whole(): number {
    const begin = BEGINS[this.#stage];
    if (this.#stage !== 'building') return begin;
    const [outermost] = this.#phases;
    return begin + BUILDING_SHARE * (outermost ? this.#partOf(outermost) : 0);
  }

  /** What is done of a phase, with what is done of the step that is under way in it. */
  #partOf(phase: Phase): number {
    const inner = this.#phases.find(({ parent }) => parent === phase.name);
    const under = inner ? this.#partOf(inner) : 0;
    return Math.min(1, (phase.done + under) / Math.max(1, phase.steps));
  }

  #eta(elapsedMs: number): number | null {
    if (this.#stage === 'done') return 0;
    if (this.expectedMs !== null) return Math.max(0, this.expectedMs - elapsedMs);
    if (this.#fraction < MIN_FRACTION) return null;
    return (elapsedMs * (1 - this.#fraction)) / this.#fraction;
  }
}
