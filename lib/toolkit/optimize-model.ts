import { argumentError } from '../errors.js';
import type { Model } from '../onnx/graph/model.js';
import { allPasses, type PassName, passNames } from '../onnx/passes/all-passes.js';
import { type OptimizeReport, runPasses } from '../onnx/passes/run-passes.js';
import type { LoadRunner } from '../onnx/runner.js';
import { integerOption, knownKeys, objectOption } from '../options.js';
import { engineRunner } from './later-runner.js';
import { type ModelInput, openModel } from './open-model.js';

export type { PassName } from '../onnx/passes/all-passes.js';
export type { OptimizeReport, PassReport } from '../onnx/passes/run-passes.js';

/** Options of `optimizeModel`. */
export interface OptimizeOptions {
  /** Which passes run, in their own order. @default all */
  passes?: readonly PassName[];
  /** Passes that do not run. @default none */
  skip?: readonly PassName[];
  /** Rounds over all passes, which end sooner when one changes nothing. 1 to 100. @default 10 */
  maxRounds?: number;
  /** Constants that are computed are at most this large. 0 to 2^31 − 1. @default 16777216 (16 MiB) */
  maxFoldedBytes?: number;
  /** What computes constants. @default engines on the CPU */
  loadRunner?: LoadRunner;
}

/** A model that was optimised, and what was done to it. */
export interface OptimizedModel {
  readonly model: Model;
  readonly report: OptimizeReport;
}

/**
 * Takes out of an ONNX model what need not be computed in every run: constants are computed once, batch norms go into
 * weights, nodes that change nothing and what nobody uses go, what is there twice becomes one. Names of inputs and outputs
 * stay. Outputs are the same, bit by bit; only `fold-batch-norm` makes them differ by rounding (by some 1e-5
 * for outputs between 0 and 1; leave it out with `skip`). A model that is given stays as it is: the result is another one.
 *
 * Throws INVALID_ARGUMENT and OUT_OF_RANGE for options, and what `readModel` throws.
 */
export async function optimizeModel(input: ModelInput, options: OptimizeOptions = {}): Promise<OptimizedModel> {
  const { passes, maxRounds, ...context } = optimizeOptions(options);
  const model = await openModel(input);
  return { model, report: await runPasses(model, passes, context, maxRounds) };
}

function optimizeOptions(given: OptimizeOptions) {
  const options = objectOption<OptimizeOptions>('options', given);
  knownKeys('options', options, ['passes', 'skip', 'maxRounds', 'maxFoldedBytes', 'loadRunner']);
  const wanted = namesOption('options.passes', options.passes ?? passNames);
  const skipped = namesOption('options.skip', options.skip ?? []);
  const loadRunner = options.loadRunner ?? engineRunner;
  if (typeof loadRunner !== 'function') throw argumentError('options.loadRunner', 'a function', loadRunner);
  return {
    passes: allPasses.filter(({ name }) => wanted.includes(name) && !skipped.includes(name)),
    maxRounds: integerOption('options.maxRounds', options.maxRounds ?? 10, 1, 100),
    maxFoldedBytes: integerOption('options.maxFoldedBytes', options.maxFoldedBytes ?? 16 * 2 ** 20, 0, 2 ** 31 - 1),
    loadRunner,
  };
}

function namesOption(name: string, given: readonly string[]): readonly string[] {
  if (!Array.isArray(given)) throw argumentError(name, 'an array of names of passes', given);
  for (const entry of given) {
    if (!passNames.includes(entry as PassName)) throw argumentError(name, `names among ${passNames.join(', ')}`, entry);
  }
  return given;
}
