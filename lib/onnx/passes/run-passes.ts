import type { Model } from '../graph/model.js';
import type { Pass, PassContext } from './pass.js';

/** What one pass did in one round. */
export interface PassReport {
  readonly pass: string;
  /** From 1. */
  readonly round: number;
  /** Places that it changed. */
  readonly changed: number;
  readonly ms: number;
}

/** What passes did to a model. */
export interface OptimizeReport {
  /** Each pass in each round, those that changed nothing included. */
  readonly passes: readonly PassReport[];
  /** Nodes of all graphs and functions. */
  readonly nodesBefore: number;
  readonly nodesAfter: number;
  /** Whether a last round changed nothing; false: `maxRounds` came first. */
  readonly isSettled: boolean;
}

/** Runs passes over a model, in order, round after round until a round changes nothing. Changes the model in place. */
export async function runPasses(
  model: Model,
  passes: readonly Pass[],
  context: PassContext,
  maxRounds: number,
): Promise<OptimizeReport> {
  const reports: PassReport[] = [];
  const nodesBefore = countNodes(model);
  let isSettled = false;
  for (let round = 1; round <= maxRounds && !isSettled; round++) {
    isSettled = true;
    for (const pass of passes) {
      const start = performance.now();
      const changed = await pass.run(model, context);
      reports.push({ pass: pass.name, round, changed, ms: performance.now() - start });
      if (changed > 0) isSettled = false;
    }
  }
  return { passes: reports, nodesBefore, nodesAfter: countNodes(model), isSettled };
}

function countNodes(model: Model): number {
  let count = 0;
  for (const _ of model.nodes()) count++;
  return count;
}
