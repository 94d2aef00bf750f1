import type { Model } from '../graph/model.js';
import type { LoadRunner } from '../runner.js';

/** What a pass may use beside the model. */
export interface PassContext {
  /** Runs small models, for constants; without it nothing is computed. */
  readonly loadRunner?: LoadRunner | undefined;
  /** Constants that are computed are at most this large. @default 16777216 (16 MiB) */
  readonly maxFoldedBytes?: number | undefined;
}

/** A change of a model that keeps what it computes. One file and one test each. */
export interface Pass {
  /** How reports and options name it, in kebab-case. */
  readonly name: string;
  /** Changes the model in place. Returns how many places it changed. */
  run(model: Model, context: PassContext): number | Promise<number>;
}
