import type { Model } from '../graph/model.js';
import { sort } from '../passes/sort.js';
import { makePlan } from './make-plan.js';
import type { ResolvedCastOptions } from './options.js';
import type { Ranges } from './ranges.js';
import { type CastReport, castReport } from './report.js';
import { rewrite } from './rewrite.js';

/**
 * Casts a model in place, after `prepareCast`. `ranges`: how large its values become, of `measureRanges`; without it
 * exponentials, powers and sums stay float32. Weights are converted when they are written or read.
 */
export async function castGraph(model: Model, options: ResolvedCastOptions, ranges?: Ranges): Promise<CastReport> {
  const plan = await makePlan(model, options, ranges);
  const casts = await rewrite(model, plan, options.keepIoTypes);
  await sort.run(model);
  return castReport(plan, casts);
}
